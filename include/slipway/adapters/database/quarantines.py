"""Activities that were given up on, while their services stay locked."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.activity import Quarantine


class DatabaseQuarantines:
    """`Quarantines` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def begin(self, activity_id: str, service: str, environment: str, by: str, reason: str) -> Quarantine:
        """Locks the service there."""
        row = self._sql.one(
            """INSERT INTO quarantine (activity_id, service, environment, by, reason)
            VALUES (:activity_id, :service, :environment, :by, :reason) RETURNING *""",
            activity_id=activity_id,
            service=service,
            environment=environment,
            by=by,
            reason=reason,
        )
        return _quarantine(row)

    def of_service(self, service: str, environment: str) -> Quarantine | None:
        """The oldest that stands for a service there."""
        row = self._sql.first(
            """SELECT * FROM quarantine WHERE service = :service AND environment = :environment AND ended_at IS NULL
            ORDER BY at LIMIT 1""",
            service=service,
            environment=environment,
        )
        return None if row is None else _quarantine(row)

    def standing(self) -> Sequence[Quarantine]:
        """All that stand, oldest first."""
        return [
            _quarantine(row) for row in self._sql.all("SELECT * FROM quarantine WHERE ended_at IS NULL ORDER BY at")
        ]

    def asked(self, activity_id: str) -> None:
        """Remembers that the target was asked now."""
        self._sql.run("UPDATE quarantine SET asked_at = now() WHERE activity_id = :id", id=activity_id)

    def end(self, activity_id: str) -> None:
        """Unlocks the service."""
        self._sql.run("UPDATE quarantine SET ended_at = now() WHERE activity_id = :id", id=activity_id)


def _quarantine(row: Row) -> Quarantine:
    return Quarantine(**{name: value for name, value in row.items() if name != "ended_at"})
