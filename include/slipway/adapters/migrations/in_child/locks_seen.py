"""Watches which locks the working connection takes, from a connection of its own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.in_child.asked import Asked
from slipway.adapters.migrations.in_child.databases import make_engine

_EVERY = 0.02
"""Seconds between two looks: shorter locks may go unseen, and that is said."""
_QUESTION = text(
    """
    SELECT n.nspname || '.' || c.relname AS object, l.mode AS mode, l.granted AS granted
    FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE l.pid = :pid AND l.mode <> 'AccessShareLock' AND c.relkind IN ('r', 'p', 'm', 'i', 'I', 'v')
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND c.relname NOT IN ('alembic_version', 'alembic_version_pkc', 'slipway_migrations', 'slipway_migrations_pkey')
      AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
    """
)


class LocksSeen:
    """How long each lock was held, and waited for, in seconds."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], float] = {}
        self._waited: dict[tuple[str, str], float] = {}
        self.note = ""
        """Why nothing was seen, where that is so."""

    def add(self, rows: Any, seconds: float) -> None:
        """One look: what was seen stood since the look before."""
        for row in rows:
            seen = self._held if row.granted else self._waited
            key = (row.object, row.mode)
            seen[key] = seen.get(key, 0.0) + seconds

    def as_json(self) -> list[dict[str, Any]]:
        """Longest held first."""
        keys = sorted({*self._held, *self._waited}, key=lambda key: (-self._held.get(key, 0.0), key))
        return [
            {
                "object": name,
                "mode": mode,
                "held_seconds": round(self._held.get((name, mode), 0.0), 3),
                "waited_seconds": round(self._waited.get((name, mode), 0.0), 3),
            }
            for name, mode in keys
        ]


@contextmanager
def watched(asked: Asked, working: Connection) -> Iterator[LocksSeen]:
    """Looks every 20 ms until the block ends. SQLite locks the whole file: nothing to see there."""
    seen = LocksSeen()
    if working.dialect.name != "postgresql":
        seen.note = "SQLite locks its whole file while a migration runs"
        yield seen
        return
    pid = working.execute(text("SELECT pg_backend_pid()")).scalar_one()
    working.rollback()
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(asked, pid, seen, over), daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _watch(asked: Asked, pid: int, seen: LocksSeen, over: threading.Event) -> None:
    try:
        with make_engine(asked).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            last = time.monotonic()
            while not over.wait(_EVERY):
                rows = connection.execute(_QUESTION, {"pid": pid}).all()
                now = time.monotonic()
                seen.add(rows, now - last)
                last = now
    except SQLAlchemyError as error:  # never the migration's fault
        seen.note = f"the locks could not be watched to the end: {' '.join(str(error).split())[:200]}"
