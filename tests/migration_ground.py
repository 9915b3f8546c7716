"""Where the cases of migrations are rehearsed: their folders, a runner in this process, and what is expected."""

import ast
import hashlib
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError

from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Declared, FindingCode, MigrationFile, Reversibility
from slipway.domain.service import MigrationSettings, RehearsalSettings
from slipway.ports.outside.migrations import MigrationOrder, MigrationState

CASES = Path(__file__).with_name("migration_cases")
BASE = CASES / "_base"


@dataclass(frozen=True)
class Case:
    """One folder."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def expected(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = yaml.safe_load((self.folder / "expected.yaml").read_text())
        return document

    @property
    def dialects(self) -> Sequence[str]:
        return [each for each in ("postgresql", "sqlite") if each in self.expected]

    def migrations(self, dialect: str) -> Path:
        """Above `versions`: of one database alone where a folder is called so, else of both."""
        own = self.folder / dialect
        return own if own.is_dir() else self.folder

    def file(self, name: str) -> Path | None:
        """The case's own, else the one of all cases."""
        return next((each for each in (self.folder / name, BASE / name) if each.is_file()), None)


def cases() -> Iterator[Case]:
    """All of them."""
    for folder in sorted(CASES.iterdir()):
        if folder.is_dir() and not folder.name.startswith("_"):
            yield Case(folder)


def migration_order(
    folder: Path, url: str, seconds: float = 60, rehearsal: RehearsalSettings | None = None
) -> MigrationOrder:
    """An order of the service that all cases are about."""
    return MigrationOrder(
        service="shop",
        environment="preprod",
        folder=folder,
        settings=MigrationSettings(connection="shop_preprod", rehearsal=rehearsal or RehearsalSettings()),
        database_url=url,
        deadline=datetime.now(UTC) + timedelta(seconds=seconds),
    )


def _file(path: Path) -> MigrationFile:
    text = path.read_text()
    values = {
        target.id: node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    said = ast.literal_eval(values["reversibility"]) if "reversibility" in values else None
    return MigrationFile(
        revision=ast.literal_eval(values["revision"]),
        path=path.name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        declared=Declared(kind=Reversibility(said["kind"]), reason=said["reason"]) if said else None,
    )


class InProcessRunner:
    """Alembic without a process of its own: a case costs no second. `versions/*.py` are in the folder itself."""

    def __init__(self, *, foreign_keys: bool = False) -> None:
        self._foreign_keys = foreign_keys

    def carries_migrations(self, folder: Path) -> bool:
        return any((folder / "versions").glob("*.py"))

    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        """Revisions and declarations, read without importing."""
        return tuple(_file(path) for path in sorted((folder / "versions").glob("*.py")))

    def state(self, order: MigrationOrder) -> MigrationState:
        with _connected(order, foreign_keys=self._foreign_keys) as connection:
            return self._run(order, connection, lambda script, applied: [])

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        with _connected(order, foreign_keys=self._foreign_keys) as connection:
            self._run(order, connection, lambda script, applied: script._upgrade_revs("head", applied))
        return self.state(order)

    def downgrade(self, order: MigrationOrder, to: str | None) -> MigrationState:
        with _connected(order, foreign_keys=self._foreign_keys) as connection:
            self._run(order, connection, lambda script, applied: script._downgrade_revs(to or "base", applied))
        return self.state(order)

    def lossless(self, order: MigrationOrder, back_to: str | None) -> bool:
        return False

    def _run(self, order: MigrationOrder, connection: Connection, revisions: Any) -> MigrationState:
        with warnings.catch_warnings():
            return self._run_warned(order, connection, revisions)

    def _run_warned(self, order: MigrationOrder, connection: Connection, revisions: Any) -> MigrationState:
        config = Config()
        config.set_main_option("script_location", str(order.folder))
        config.set_main_option("path_separator", "newline")
        try:
            warnings.simplefilter("ignore")  # Alembic warns of what the cases are about
            script = ScriptDirectory(str(order.folder), version_locations=[str(order.folder / "versions")])
            head = script.get_current_head()
            with EnvironmentContext(config, script, fn=lambda rev, _: revisions(script, rev)) as environment:
                environment.configure(connection=connection, transaction_per_migration=True)
                with environment.begin_transaction():
                    environment.run_migrations()
                applied = environment.get_context().get_current_revision()
            connection.rollback()
            between = script.iterate_revisions(head, applied or "base") if head != applied else ()
            return MigrationState(applied=applied, pending=tuple(each.revision for each in between)[::-1])
        except (SQLAlchemyError, CommandError) as error:
            code = FindingCode.SEVERAL_HEADS if "multiple heads" in str(error).lower() else None
            raise ServiceMigrationError(f"It failed: {getattr(error, 'orig', None) or error}", code=code) from error
        except Exception as error:
            raise ServiceMigrationError(f"It failed: {type(error).__name__}: {error}") from error


class _connected:  # noqa: N801 - reads as the verb it is
    def __init__(self, order: MigrationOrder, *, foreign_keys: bool) -> None:
        self._engine = create_engine(order.database_url, poolclass=NullPool)
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _leave_transactions_to_us)
            if foreign_keys:
                event.listen(self._engine, "connect", lambda plain, _: plain.execute("PRAGMA foreign_keys = ON"))
            event.listen(self._engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._engine.dispose()


def _leave_transactions_to_us(connection: Any, _: object) -> None:
    connection.isolation_level = None
