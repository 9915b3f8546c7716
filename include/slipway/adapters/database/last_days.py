"""What happened in an environment in the last 24 hours, and what is open since whenever."""

from slipway.adapters.database.findings import DatabaseFindings
from slipway.adapters.database.rows import Sql
from slipway.domain.last_day import MOST_SHOWN, SPAN, Deployed, Drift, Held, LastDay


class DatabaseLastDays:
    """`LastDays` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def of(self, environment: str) -> LastDay:
        """Up to now."""
        deployed = self._sql.all(
            """SELECT service, version, kind = 'undo' AS brought_back, at FROM deployment
            WHERE environment = :environment AND at > now() - :span ORDER BY id DESC""",
            environment=environment,
            span=SPAN,
        )
        held = self._sql.all(
            """SELECT id, name, reason, placed_by AS by,
                   coalesce(lifted_at, ended_at, CASE WHEN until <= now() THEN until END) AS over_at
            FROM hold
            WHERE (scope <> 'environment' OR name = :environment)
              AND coalesce(lifted_at, ended_at, until, 'infinity') > now() - :span
            ORDER BY id DESC""",
            environment=environment,
            span=SPAN,
        )
        reviews = self._sql.one(
            """SELECT count(*) AS open, count(*) FILTER (WHERE overdue_at IS NOT NULL) AS overdue
            FROM review WHERE closed_at IS NULL"""
        )
        drifted = self._sql.all(
            """SELECT DISTINCT ON (service, environment) service, environment, seq FROM log
            WHERE kind = 'drift_found' AND NOT EXISTS (
                SELECT FROM deployment d
                WHERE d.service = log.service AND d.environment = log.environment AND d.at > log.at)
            ORDER BY service, environment, seq DESC"""
        )
        findings = DatabaseFindings(self._sql)
        return LastDay(
            environment=environment,
            deployed=[Deployed(**row) for row in deployed],
            held=[Held(**row) for row in held],
            open_reviews=reviews["open"],
            overdue_reviews=reviews["overdue"],
            open_findings=findings.count_open(),
            newest_findings=tuple(reversed(findings.newest(open_only=True, limit=MOST_SHOWN))),
            drifted=[Drift(**row) for row in drifted],
        )
