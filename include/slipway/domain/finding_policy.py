"""What each finding means for a release: whether it blocks, whether anybody may waive it, and on what terms (R19)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from slipway.domain.migration_proof import FindingCode as Code
from slipway.domain.service import StageRole


class Effect(StrEnum):
    """What a finding does to the stage."""

    NOTE = "note"
    BLOCK = "block"
    BLOCK_IN_PROD = "block in Prod, note before"


class Term(StrEnum):
    """What a waiver must come with, besides a reason and an expiry."""

    DECLARATION = "declared in the migration file"
    BACKUP = "a backup that was restored and found equal"
    RUNBOOK = "a runbook that says what is lost since that backup"
    WINDOW = "an announced downtime window"


@dataclass(frozen=True, kw_only=True)
class FindingPolicy:
    """A line of the table. `do` is what its author can do about it."""

    effect: Effect
    means: str
    do: str
    waivable: bool = False
    terms: frozenset[Term] = frozenset()

    def blocks(self, role: StageRole) -> bool:
        """Whether it stops a stage of this role."""
        return self.effect is Effect.BLOCK or (self.effect is Effect.BLOCK_IN_PROD and role is StageRole.PROD)


_EXPAND = "split it: expand now, contract in a later release, when no version uses the old form any more"
_SOFT_DROP = "keep the values: move them to a side table or rename to `_dropped_…`, and delete them a release later"
_GUARD = "or let the downgrade refuse while rows of the new form exist, and declare it conditional"
_DECLARE = "say in the file what it is: `reversibility = {'kind': …, 'reason': …}`"
_NO_WAY_BACK = frozenset({Term.DECLARATION, Term.BACKUP, Term.RUNBOOK})
_DOWNTIME = frozenset({Term.WINDOW})


def _never(means: str, do: str) -> FindingPolicy:
    return FindingPolicy(effect=Effect.BLOCK, means=means, do=do)


def _waived(means: str, do: str, terms: frozenset[Term] = frozenset()) -> FindingPolicy:
    return FindingPolicy(effect=Effect.BLOCK, means=means, do=do, waivable=True, terms=terms)


def _note(means: str, do: str) -> FindingPolicy:
    return FindingPolicy(effect=Effect.NOTE, means=means, do=do)


def _lock(means: str, do: str) -> FindingPolicy:
    return FindingPolicy(effect=Effect.BLOCK_IN_PROD, means=means, do=do, waivable=True, terms=_DOWNTIME)


POLICY: Mapping[Code, FindingPolicy] = {
    Code.UPGRADE_FAILED: _never("the upgrade fails on a copy of the data", "mend the upgrade; try it with rows in it"),
    Code.HALF_APPLIED: _never(
        "a failure leaves it half applied", "put what cannot be in a transaction into a migration of its own"
    ),
    Code.SEVERAL_HEADS: _never("the migrations have several heads", "merge them into one line"),
    Code.SECOND_UPGRADE_DIFFERS: _never(
        "up, down and up again gives another schema than up", "make the downgrade remove all that the upgrade made"
    ),
    Code.INVALID_INDEX: _never("it leaves an invalid index", "drop and build it anew, without IF NOT EXISTS"),
    Code.CHECK_ERRORED: _never(
        "a check could not run, so nothing is known",
        "mend what the check needs (a suite of the catalogue may name what is not there, say), then prove it again",
    ),
    Code.DECLARED_OTHERWISE: _never("it does something else than its file says", f"mend the downgrade, or {_DECLARE}"),
    Code.NOT_DECLARED: _never("its file does not say how it can be taken back", _DECLARE),
    Code.STILL_IN_USE: _never("it drops or renames what the deployed version uses", _EXPAND),
    Code.DOWNGRADE_FAILED: _waived("there is no downgrade that works", f"write one; {_SOFT_DROP}", _NO_WAY_BACK),
    Code.DECLARED_IRREVERSIBLE: _waived("its author declares it irreversible", f"{_SOFT_DROP}", _NO_WAY_BACK),
    Code.DATA_CHANGED: _waived("old data is not what it was, after the way back", _SOFT_DROP, _NO_WAY_BACK),
    Code.DATA_LOST: _waived("old data is gone, after the way back", _SOFT_DROP, _NO_WAY_BACK),
    Code.SEQUENCE_BEHIND: _waived(
        "a sequence gives numbers again that are in use, after the way back", "set it in the downgrade", _NO_WAY_BACK
    ),
    Code.NEW_ROWS_ALTERED: _waived(
        "rows written in the new form come back as something else",
        f"widen and never narrow again; {_GUARD}",
        _NO_WAY_BACK,
    ),
    Code.OLD_VERSION_BREAKS: _waived("the deployed version fails on the new schema", _EXPAND, _DOWNTIME),
    Code.OLD_VERSION_NOT_TRIED: _waived(
        "nothing of the deployed version was tried on the new schema",
        "let the artefact carry `migrations/old_version.sql`: the statements that its code sends",
        _DOWNTIME,
    ),
    Code.EXPECTATION_FAILED: _waived(
        "the data is not as the service expects it",
        "mend the back-fill; where rows were wrong before the upgrade, mend them, or the suite in the catalogue",
    ),
    Code.SCHEMA_LEFT_OVER: _waived(
        "the schema is not what it was, after the way back",
        "let the downgrade remove what is left over, and bring back as it was what differs",
    ),
    Code.RIGHTS_DIFFER: _waived(
        "grants, policies, functions or triggers differ after the way back", "restore them in the downgrade"
    ),
    Code.BLOCKING_LOCK: _lock("it locks others out for more than a second", "build concurrently, or in batches"),
    Code.TABLE_REWRITTEN: _lock("it writes a large table anew", "add a column instead, and fill it in batches"),
    Code.NEW_ROWS_LOST: _note("what is written to new columns or tables is lost on the way back", _GUARD),
    Code.DOWNGRADE_REFUSES: _note("the downgrade refuses while rows of the new form exist", "nothing: it is safe"),
    Code.EXPECTATION_WARNS: _note("the data is not quite as the service expects it", "look at the rows"),
    Code.LINT: _note("a rule for migrations is not kept", "see the rule; it stops nothing by itself"),
}
"""One line for every finding there is; a test says so."""
