"""The scratch copy of a SQLite file."""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, make_url, text

from slipway.adapters.migrations.rehearsal.catalogue import Catalogue, differences
from slipway.adapters.migrations.rehearsal.laboratory import Changed, Effects, Values, View
from slipway.adapters.migrations.rehearsal.places import PREFIX, swept_folder
from slipway.adapters.migrations.rehearsal.shapes import Table
from slipway.adapters.migrations.rehearsal.sqlite.catalogue import read_catalogue
from slipway.adapters.migrations.rehearsal.sqlite.comparing import compare_with
from slipway.adapters.migrations.rehearsal.sqlite.connection import connected, copy, file_of
from slipway.adapters.migrations.rehearsal.sqlite.shapes import read_tables
from slipway.adapters.migrations.rehearsal.sqlite.values import SqliteValues
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.service import CopyStrategy
from slipway.ports.rehearsal import RehearsalOrder

_SEQUENCES = "SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'"


class SqliteLaboratory:
    """Made by `sqlite_laboratory`; all its files are in one folder."""

    dialect = "sqlite"
    server = f"SQLite {sqlite3.sqlite_version}"

    def __init__(self, order: RehearsalOrder, folder: Path) -> None:
        self.values: Values = SqliteValues()
        self.not_covered: Sequence[str] = ()
        self._deadline: datetime = order.order.deadline
        self._folder = folder
        self._seed = folder / "seed.db"
        self._copy = folder / "copy.db"
        source = file_of(order.order.database_url)
        if not source.is_file():
            raise ServiceMigrationError(f"There is no database file {source}: nothing can be rehearsed.")
        copy(self._origin(order, source), self._seed, read_only=True)
        if self._seed.samefile(source):
            raise ServiceMigrationError("The scratch file is the environment's own: nothing was rehearsed.")
        self._source_catalogue = catalogue_of(source, self._deadline)
        found = differences(self._source_catalogue, catalogue_of(self._seed, self._deadline))
        if found:
            said = "; ".join(each.words for each in found[:5])
            raise ServiceMigrationError(f"The copy is not what the environment's database is: {said}.")
        self.start_again()

    @property
    def url(self) -> str:
        """Of the scratch copy."""
        return f"sqlite:///{self._copy}"

    def connected(self) -> AbstractContextManager[Connection]:
        """A connection to it."""
        return connected(self._copy, self._deadline)

    def connected_to(self, url: str) -> AbstractContextManager[Connection]:
        """A connection to a copy beside it."""
        return connected(file_of(url), self._deadline)

    def source_catalogue(self) -> Catalogue:
        """Of the environment's own database."""
        return self._source_catalogue

    def catalogue(self) -> Catalogue:
        """Of the scratch copy now."""
        return catalogue_of(self._copy, self._deadline)

    def tables(self) -> Sequence[Table]:
        """Of the scratch copy now."""
        with self.connected() as connection:
            return read_tables(connection)

    def invalid_indexes(self) -> Sequence[str]:
        """SQLite has none."""
        return ()

    def set_mark(self, name: str, views: Sequence[View]) -> int:
        """Copies the file; the base is the seed itself."""
        if name != "base":
            copy(self._copy, self._folder / f"{name}.db")
        with self.connected() as connection:
            counts = [
                connection.execute(text(f"SELECT count(*) FROM {view.table.quoted}")).scalar_one() for view in views
            ]
            connection.rollback()
        return sum(counts)

    def compare(self, name: str, views: Sequence[View]) -> Iterator[Changed]:
        """Row by row, by key, in the database."""
        mark = self._seed if name == "base" else self._folder / f"{name}.db"
        with self.connected() as connection:
            yield from compare_with(connection, mark, list(views))

    def sequences_behind(self) -> Mapping[str, str]:
        """SQLite never gives a key that is taken."""
        return {}

    def sequence_values(self) -> Mapping[str, tuple[int, bool]]:
        """Of tables with AUTOINCREMENT."""
        with self.connected() as connection:
            if connection.execute(text(_SEQUENCES)).one_or_none() is None:
                return {}
            rows = connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all()
            connection.rollback()
        return {name: (last + 1, True) for name, last in rows}

    def keep_sequences(self) -> AbstractContextManager[None]:
        """A rollback gives them back."""
        return nullcontext()

    @contextmanager
    def watch(self) -> Iterator[Effects]:
        """SQLite locks the whole file for whoever writes: there is nothing to tell apart."""
        yield Effects()

    @contextmanager
    def beside(self) -> Iterator[str]:
        """A copy of the scratch copy."""
        file = self._folder / "beside.db"
        copy(self._copy, file)
        yield f"sqlite:///{file}"

    def start_again(self) -> None:
        """A copy of the seed."""
        copy(self._seed, self._copy)

    def _origin(self, order: RehearsalOrder, source: Path) -> Path:
        how = order.settings.copy
        if how is CopyStrategy.REPLICA and order.replica_url:
            self.not_covered = ("The rows are those of a copy that was prepared beforehand.",)
            return file_of(order.replica_url)
        if how is CopyStrategy.DUMP:
            return source
        raise ServiceMigrationError(f"SQLite files are copied whole: `strategy: {how}` is for PostgreSQL.")


@contextmanager
def sqlite_laboratory(order: RehearsalOrder) -> Iterator[SqliteLaboratory]:
    """Its folder goes at the end, and what killed rehearsals left goes first."""
    url = make_url(order.scratch_url)
    whole = url.get_backend_name() == "sqlite" and url.database
    above = Path(str(url.database)) if whole else Path(tempfile.gettempdir())
    with swept_folder(above, PREFIX) as folder:
        yield SqliteLaboratory(order, folder)


def catalogue_of(file: Path, deadline: datetime) -> Catalogue:
    """Of any file."""
    with connected(file, deadline, read_only=True) as connection:
        return read_catalogue(connection)
