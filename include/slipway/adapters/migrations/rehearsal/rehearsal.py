"""Rehearses migrations on a scratch copy: the port's implementation, for every kind of database."""

import hashlib
import re
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.rehearsal.catalogue import catalogue_hash
from slipway.adapters.migrations.rehearsal.course import Course, Limits
from slipway.adapters.migrations.rehearsal.laboratory import Laboratory
from slipway.adapters.migrations.rehearsal.postgres.catalogue import read_catalogue
from slipway.adapters.migrations.rehearsal.postgres.connection import connected
from slipway.adapters.migrations.rehearsal.postgres.laboratory import postgres_laboratory
from slipway.adapters.migrations.rehearsal.postgres.scratch import identity
from slipway.adapters.migrations.rehearsal.postgres.size import rows_about
from slipway.adapters.migrations.rehearsal.sqlite.connection import connected as sqlite_connected
from slipway.adapters.migrations.rehearsal.sqlite.connection import file_of
from slipway.adapters.migrations.rehearsal.sqlite.laboratory import catalogue_of, sqlite_laboratory
from slipway.adapters.migrations.rehearsal.sqlite.size import rows_about as sqlite_rows_about
from slipway.adapters.migrations.rehearsal.words import without_values
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Rehearsed
from slipway.ports.outside.migrations import MigrationOrder, MigrationRunner
from slipway.ports.rehearsal import Expectations, PreparedExpectations, RehearsalOrder, StatementLint

_ID_LENGTH = 36


class DatabaseRehearsal:
    """PostgreSQL and SQLite, with whatever migration tool the runner knows."""

    def __init__(
        self,
        runner: MigrationRunner,
        expectations: Expectations | None = None,
        limits: Limits | None = None,
        lint: StatementLint | None = None,
        *,
        apart: bool = False,
    ) -> None:
        """`apart`: the scratch server must be another than that of the environment's database."""
        self._apart = apart
        self._runner = runner
        self._expectations = expectations
        self._lint = lint
        self._limits = limits or Limits()

    def rehearse(self, order: RehearsalOrder) -> Rehearsed:
        """What was seen. Raises ServiceMigrationError only where not even a copy could be made."""
        files = {each.revision: each for each in self._runner.files(order.order.folder)}
        source = self.database_id(order.order)
        with self._prepared(order) as expectations, _laboratory(order, apart=self._apart) as laboratory:
            course = Course(order, laboratory, self._runner, expectations, self._limits, self._lint)
            course.run()
            notes = course.notes
            return Rehearsed(
                dialect=laboratory.dialect,
                server=laboratory.server,
                from_revision=course.moves.applied,
                to_revision=course.moves.pending[-1] if course.moves.pending else course.moves.applied,
                migrations=[files[each] for each in course.moves.pending if each in files],
                steps=notes.steps,
                findings=notes.findings,
                lost_on_reverse=notes.lost_on_reverse,
                old_version_tried=course.old.tried,
                not_covered=notes.not_covered,
                catalogue_hash=catalogue_hash(laboratory.source_catalogue()),
                rows=course.rows,
                copied_by=order.settings.copy,
                expectations=notes.expectations,
                source=source,
                source_rows=self.rows_about(order.order),
            )

    def _prepared(self, order: RehearsalOrder) -> AbstractContextManager[PreparedExpectations | None]:
        if self._expectations is None or order.suites is None:
            return nullcontext()
        return self._expectations.prepared(order.suites.folder, order.order.deadline)

    def database_id(self, order: MigrationOrder) -> str:
        """The server's and the database's own numbers; of a file its place and its inode."""
        with _database_errors(f"The database of {order.service} in {order.environment} could not be told apart"):
            if _backend(order) == "sqlite":
                file = file_of(order.database_url).resolve()
                known = f"{file} {file.stat().st_ino if file.is_file() else 0}"
            else:
                known = " ".join(map(str, identity(order.database_url, order.deadline)))
        return hashlib.sha256(known.encode()).hexdigest()[:32]

    def rows_about(self, order: MigrationOrder) -> int:
        """By the environment's own database's statistics."""
        with _database_errors(f"The size of {order.service} in {order.environment} could not be read"):
            if _backend(order) == "sqlite":
                file = file_of(order.database_url)
                if not file.exists():  # connecting would make it
                    return 0
                with sqlite_connected(file, order.deadline, read_only=True) as connection:
                    return sqlite_rows_about(connection)
            with connected(order.database_url, order.deadline, read_only=True) as connection:
                return rows_about(connection)

    def catalogue_hash(self, order: MigrationOrder) -> str:
        """Of the environment's own database as it is now, in milliseconds."""
        with _database_errors(f"The schema of {order.service} in {order.environment} could not be read"):
            if _backend(order) == "sqlite":
                return catalogue_hash(catalogue_of(file_of(order.database_url), order.deadline))
            with connected(order.database_url, order.deadline, read_only=True) as connection:
                return catalogue_hash(read_catalogue(connection))


@contextmanager
def _laboratory(order: RehearsalOrder, *, apart: bool) -> Iterator[Laboratory]:
    """Chosen by the source's URL."""
    rehearsal = re.sub(r"[^a-z0-9]", "", order.proof_id.lower())[:_ID_LENGTH] or uuid.uuid4().hex
    with _database_errors("No copy could be made for the rehearsal"):
        if _backend(order.order) == "sqlite":
            with sqlite_laboratory(order) as files:
                yield files
        else:
            with postgres_laboratory(order, rehearsal, apart=apart) as databases:
                yield databases


def _backend(order: MigrationOrder) -> str:
    backend = make_url(order.database_url).get_backend_name()
    if backend not in {"postgresql", "sqlite"}:
        raise ServiceMigrationError(f"Migrations of {backend} cannot be rehearsed: those of PostgreSQL and SQLite can.")
    return backend


@contextmanager
def _database_errors(what: str) -> Iterator[None]:
    """What a database says, as the port's error."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        said = without_values(str(getattr(error, "orig", None) or error))
        raise ServiceMigrationError(f"{what}: {said}") from error
