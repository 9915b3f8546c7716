"""One runner a database, told apart from those that died."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text

from slipway.adapters.migrations.in_child.asked import Asked, RefusedHereError
from slipway.adapters.migrations.in_child.databases import make_engine

LOCK_KEY = 0x534C495057  # "SLIPW": the same for every runner, so each database has one at a time
_ASK_EVERY = 0.2
_BUSY = "Another migration of this database was still running at the deadline; nothing was changed."


@contextmanager
def quiet_connection(asked: Asked) -> Iterator[Connection]:
    """A second connection, without a transaction: what it says is seen at once, and it holds no snapshot, for which
    CREATE INDEX CONCURRENTLY would wait."""
    with make_engine(asked).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def only_runner(asked: Asked, quiet: Connection) -> Iterator[None]:
    """Waits for other runners, no longer than the deadline. Raises RefusedHereError."""
    if quiet.dialect.name == "postgresql":
        _take_advisory_lock(asked, quiet)
        yield
        return
    with _lock_file(quiet) as file:
        while not _locked(file):
            _pause(asked)
        yield


def still_only_runner(quiet: Connection) -> None:
    """Raises what the database raises where the connection with the lock is gone."""
    quiet.execute(text("SELECT 1"))


def end_backend(asked: Asked, quiet: Connection, backend: str) -> None:
    """A killed runner's last statement may still be at work on the server: ends it and waits until it is gone."""
    if not backend:
        return
    pid, _, started = backend.partition("@")
    alive = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid = :pid AND backend_start = CAST(:started AS timestamptz) AND pid <> pg_backend_pid()"
    )
    while quiet.execute(alive, {"pid": int(pid), "started": started}).first() is not None:
        _pause(asked)


def backend_of(connection: Connection) -> str:
    """What tells this connection's server process from any other; empty for SQLite."""
    if connection.dialect.name != "postgresql":
        return ""
    question = "SELECT pid || '@' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
    found = str(connection.execute(text(question)).scalar_one())
    connection.rollback()
    return found


def _take_advisory_lock(asked: Asked, quiet: Connection) -> None:
    """Asks again and again: a session that waits in pg_advisory_lock holds a snapshot all the while."""
    while not quiet.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY}).scalar_one():
        _pause(asked)


def _lock_file(quiet: Connection) -> IO[bytes]:
    database = quiet.engine.url.database
    if not database:
        raise RefusedHereError("A SQLite database in memory cannot be migrated: name its file.")
    path = Path(database)
    return path.with_name(f".{path.name}.slipway-lock").open("ab")


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pause(asked: Asked) -> None:
    if time.monotonic() + _ASK_EVERY >= asked.until:
        raise RefusedHereError(_BUSY)
    time.sleep(_ASK_EVERY)
