"""Second line's support, booked for an agreed time."""

from collections.abc import Sequence
from datetime import datetime

from slipway.adapters.database.rows import MOST_NUMBERS, Row, Sql
from slipway.domain.booking import Booking
from slipway.domain.errors import NotFoundError


class DatabaseBookings:
    """`Bookings` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def book(self, service: str, begins: datetime, ends: datetime, reason: str, by: str) -> Booking:
        """Writes a booking."""
        row = self._sql.one(
            """INSERT INTO support (service, begins, ends, reason, booked_by)
            VALUES (:service, :begins, :ends, :reason, :by) RETURNING *""",
            service=service,
            begins=begins,
            ends=ends,
            reason=reason,
            by=by,
        )
        return _booking(row)

    def get(self, number: int) -> Booking:
        """The booking. Raises NotFoundError."""
        return self._get(number, "")

    def lock(self, number: int) -> Booking:
        """The booking, its row locked till the end of the transaction."""
        return self._get(number, "FOR NO KEY UPDATE")

    def all(self) -> Sequence[Booking]:
        """The soonest first."""
        return [_booking(row) for row in self._sql.all("SELECT * FROM support ORDER BY begins, id")]

    def accept(self, number: int, by: str) -> Booking:
        """Second line agrees, once."""
        row = self._sql.one(
            """UPDATE support SET accepted_at = now(), accepted_by = :by
            WHERE id = :id AND accepted_at IS NULL RETURNING *""",
            id=number,
            by=by,
        )
        return _booking(row)

    def waive(self, number: int, by: str, because: str) -> Booking:
        """Nobody waits for it any more."""
        row = self._sql.one(
            """UPDATE support SET waived_at = now(), waived_by = :by, waived_because = :because
            WHERE id = :id AND waived_at IS NULL RETURNING *""",
            id=number,
            by=by,
            because=because,
        )
        return _booking(row)

    def _get(self, number: int, lock: str) -> Booking:
        statement = f"SELECT * FROM support WHERE id = :id {lock}"  # noqa: S608 - our constant
        row = self._sql.first(statement, id=number) if abs(number) <= MOST_NUMBERS else None
        if row is None:
            raise NotFoundError(f"there is no support {number}; `slipway support list` has what is booked")
        return _booking(row)


def _booking(row: Row) -> Booking:
    return Booking(
        id=row["id"],
        service=row["service"],
        begins=row["begins"],
        ends=row["ends"],
        reason=row["reason"],
        booked_by=row["booked_by"],
        accepted_by=row["accepted_by"],
        waived_by=row["waived_by"],
        waived_because=row["waived_because"],
    )
