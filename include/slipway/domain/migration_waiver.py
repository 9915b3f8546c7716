"""That somebody entitled lets a migration pass in spite of a finding: for one proof, with conditions, for a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from slipway.domain.migration_proof import FindingCode

LONGEST_LIFE = timedelta(days=14)
"""A waiver that is wanted for longer is a finding that should be mended."""
BACKUP_LIFE = timedelta(days=7)
"""How long ago a backup may have been restored and compared."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On what terms: what the finding's policy asks for, and whatever else was said."""

    code: FindingCode
    reason: str
    expires_at: datetime
    backup: str | None = None
    """Which backup was restored and found equal to its source."""
    restored_at: datetime | None = None
    runbook: str | None = None
    """How to restore, and what would be lost since the backup."""
    window_begins: datetime | None = None
    window_ends: datetime | None = None
    """The announced downtime: the stage starts within it only."""


@dataclass(frozen=True, kw_only=True)
class MigrationWaiver:
    """It counts for this proof and no other: a new commit, or other data, needs a new one."""

    id: int
    proof_id: str
    by: str
    at: datetime
    terms: Terms
    authors_known: bool
    """Whether it was checked that whoever gave it wrote nothing of the change; else nobody could say who did."""

    def covers(self, terms: Terms, now: datetime) -> bool:
        """Whether a further one on these terms would say nothing new; one for another downtime window does."""
        mine = self.terms
        if mine.code is not terms.code or mine.expires_at <= now:
            return False
        if mine.window_begins is None or mine.window_ends is None:
            return True
        return mine.window_ends > now and (mine.window_begins, mine.window_ends) == (
            terms.window_begins,
            terms.window_ends,
        )
