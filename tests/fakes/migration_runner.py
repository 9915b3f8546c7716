"""Migrations in memory: an artefact's revisions are read from its files' names, a database is its URL."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Declared, MigrationFile, Phase, Reversibility
from slipway.ports.outside.migrations import MigrationOrder, MigrationRun, MigrationState, MigrationStep


class FakeMigrationRunner:
    """`<folder>/migrations/versions/<revision>_*.py` are the revisions, in order of their names.

    A file that contains `raise` fails to upgrade; one that contains `"kind": "reversible"` is lossless.
    """

    def __init__(self) -> None:
        self.applied: dict[str, tuple[str, ...]] = {}
        self.orders: list[tuple[str, MigrationOrder]] = []
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def carries_migrations(self, folder: Path) -> bool:
        """Whether there are any files."""
        return bool(_files(folder))

    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        """By name; the declaration by the words of its kind."""
        return tuple(
            MigrationFile(
                revision=revision,
                path=str(path.relative_to(folder)),
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
                declared=_declared(path),
                phase=Phase.POST if path.stem.endswith("_post") else Phase.PRE,
            )
            for revision, path in _files(folder).items()
        )

    def state(self, order: MigrationOrder) -> MigrationState:
        """What is applied and pending."""
        self._require_time("state", order)
        applied = self.applied.get(order.database_url, ())
        files = self.files(order.folder)
        if applied and applied[-1] not in {file.revision for file in files}:
            return MigrationState(applied=applied[-1], pending=(), known=False)
        missing = [file for file in files if file.revision not in applied]
        barred = (file.phase is Phase.POST and file.revision not in order.contract for file in missing)
        until = next((number for number, one in enumerate(barred) if one), len(missing))
        names = [file.revision for file in missing]
        return MigrationState(
            applied=applied[-1] if applied else None, pending=tuple(names[:until]), later=tuple(names[until:])
        )

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        """Applies one after the other until one fails."""
        self._begin("upgrade", order)
        pending = self.state(order).pending
        for revision in pending:
            if "raise" in _files(order.folder)[revision].read_text():
                raise ServiceMigrationError(f"The upgrade of {order.service} failed at revision {revision}.")
            self.applied[order.database_url] = (*self.applied.get(order.database_url, ()), revision)
        return self._done(order, pending)

    def downgrade(self, order: MigrationOrder, to: str | None) -> MigrationState:
        """Drops what came after `to`."""
        self._begin("downgrade", order)
        before = self.applied.get(order.database_url, ())
        self.applied[order.database_url] = self._applied_up_to(order, to)
        return self._done(order, before[len(self.applied[order.database_url]) :][::-1])

    def lossless(self, order: MigrationOrder, back_to: str | None) -> bool:
        """Reads the declarations."""
        applied = self.applied.get(order.database_url, ())
        newer = applied[len(self._applied_up_to(order, back_to)) :]
        said = {file.revision: file.declared for file in self.files(order.folder)}
        kinds = [one.kind if (one := said[revision]) else None for revision in newer]
        return all(kind is Reversibility.REVERSIBLE for kind in kinds)

    def _done(self, order: MigrationOrder, revisions: tuple[str, ...]) -> MigrationState:
        state = self.state(order)
        steps = tuple(MigrationStep(revision=each, seconds=0.0, tries=1) for each in revisions)
        return MigrationState(
            applied=state.applied, pending=state.pending, later=state.later, run=MigrationRun(steps=steps)
        )

    def _begin(self, action: str, order: MigrationOrder) -> None:
        self.orders.append((action, order))
        self._require_time(action, order)
        applied = self.applied.get(order.database_url, ())
        if applied and applied[-1] not in _files(order.folder):
            raise ServiceMigrationError(f"Revision {applied[-1]} is not among the artefact's migrations.")

    def _require_time(self, action: str, order: MigrationOrder) -> None:
        if order.deadline <= self.clock():
            raise ServiceMigrationError(f"The {action} of {order.service} was not done by its deadline.")

    def _applied_up_to(self, order: MigrationOrder, revision: str | None) -> tuple[str, ...]:
        applied = self.applied.get(order.database_url, ())
        if revision is None:
            return ()
        if revision not in applied:
            raise ServiceMigrationError(f"Revision {revision} is not among those applied.")
        return applied[: applied.index(revision) + 1]


def _files(folder: Path) -> dict[str, Path]:
    migrations = folder / "migrations"
    found = sorted([*(migrations / "versions").glob("*.py"), *(migrations / "sql").glob("*.up.sql")])
    return {path.name.split("_", maxsplit=1)[0]: path for path in found}


def _declared(path: Path) -> Declared | None:
    text = path.read_text()
    kinds = [kind for kind in Reversibility if f'"kind": "{kind}"' in text]
    return Declared(kind=kinds[0], reason="as its file says") if kinds else None
