"""Rollbacks that people ask for, and the return of Preprod: from what, to what, on whose authority (R18). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ROLLBACK_DAG = "roll_back"
_FEW = 120
"""Seconds, or minutes, that are still said as such."""
_MANY_HOURS = 72
"""From here on days are said."""


class Basis(StrEnum):
    """Why it may be done."""

    PRE_AUTHORISED = "pre_authorised"
    """The grants of what runs name just this artefact: one person is enough."""
    TWO_PEOPLE = "two_people"
    """Another version that ran there: nothing is touched before a second person agrees."""
    INCIDENT = "incident"
    """The same in an incident: one person begins, the second follows within hours; an open finding until then."""
    RETURN = "return"
    """Preprod goes back to live's artefact, because a release ended without going live: no rescue, it queues."""

    @property
    def needs_second(self) -> bool:
        """Whether a second person must agree, before or after."""
        return self in {Basis.TWO_PEOPLE, Basis.INCIDENT}


@dataclass(frozen=True, kw_only=True)
class Rollback:
    """One of them, exactly as it was asked for."""

    environment: str
    version: str
    digest: str
    """What is to run, by its digest: a rescue does not depend on what a name names now."""
    from_version: str | None
    from_digest: str | None
    """What ran, or was being brought there, when it was asked for."""
    from_attempt: str
    """Whose stage is rolled back: it says how the service is deployed there."""
    from_release: str
    """Whose fix may pass the hold."""
    schema_too: bool
    """Whether that stage's migrations are taken back, as far as their proof allows; else the schema stays."""
    basis: Basis
    since: datetime | None = None
    """When what is rolled back came to run."""
    marked_bad: str | None = None
    """Why what comes back is marked bad; None: it is not."""
    despite_bad: str = ""
    """Why whoever asks wants it back all the same."""

    @property
    def is_rescue(self) -> bool:
        """A rescue takes only its service, and no lane, window or hold stands in its way."""
        return self.basis is not Basis.RETURN

    @property
    def condemns(self) -> bool:
        """Whether what ran is marked bad, and its service held in Prod: not where the same artefact is brought back."""
        return self.is_rescue and self.from_digest is not None and self.from_digest != self.digest

    def __str__(self) -> str:
        return f"{self.environment} from {self.from_version or 'nothing'} to {self.version}"

    @property
    def warning(self) -> str:
        """What whoever agrees to it must know of what comes back; nothing where nobody marked it."""
        if self.marked_bad is None:
            return ""
        return f"; {self.version} is marked bad: {self.marked_bad}; wanted all the same: {self.despite_bad}"


def in_words(time: timedelta) -> str:
    """A length of time, as short as it can be said."""
    seconds = max(0, round(time.total_seconds()))
    if seconds < _FEW:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < _FEW:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours < _MANY_HOURS else f"{hours // 24} days"
