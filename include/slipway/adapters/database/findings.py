"""What people said of unauthorised changes."""

from collections.abc import Sequence

from slipway.adapters.database.log_reader import SELECT_ENTRY, entry_of
from slipway.adapters.database.rows import Row, Sql
from slipway.domain.errors import NotFoundError
from slipway.domain.log_entry import LogEntry
from slipway.domain.open_finding import LoggedFinding, Said

_KIND = "kind = 'unauthorised_change'"
_FINDINGS = f"{SELECT_ENTRY} WHERE {_KIND}"
_OPEN = "NOT EXISTS (SELECT FROM finding_said said WHERE said.seq = log.seq AND said.what = 'closed')"


class DatabaseFindings:
    """`Findings` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def lock(self, seq: int) -> LoggedFinding:
        """The finding; till the end of the transaction nobody else says anything of it. Log entries have no lock."""
        self._sql.run("SELECT pg_advisory_xact_lock(730524, CAST(:seq AS bigint)::bit(32)::int)", seq=seq)
        row = self._sql.first(f"{_FINDINGS} AND seq = :seq", seq=seq)
        if row is None:
            raise NotFoundError(f"the log has no unauthorised change {seq}; `slipway audit` lists those that are open")
        return self._with_what_was_said([entry_of(row)])[0]

    def newest(self, *, open_only: bool, limit: int) -> Sequence[LoggedFinding]:
        """The newest, oldest of them first."""
        rows = self._sql.all(
            f"{_FINDINGS} AND (NOT :open OR {_OPEN}) ORDER BY seq DESC LIMIT :limit",
            open=open_only,
            limit=limit,
        )
        return self._with_what_was_said([entry_of(row) for row in reversed(rows)])

    def count_open(self) -> int:
        """Those that nobody has closed, of whatever age."""
        count: int = self._sql.value(f"SELECT count(*) FROM log WHERE {_KIND} AND {_OPEN}")  # noqa: S608 - constants
        return count

    def explain(self, seq: int, by: str, because: str) -> None:
        """Writes an explanation, beside those that there are."""
        self._say(seq, "explained", by, because)

    def close(self, seq: int, by: str, because: str) -> None:
        """Closes it, once."""
        self._say(seq, "closed", by, because)

    def _say(self, seq: int, what: str, by: str, because: str) -> None:
        self._sql.run(
            "INSERT INTO finding_said (seq, what, person, because) VALUES (:seq, :what, :by, :because)",
            seq=seq,
            what=what,
            by=by,
            because=because,
        )

    def _with_what_was_said(self, entries: Sequence[LogEntry]) -> list[LoggedFinding]:
        known = self._sql.all(
            "SELECT * FROM finding_said WHERE seq = ANY(:seqs) ORDER BY id", seqs=[entry.seq for entry in entries]
        )
        return [_finding(entry, [row for row in known if row["seq"] == entry.seq]) for entry in entries]


def _finding(entry: LogEntry, rows: Sequence[Row]) -> LoggedFinding:
    closed = [_said(row) for row in rows if row["what"] == "closed"]
    return LoggedFinding(
        entry=entry,
        explanations=tuple(_said(row) for row in rows if row["what"] == "explained"),
        closed=closed[0] if closed else None,
    )


def _said(row: Row) -> Said:
    return Said(person=row["person"], because=row["because"], at=row["at"])
