"""What a rehearsal of a service's migrations showed, and what may be said of them because of it (R19)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from slipway.domain.json_value import JsonObject, sha256_of


class Reversibility(StrEnum):
    """What the author of a migration says of its way back."""

    REVERSIBLE = "reversible"
    LOSSY = "lossy"
    """What is written after the upgrade is lost on the way back; what was there before is not."""
    CONDITIONAL = "conditional"
    """The downgrade refuses while rows of the new form exist."""
    IRREVERSIBLE = "irreversible"


class Phase(StrEnum):
    """When a migration runs: before the artefact that needs it, or in a later release, when nothing needs the old."""

    PRE = "pre"
    POST = "post"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """`reversibility = {"kind": …, "reason": …}` of a migration file."""

    kind: Reversibility
    reason: str


@dataclass(frozen=True, kw_only=True)
class MigrationFile:
    """One migration that an artefact carries. `path` is relative to the artefact; `sha256` is of all its files."""

    revision: str
    path: str
    sha256: str
    declared: Declared | None
    phase: Phase = Phase.PRE


class FindingCode(StrEnum):
    """Stable names of what a rehearsal can find; each is a line of docs/reference/migration-findings.md."""

    UPGRADE_FAILED = "upgrade_failed"
    HALF_APPLIED = "half_applied"
    SEVERAL_HEADS = "several_heads"
    SECOND_UPGRADE_DIFFERS = "second_upgrade_differs"
    INVALID_INDEX = "invalid_index"
    DOWNGRADE_FAILED = "downgrade_failed"
    DOWNGRADE_REFUSES = "downgrade_refuses"
    """It fails only while rows of the new form exist, and undoes itself completely."""
    DATA_CHANGED = "data_changed"
    DATA_LOST = "data_lost"
    SCHEMA_LEFT_OVER = "schema_left_over"
    RIGHTS_DIFFER = "rights_differ"
    """Grants, policies, functions or triggers are not what they were."""
    SEQUENCE_BEHIND = "sequence_behind"
    OLD_VERSION_BREAKS = "old_version_breaks"
    STILL_IN_USE = "still_in_use"
    """Drops what the deployed version uses."""
    NEW_ROWS_LOST = "new_rows_lost"
    NEW_ROWS_ALTERED = "new_rows_altered"
    EXPECTATION_FAILED = "expectation_failed"
    EXPECTATION_WARNS = "expectation_warns"
    BLOCKING_LOCK = "blocking_lock"
    TABLE_REWRITTEN = "table_rewritten"
    DECLARED_OTHERWISE = "declared_otherwise"
    NOT_DECLARED = "not_declared"
    LINT = "lint"
    CHECK_ERRORED = "check_errored"
    """A check could not run: never counted as passed."""
    OLD_VERSION_NOT_TRIED = "old_version_not_tried"
    """A version runs there, and nothing of it was tried against the new schema."""
    DECLARED_IRREVERSIBLE = "declared_irreversible"
    """Its author says that there is no way back."""


AFTER_OLD_WRITES = "After the old version has written: "
"""Begins the detail of what was found on the new schema when the deployed version had written there."""


class Cause(StrEnum):
    """Why the data or a suite is not as it should be, where that was seen; what to do about it depends on it."""

    SUITE = "suite"
    """An expectation could not be tried: it names what is not there, or has wrong arguments."""
    WRONG_BEFORE = "wrong before"
    """The same rows were not as expected before the upgrade."""
    UPGRADE = "upgrade"
    """All rows were as expected before the upgrade."""
    OLD_VERSION = "old version"
    """Only rows that the deployed version writes on the new schema are not as expected."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing a rehearsal found. `detail` has counts and keys, never values of rows."""

    code: FindingCode
    object: str
    detail: str
    revision: str | None = None
    cause: Cause | None = None
    """None: nothing more is known than the code says."""


class StepOutcome(StrEnum):
    """How a step of a rehearsal ended."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    ERROR = "error"
    """It could not be tried to its end."""
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class RehearsalStep:
    """One step, in the order of the rehearsal."""

    name: str
    outcome: StepOutcome
    seconds: float
    detail: str = ""


_GROWTH = 10
_FEW_ROWS = 10_000
"""Ten times as few of them are as quick."""


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """All that was seen on the scratch copy; what it means is decided from it by `verdict.judge`."""

    dialect: str
    server: str
    from_revision: str | None
    to_revision: str | None
    migrations: Sequence[MigrationFile]
    """Those rehearsed, oldest first."""
    steps: Sequence[RehearsalStep]
    findings: Sequence[Finding]
    lost_on_reverse: Sequence[str]
    """New columns and tables whose contents a downgrade drops."""
    old_version_tried: bool
    """Whether the deployed version's own checks ran against the new schema."""
    not_covered: Sequence[str]
    """What the copy or the checks left out, in words."""
    catalogue_hash: str
    """Of the source's catalogue at `from_revision`; the proof holds only while the target's is the same."""
    rows: int
    copied_by: str
    expectations: Sequence[JsonObject] = ()
    """A result for each suite, as Great Expectations gives it, without a value of any row."""
    source: str = ""
    """What tells the database that was copied from every other, whatever its URL."""
    how: str = ""
    """Hash of the rehearsal's settings and of the expectations it was held against."""
    source_rows: int = 0
    """About how many the source had; `rows` counts those of the copy."""

    @property
    def outgrown_at(self) -> int:
        """With more rows than this what was seen says little: locks and rewrites last ten times as long."""
        return _GROWTH * max(self.rows, self.source_rows, _FEW_ROWS)


class ProofVerdict(StrEnum):
    """What the platform says of a list of migrations."""

    REVERSIBLE = "reversible"
    NEW_DATA_LOST = "reversible, new data lost"
    CONDITIONAL = "conditional"
    IRREVERSIBLE = "irreversible"
    FAILED = "failed"
    NOT_PROVEN = "not proven"
    """A check could not run: never counted as passed."""


@dataclass(frozen=True, kw_only=True)
class MigrationProof:
    """A verdict on one artefact's migrations against one environment's database, with what it rests on."""

    id: str
    service: str
    environment: str
    digest: str
    verdict: ProofVerdict
    rehearsed: Rehearsed
    proven_at: datetime
    version: str | None = None
    old_version: str | None = None
    old_digest: str | None = None
    """What ran there when it was proven; None: nothing did."""

    @property
    def expires_at(self) -> datetime:
        """From then on it must be proven again."""
        return self.proven_at + PROOF_LIFE

    @property
    def serves_old_version(self) -> bool:
        """Whether the version that ran there was seen to run on the new schema."""
        found = {finding.code for finding in self.rehearsed.findings}
        return self.old_digest is not None and self.rehearsed.old_version_tried and not found & _BREAKS_THE_OLD

    @property
    def pending(self) -> tuple[str, ...]:
        """The revisions that were rehearsed, oldest first."""
        return tuple(one.revision for one in self.rehearsed.migrations)

    @property
    def migrations_hash(self) -> str:
        """Of the list of migrations: their order, their revisions and their files."""
        return hash_of_list(self.rehearsed.migrations)


def hash_of_list(migrations: Sequence[MigrationFile]) -> str:
    """Of migrations in their order: revisions, files and phases."""
    return sha256_of([[one.revision, one.sha256, one.phase.value] for one in migrations])


PROOF_LIFE = timedelta(days=7)
_BREAKS_THE_OLD = frozenset(
    {FindingCode.OLD_VERSION_BREAKS, FindingCode.STILL_IN_USE, FindingCode.CHECK_ERRORED, FindingCode.UPGRADE_FAILED}
)
