"""Who has nobody asked to confirm a service in live, until when and why."""

from collections.abc import Sequence
from datetime import datetime

from slipway.adapters.database.rows import MOST_NUMBERS, Row, Sql
from slipway.domain.confirmation_waiver import ConfirmationWaiver
from slipway.domain.errors import NotFoundError


class DatabaseConfirmationWaivers:
    """`ConfirmationWaivers` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def give(self, service: str, by: str, expires_at: datetime, reason: str) -> ConfirmationWaiver:
        """Writes a waiver."""
        row = self._sql.one(
            """INSERT INTO confirmation_waiver (service, given_by, expires_at, reason)
            VALUES (:service, :by, :expires_at, :reason) RETURNING *""",
            service=service,
            by=by,
            expires_at=expires_at,
            reason=reason,
        )
        return _waiver(row)

    def get(self, number: int) -> ConfirmationWaiver:
        """The waiver. Raises NotFoundError."""
        return self._get(number, "")

    def lock(self, number: int) -> ConfirmationWaiver:
        """The waiver, its row locked till the end of the transaction."""
        return self._get(number, "FOR NO KEY UPDATE")

    def all(self) -> Sequence[ConfirmationWaiver]:
        """The newest first."""
        return [_waiver(row) for row in self._sql.all("SELECT * FROM confirmation_waiver ORDER BY id DESC")]

    def standing(self, service: str) -> Sequence[ConfirmationWaiver]:
        """Those of a service whose time is not over, and which nobody has taken back; the longest first."""
        rows = self._sql.all(
            """SELECT * FROM confirmation_waiver WHERE service = :service AND ended_at IS NULL AND expires_at > now()
            ORDER BY expires_at DESC, id""",
            service=service,
        )
        return [_waiver(row) for row in rows]

    def end(self, number: int, by: str, because: str) -> ConfirmationWaiver:
        """It is taken back, once."""
        row = self._sql.one(
            """UPDATE confirmation_waiver SET ended_at = now(), ended_by = :by, ended_because = :because
            WHERE id = :id AND ended_at IS NULL RETURNING *""",
            id=number,
            by=by,
            because=because,
        )
        return _waiver(row)

    def _get(self, number: int, lock: str) -> ConfirmationWaiver:
        statement = f"SELECT * FROM confirmation_waiver WHERE id = :id {lock}"  # noqa: S608 - our constant
        row = self._sql.first(statement, id=number) if abs(number) <= MOST_NUMBERS else None
        if row is None:
            raise NotFoundError(f"there is no confirmation waiver {number}; see `slipway confirmation list --all`")
        return _waiver(row)


def _waiver(row: Row) -> ConfirmationWaiver:
    return ConfirmationWaiver(
        id=row["id"],
        service=row["service"],
        by=row["given_by"],
        at=row["given_at"],
        expires_at=row["expires_at"],
        reason=row["reason"],
        ended_at=row["ended_at"],
        ended_by=row["ended_by"],
        ended_because=row["ended_because"],
    )
