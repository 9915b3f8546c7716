"""Migrations in memory: an artefact's revisions are read from its files' names, a database is its URL."""

from datetime import UTC, datetime
from pathlib import Path

from slipway.domain.errors import ServiceMigrationError
from slipway.ports import MigrationOrder, MigrationState


class FakeMigrationRunner:
    """`<folder>/migrations/versions/<revision>_*.py` are the revisions, in order of their names.

    A file that contains `raise` fails to upgrade; one that contains `downgrade_is_lossless = True` is lossless.
    """

    def __init__(self) -> None:
        self.applied: dict[str, tuple[str, ...]] = {}
        self.orders: list[tuple[str, MigrationOrder]] = []

    def carries_migrations(self, folder: Path) -> bool:
        """Whether there are any files."""
        return bool(_files(folder))

    def state(self, order: MigrationOrder) -> MigrationState:
        """What is applied and pending."""
        applied = self.applied.get(order.database_url, ())
        pending = tuple(revision for revision in _files(order.folder) if revision not in applied)
        known = not applied or applied[-1] in _files(order.folder)
        return MigrationState(applied=applied[-1] if applied else None, pending=pending if known else (), known=known)

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        """Applies one after the other until one fails."""
        self._begin("upgrade", order)
        for revision in self.state(order).pending:
            if "raise" in _files(order.folder)[revision].read_text():
                raise ServiceMigrationError(f"The upgrade of {order.service} failed at revision {revision}.")
            self.applied[order.database_url] = (*self.applied.get(order.database_url, ()), revision)
        return self.state(order)

    def downgrade(self, order: MigrationOrder, to: str | None) -> MigrationState:
        """Drops what came after `to`."""
        self._begin("downgrade", order)
        self.applied[order.database_url] = self._applied_up_to(order, to)
        return self.state(order)

    def lossless(self, order: MigrationOrder, back_to: str | None) -> bool:
        """Reads the declarations."""
        applied = self.applied.get(order.database_url, ())
        newer = applied[len(self._applied_up_to(order, back_to)) :]
        files = _files(order.folder)
        return all("downgrade_is_lossless = True" in files[revision].read_text() for revision in newer)

    def _begin(self, action: str, order: MigrationOrder) -> None:
        self.orders.append((action, order))
        if order.deadline <= datetime.now(UTC):
            raise ServiceMigrationError(f"The {action} of {order.service} was not done by its deadline.")
        applied = self.applied.get(order.database_url, ())
        if applied and applied[-1] not in _files(order.folder):
            raise ServiceMigrationError(f"Revision {applied[-1]} is not among the artefact's migrations.")

    def _applied_up_to(self, order: MigrationOrder, revision: str | None) -> tuple[str, ...]:
        applied = self.applied.get(order.database_url, ())
        if revision is None:
            return ()
        if revision not in applied:
            raise ServiceMigrationError(f"Revision {revision} is not among those applied.")
        return applied[: applied.index(revision) + 1]


def _files(folder: Path) -> dict[str, Path]:
    found = sorted((folder / "migrations" / "versions").glob("*.py"))
    return {path.name.split("_", maxsplit=1)[0]: path for path in found}
