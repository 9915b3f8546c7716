"""What cross-checks need: recorded requests as the log has them, and what was judged before."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.audit import RecordedRequest, RunName

OVERLAP = timedelta(minutes=10)
"""Rows of Airflow get their time before they are committed: each check looks back to before the last one."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
RUNS_FOR = timedelta(days=35)
"""How long after its end an attempt's run must still be in Airflow; old ones may be cleaned away."""


class DatabaseAudits:
    """`Audits` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def look_from(self) -> datetime:
        """From when on the next check must look; from the beginning, the first time."""
        last: datetime | None = self._sql.value("SELECT max(began_at) FROM audit_check")
        return BEGINNING if last is None else last - OVERLAP

    def runs_to_find(self) -> Sequence[RunName]:
        """Runs of attempts that Airflow must still have, but for those whose loss was judged."""
        rows = self._sql.all(
            """SELECT dag_id, run_id FROM attempt a
            WHERE coalesce(ended_at, now()) > now() - CAST(:span AS interval)
              AND NOT EXISTS (SELECT FROM audit_judged j WHERE j.key = 'deleted:' || a.dag_id || ':' || a.run_id)""",
            span=RUNS_FOR,
        )
        return [RunName(dag_id=row["dag_id"], run_id=row["run_id"]) for row in rows]

    def requests(self, since: datetime) -> Sequence[RecordedRequest]:
        """Recorded requests in order; each entry that was written before has its outcome from the one after."""
        rows = self._sql.all(
            """SELECT at, kind, actor, payload FROM log
            WHERE kind IN ('request_received', 'request_answered') AND at >= :since ORDER BY seq""",
            since=since,
        )
        opened = [(row, json.loads(row["payload"])) for row in rows]
        outcomes = {p["request_id"]: p.get("outcome") for row, p in opened if row["kind"] == "request_answered"}
        return [
            _request(row, payload, outcomes.get(payload["request_id"]))
            for row, payload in opened
            if row["kind"] == "request_received"
        ]

    def judge_once(self, key: str, *, found: bool) -> bool:
        """Remembers that something was judged; False where it was before."""
        statement = "INSERT INTO audit_judged (key, found) VALUES (:key, :found) ON CONFLICT (key) DO NOTHING"
        return self._sql.run(statement, key=key, found=found) == 1

    def finished(self, began: datetime) -> None:
        """Remembers a check, so that the next one knows where to go on."""
        self._sql.run("INSERT INTO audit_check (began_at) VALUES (:began)", began=began)


def _request(row: Row, payload: dict[str, Any], outcome: str | None) -> RecordedRequest:
    decision = payload.get("decision") or {}
    return RecordedRequest(
        at=row["at"],
        actor=row["actor"],
        method=payload["method"],
        path=payload["path"],
        dag_id=payload.get("dag_id") or _text(decision.get("dag_id")),
        run_id=payload.get("run_id") or _text(decision.get("dag_run_id")) or _text(decision.get("run_id")),
        task_id=payload.get("task_id") or _text(decision.get("task_id")),
        refused=None if outcome is None else outcome != "allowed",
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
