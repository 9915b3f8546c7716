"""Second line's support, booked by a team for an agreed time (R21)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Booking:
    """`accepted_by` None: second line has not agreed to the time. `waived_by`: a release goes on without it."""

    id: int
    service: str
    begins: datetime
    ends: datetime
    reason: str
    booked_by: str
    accepted_by: str | None
    waived_by: str | None
    waived_because: str | None

    def __str__(self) -> str:
        return f"support {self.id} of second line, {self.begins:%Y-%m-%d %H:%M} to {self.ends:%Y-%m-%d %H:%M} UTC"

    @property
    def state(self) -> str:
        """In words, for forms and lists."""
        if self.waived_by is not None:
            return f"waived by {self.waived_by}: {self.waived_because}"
        return "not accepted yet" if self.accepted_by is None else f"accepted by {self.accepted_by}"
