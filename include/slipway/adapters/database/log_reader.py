"""Reads the release log back, exactly as it was hashed: searched, streamed whole, and its head (R5)."""

from collections.abc import Iterator, Sequence
from typing import Any

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.log_entry import LogEntry

SELECT_ENTRY = r"""SELECT seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24\:MI\:SS.US"Z"') AS at, kind,
    release_id, attempt, service, environment, actor, via, payload, prev_hash, hash FROM log"""
"""`at` exactly as it was hashed."""

PAGE = 5_000
"""Entries held in memory at a time while the whole log is read."""


def read_log(sql: Sql, after_seq: int = 0) -> Iterator[LogEntry]:
    """Entries in order of `seq`, from the one after `after_seq`; `verify_chain` takes them as they come."""
    statement = f"{SELECT_ENTRY} WHERE seq > :after ORDER BY seq LIMIT :page"
    while rows := sql.all(statement, after=after_seq, page=PAGE):
        yield from map(entry_of, rows)
        after_seq = rows[-1]["seq"]


class LogReader:
    """The log inside a transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def newest(
        self,
        *,
        release: str | None = None,
        kind: str | None = None,
        service: str | None = None,
        actor: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> Sequence[LogEntry]:
        """The newest entries that match every filter given, oldest of them first; `before` a seq, to page back."""
        wanted: dict[str, Any] = {"release_id": release, "kind": kind, "service": service, "actor": actor}
        filters = {column: value for column, value in wanted.items() if value is not None}
        conditions = [f"{column} = :{column}" for column in filters]
        if before is not None:
            filters["before"] = before
            conditions.append("seq < :before")
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        rows = self._sql.all(f"{SELECT_ENTRY} {where} ORDER BY seq DESC LIMIT :limit", **filters, limit=limit)
        return [entry_of(row) for row in reversed(rows)]

    def entry(self, seq: int) -> LogEntry | None:
        """One entry, or None."""
        row = self._sql.first(f"{SELECT_ENTRY} WHERE seq = :seq", seq=seq)
        return None if row is None else entry_of(row)

    def all(self) -> Iterator[LogEntry]:
        """Every entry in order, a page at a time; entries numbered below 1 too, which nobody should find."""
        return read_log(self._sql, after_seq=_BEFORE_ANY)

    def freeze(self) -> None:
        """Makes the rest of this transaction, which must not have read yet, see one instant."""
        self._sql.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry, as the database counts them."""
        row = self._sql.one("SELECT seq, hash FROM log_head")
        return row["seq"], row["hash"]


_BEFORE_ANY = -(2**63)


def entry_of(row: Row) -> LogEntry:
    """The entry in a row of `SELECT_ENTRY`."""
    return LogEntry(**row)
