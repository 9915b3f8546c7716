"""Rehearsals in memory: what is found stands in the migration files themselves."""

import ast
import hashlib
import re
from pathlib import Path

from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import (
    Declared,
    Finding,
    FindingCode,
    MigrationFile,
    Phase,
    RehearsalStep,
    Rehearsed,
    Reversibility,
    StepOutcome,
)
from slipway.ports.outside.migrations import MigrationOrder
from slipway.ports.rehearsal import RehearsalOrder
from tests.fakes.migration_runner import FakeMigrationRunner

_DECLARED = re.compile(r"^reversibility = (\{.*\})", re.MULTILINE)
_FINDS = re.compile(r"^# finds (\w+) (\S+)", re.MULTILINE)
_LOSES = re.compile(r"^# loses (\S+)", re.MULTILINE)


class FakeRehearsal:
    """A line `# finds CODE OBJECT` of a migration is a finding, `# loses OBJECT` is lost on the way back.

    `drifted` holds the databases whose schema somebody changed by hand; `rows` says how many are in which; `broken`
    makes every copy fail."""

    def __init__(self, migrations: FakeMigrationRunner) -> None:
        self._migrations = migrations
        self.orders: list[RehearsalOrder] = []
        self.drifted: set[str] = set()
        self.rows: dict[str, int] = {}
        self.broken = False

    def rehearse(self, order: RehearsalOrder) -> Rehearsed:
        """What the files say."""
        if self.broken:
            raise ServiceMigrationError("no copy could be made: the disk is full")
        self.orders.append(order)
        state = self._migrations.state(order.order)
        files = {revision: _file(order.order.folder, revision) for revision in state.pending}
        texts = {revision: path.read_text() for revision, path in files.items()}
        return Rehearsed(
            dialect="fake",
            server="1",
            from_revision=state.applied,
            to_revision=state.pending[-1] if state.pending else state.applied,
            migrations=[_migration(revision, path, order.order.folder) for revision, path in files.items()],
            steps=[
                RehearsalStep(name=name, outcome=StepOutcome.PASS, seconds=0.0)
                for name in ("upgrade", "downgrade", "upgrade again")
            ],
            findings=[
                Finding(code=FindingCode(code), object=what, detail="3 rows", revision=revision)
                for revision, text in texts.items()
                for code, what in _FINDS.findall(text)
            ],
            lost_on_reverse=[what for text in texts.values() for what in _LOSES.findall(text)],
            old_version_tried=order.old is not None and not any("# untried" in text for text in texts.values()),
            not_covered=["everything: it is a fake"],
            catalogue_hash=self.catalogue_hash(order.order),
            rows=3,
            copied_by=order.settings.copy,
            source=self.database_id(order.order),
            source_rows=self.rows_about(order.order),
        )

    def database_id(self, order: MigrationOrder) -> str:
        """Its URL."""
        return order.database_url

    def rows_about(self, order: MigrationOrder) -> int:
        """As it was told."""
        return self.rows.get(order.database_url, 3)

    def catalogue_hash(self, order: MigrationOrder) -> str:
        """Of what is applied, and of whether somebody changed something by hand."""
        applied = self._migrations.applied.get(order.database_url, ())
        return hashlib.sha256(f"{applied}{order.database_url in self.drifted}".encode()).hexdigest()


def _migration(revision: str, path: Path, folder: Path) -> MigrationFile:
    found = _DECLARED.search(path.read_text())
    said = ast.literal_eval(found.group(1)) if found else None
    return MigrationFile(
        revision=revision,
        path=str(path.relative_to(folder)),
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        declared=Declared(kind=Reversibility(said["kind"]), reason=said["reason"]) if said else None,
        phase=Phase.POST if path.stem.endswith("_post") else Phase.PRE,
    )


def _file(folder: Path, revision: str) -> Path:
    return next((folder / "migrations" / "versions").glob(f"{revision}_*.py"))
