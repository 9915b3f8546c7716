"""Which migrations are to be run, in which order: one line from what is applied to where it should go."""

from collections.abc import Sequence
from dataclasses import dataclass

from slipway.adapters.migrations.in_child.asked import RefusedHereError
from slipway.adapters.migrations.in_child.tools import Step
from slipway.domain.migration_proof import FindingCode


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """What is not applied: to be run now, and left for a later release."""

    now: Sequence[Step]
    later: Sequence[Step]


def ahead(chain: Sequence[Step], applied: str | None, contract: frozenset[str]) -> Ahead:
    """Everything above `applied`, up to the first post migration that may not run yet."""
    by_name = {step.revision: step for step in chain}
    below = _with_ancestors(by_name, applied)
    missing = [step for step in chain if step.revision not in below]
    for number, step in enumerate(missing):
        if step.post and step.revision not in contract:
            return Ahead(now=missing[:number], later=missing[number:])
    return Ahead(now=missing, later=())


def way_up(chain: Sequence[Step], applied: str | None, contract: frozenset[str]) -> Sequence[Step]:
    """What to apply, oldest first. Raises RefusedHereError where a post migration stands in the way."""
    found = ahead(chain, applied, contract)
    if blocked := [step.revision for step in found.later if not step.post]:
        raise RefusedHereError(
            f"Revision {blocked[0]} comes after the post migration {found.later[0].revision}, which runs only once a "
            f"version that carries it is in use here. Release such a version first, or put {blocked[0]} before it.",
            revision=blocked[0],
        )
    _require_one_line(found.now, applied)
    return found.now


def way_down(chain: Sequence[Step], applied: str | None, to: str | None) -> Sequence[Step]:
    """What to take back, newest first."""
    by_name = {step.revision: step for step in chain}
    stays, there = _with_ancestors(by_name, to), _with_ancestors(by_name, applied)
    if not stays <= there:
        raise RefusedHereError(f"The database is at {applied}, which does not come after {to}.")
    steps = [step for step in chain if step.revision in there - stays]
    _require_one_line(steps, to)
    return steps[::-1]


def require_known(chain: Sequence[Step], revision: str | None) -> None:
    """Raises RefusedHereError where another version migrated this database."""
    if revision is not None and revision not in {step.revision for step in chain}:
        raise RefusedHereError(
            f"Revision {revision} is not among the artefact's migrations: the database was migrated by "
            "another version. Use the artefact that carries that revision."
        )


def _with_ancestors(by_name: dict[str, Step], revision: str | None) -> frozenset[str]:
    found: set[str] = set()
    todo = [] if revision is None else [revision]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += by_name[name].follows if name in by_name else ()
    return frozenset(found)


def _require_one_line(steps: Sequence[Step], begin: str | None) -> None:
    before = begin
    for step in steps:
        if step.follows != ((before,) if before else ()):
            raise RefusedHereError(
                f"Revision {step.revision} does not follow {before or 'nothing'} alone: migrations that are still to "
                "come must stand in one line. Put one after the other.",
                code=FindingCode.SEVERAL_HEADS,
                revision=step.revision,
            )
        before = step.revision
