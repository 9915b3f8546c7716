"""What each look of a watch saw."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.service import StageRole
from slipway.domain.watch import Alert, Sample


class DatabaseWatchSamples:
    """`WatchSamples` on PostgreSQL: one a check and instant; what was seen once is never seen otherwise."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, attempt_id: str, role: StageRole, check: str, samples: Sequence[Sample]) -> None:
        """Keeps them. A look that saw nothing is replaced by one at the same instant that did."""
        for sample in samples:
            self._sql.run(
                """INSERT INTO watch_sample (attempt_id, role, check_name, at, value, alerts, problem)
                VALUES (:attempt_id, :role, :check, :at, CAST(:value AS jsonb), CAST(:alerts AS jsonb), :problem)
                ON CONFLICT (attempt_id, role, check_name, at) DO UPDATE
                SET value = excluded.value, alerts = excluded.alerts, problem = excluded.problem, noted_at = now()
                WHERE watch_sample.problem <> ''""",
                attempt_id=attempt_id,
                role=role,
                check=check,
                at=sample.at,
                value=None if sample.value is None else json.dumps(sample.value),
                alerts=json.dumps([_plain(alert) for alert in sample.alerts]),
                problem=sample.problem,
            )

    def of_stage(self, attempt_id: str, role: StageRole) -> Mapping[str, Sequence[Sample]]:
        """All that was seen, by check, oldest first."""
        rows = self._sql.all(
            "SELECT * FROM watch_sample WHERE attempt_id = :id AND role = :role ORDER BY at", id=attempt_id, role=role
        )
        found: dict[str, list[Sample]] = {}
        for row in rows:
            found.setdefault(row["check_name"], []).append(_sample(row))
        return found


def _plain(alert: Alert) -> dict[str, str]:
    return {"fingerprint": alert.fingerprint, "name": alert.name, "started_at": alert.started_at.isoformat()}


def _sample(row: Row) -> Sample:
    alerts = tuple(
        Alert(fingerprint=one["fingerprint"], name=one["name"], started_at=datetime.fromisoformat(one["started_at"]))
        for one in row["alerts"]
    )
    return Sample(at=row["at"], value=row["value"], alerts=alerts, problem=row["problem"])
