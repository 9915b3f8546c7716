"""What an upgrade holds, rewrites and touches, seen from a second connection."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.postgres.connection import connected

_EVERY_SECONDS = 0.02
_LOCKS = """
SELECT relation, mode FROM pg_locks WHERE locktype = 'relation' AND granted AND pid <> pg_backend_pid()
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')"""
_RELATIONS = """
SELECT c.oid, CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || c.relname, pg_relation_filenode(c.oid),
       pg_total_relation_size(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relname <> ALL (:own)"""
_TOUCHED = """
SELECT relid, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables"""

WHAT_IT_BLOCKS = {"AccessExclusiveLock": "reading and writing"}
"""The other modes block writing only."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A table before the upgrade."""

    name: str
    file: int
    bytes: int
    touched: int


@dataclass
class Seen:
    """What was seen of the tables that were there before."""

    held: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    """(table, mode) → seconds."""
    rewritten: dict[str, int] = field(default_factory=dict)
    """Table → bytes."""
    touched: dict[str, int] = field(default_factory=dict)
    """Table → rows."""
    failure: str | None = None


@contextmanager
def watched(url: str, deadline: datetime, own: tuple[str, ...]) -> Iterator[Seen]:
    """Samples the locks while the body runs, and compares the tables' files and counters around it."""
    with connected(url, deadline) as connection:
        before = _relations(connection, own)
    seen, over = Seen(), threading.Event()
    sampler = threading.Thread(target=_sample, args=(url, deadline, before, seen, over), daemon=True)
    sampler.start()
    try:
        yield seen
    finally:
        over.set()
        sampler.join()
        with connected(url, deadline) as connection:
            after = _relations(connection, own)
    for oid, relation in before.items():
        now = after.get(oid)
        if now is None:
            continue
        if now.file != relation.file:
            seen.rewritten[relation.name] = relation.bytes
        if now.touched > relation.touched:
            seen.touched[relation.name] = now.touched - relation.touched


def _sample(url: str, deadline: datetime, tables: Mapping[int, Relation], seen: Seen, over: threading.Event) -> None:
    try:
        with connected(url, deadline, autocommit=True) as connection:
            last = time.monotonic()
            while not over.wait(_EVERY_SECONDS):
                locks = connection.execute(text(_LOCKS)).all()
                now = time.monotonic()
                for oid, mode in locks:
                    if oid in tables:
                        seen.held[tables[oid].name, mode] += now - last
                last = now
    except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to: the step that watches says it
        seen.failure = f"{type(error).__name__}: {error}"


def _relations(connection: Connection, own: tuple[str, ...]) -> dict[int, Relation]:
    touched = {row[0]: row[1] for row in connection.execute(text(_TOUCHED))}
    rows = connection.execute(text(_RELATIONS), {"own": list(own)}).all()
    connection.rollback()
    return {
        oid: Relation(name=name, file=file or 0, bytes=size, touched=touched.get(oid, 0))
        for oid, name, file, size in rows
    }
