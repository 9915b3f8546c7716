"""Break-glass in Airflow: off, opened by two people for one person and for an hour at most (`authority.md`)."""

from dataclasses import dataclass
from datetime import datetime

MOST_MINUTES = 60


@dataclass(frozen=True, kw_only=True)
class Opening:
    """Airflow, open to one person: they may mark, clear and edit there, and still neither approve nor deploy."""

    id: int
    person: str
    reason: str
    asked_by: str
    activated_by: str
    opened_at: datetime
    until: datetime
    closed_at: datetime | None
    closed_by: str | None

    @property
    def people(self) -> frozenset[str]:
        """Everybody who had a part in it."""
        return frozenset({self.person, self.asked_by, self.activated_by})

    def __str__(self) -> str:
        return f"break-glass {self.id} for {self.person}, until {self.until:%H:%M} UTC"
