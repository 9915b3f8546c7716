"""That a manager has nobody asked to confirm a service in live, for a time (R16). It ends by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_LIFE = timedelta(days=14)
"""Who needs it for longer has a check to write, which looks every time."""


@dataclass(frozen=True, kw_only=True)
class ConfirmationWaiver:
    """`ended_by` None: nobody has taken it back."""

    id: int
    service: str
    by: str
    at: datetime
    expires_at: datetime
    reason: str
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_because: str | None = None

    def stands(self, now: datetime) -> bool:
        """Whether its time is not over, and nobody has taken it back."""
        return self.ended_by is None and now < self.expires_at

    def state(self, now: datetime) -> str:
        """In words, for lists."""
        if self.ended_by is not None:
            return f"taken back by {self.ended_by}: {self.ended_because}"
        return "stands" if self.stands(now) else "its time is over"

    def __str__(self) -> str:
        return f"confirmation waiver {self.id} by {self.by}, until {self.expires_at:%Y-%m-%d %H:%M} UTC"
