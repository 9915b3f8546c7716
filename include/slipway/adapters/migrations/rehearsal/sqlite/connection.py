"""Connections of a rehearsal to SQLite files."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, NullPool, create_engine, event, make_url

from slipway.adapters.targets.waiting import seconds_until
from slipway.domain.errors import ServiceMigrationError

_INSTRUCTIONS = 100_000


def file_of(url: str) -> Path:
    """The file behind a URL. Raises ServiceMigrationError for a database in memory."""
    database = make_url(url).database
    if not database or database == ":memory:":
        raise ServiceMigrationError("A SQLite database in memory cannot be copied, so its migrations not rehearsed.")
    return Path(database)


@contextmanager
def connected(file: Path, deadline: datetime, *, read_only: bool = False) -> Iterator[Connection]:
    """One connection that keeps foreign keys, begins its own transactions, and stops at the deadline."""

    def prepare(plain: Any, _: object) -> None:
        plain.isolation_level = None
        plain.execute("PRAGMA foreign_keys = ON")
        plain.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
        plain.set_progress_handler(lambda: int(seconds_until(deadline) <= 0), _INSTRUCTIONS)

    if seconds_until(deadline) <= 0:
        raise TimeoutError("The deadline of the rehearsal is past.")
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def copy(source: Path, target: Path, *, read_only: bool = False) -> None:
    """Page by page, also while others write into the source."""
    for left in (target, target.with_name(f"{target.name}-wal"), target.with_name(f"{target.name}-shm")):
        left.unlink(missing_ok=True)
    mode = "ro" if read_only else "rw"
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode={mode}", uri=True)) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
