"""For whom Airflow is, or was, open by break-glass."""

from collections.abc import Sequence
from datetime import datetime

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.break_glass import Opening


class DatabaseBreakGlass:
    """`BreakGlass` on PostgreSQL: one opening at a time."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def open(self, person: str, reason: str, by: tuple[str, str], until: datetime, review: int) -> Opening:
        """Opens it; `by`: who asked, and who activated it."""
        asked_by, activated_by = by
        row = self._sql.one(
            """INSERT INTO break_glass (person, reason, asked_by, activated_by, until, review)
            VALUES (:person, :reason, :asked_by, :activated_by, :until, :review) RETURNING *""",
            person=person,
            reason=reason,
            asked_by=asked_by,
            activated_by=activated_by,
            until=until,
            review=review,
        )
        return _opening(row)

    def in_force(self) -> Opening | None:
        """The one whose time is not over, and that nobody closed."""
        row = self._sql.first("SELECT * FROM break_glass WHERE closed_at IS NULL AND until > now()")
        return None if row is None else _opening(row)

    def over(self) -> Opening | None:
        """The one whose time is over, and that nobody closed; locked till the end of the transaction."""
        row = self._sql.first("SELECT * FROM break_glass WHERE closed_at IS NULL AND until <= now() FOR UPDATE")
        return None if row is None else _opening(row)

    def of_review(self, review: int) -> Opening | None:
        """The one that a review is about."""
        row = self._sql.first("SELECT * FROM break_glass WHERE review = :review", review=review)
        return None if row is None else _opening(row)

    def close(self, number: int, by: str, because: str) -> bool:
        """Closes it; False where that was done before."""
        touched = self._sql.run(
            """UPDATE break_glass SET closed_at = now(), closed_by = :by, closed_because = :because
            WHERE id = :id AND closed_at IS NULL""",
            id=number,
            by=by,
            because=because,
        )
        return touched == 1

    def all(self) -> Sequence[Opening]:
        """Every one, oldest first."""
        return [_opening(row) for row in self._sql.all("SELECT * FROM break_glass ORDER BY id")]


def _opening(row: Row) -> Opening:
    return Opening(
        id=row["id"],
        person=row["person"],
        reason=row["reason"],
        asked_by=row["asked_by"],
        activated_by=row["activated_by"],
        opened_at=row["opened_at"],
        until=row["until"],
        closed_at=row["closed_at"],
        closed_by=row["closed_by"],
    )
