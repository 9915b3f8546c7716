"""Reviews of what was done in a hurry."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.errors import NotFoundError
from slipway.domain.release import Release
from slipway.domain.review import Review, ReviewKind


class DatabaseReviews:
    """`Reviews` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def open(self, kind: ReviewKind, about: str, by: str, release: Release | None) -> Review:
        """Writes a review."""
        row = self._sql.one(
            """INSERT INTO review (kind, about, release_id, service, opened_by)
            VALUES (:kind, :about, :release_id, :service, :by) RETURNING *""",
            kind=kind,
            about=about,
            release_id=release.id if release else None,
            service=release.service if release else None,
            by=by,
        )
        return _review(row)

    def lock(self, number: int) -> Review:
        """The review, its row locked till the end of the transaction."""
        row = self._sql.first("SELECT * FROM review WHERE id = :id FOR UPDATE", id=number)
        if row is None:
            raise NotFoundError(f"there is no review {number}; `slipway review list` has those that are open")
        return _review(row)

    def all(self, *, open_only: bool) -> Sequence[Review]:
        """Oldest first."""
        rows = self._sql.all("SELECT * FROM review WHERE NOT :open OR closed_at IS NULL ORDER BY id", open=open_only)
        return [_review(row) for row in rows]

    def mark_overdue(self, number: int) -> bool:
        """Remembers that its time is over; False where that was known."""
        statement = "UPDATE review SET overdue_at = now() WHERE id = :id AND closed_at IS NULL AND overdue_at IS NULL"
        return self._sql.run(statement, id=number) == 1

    def close(self, number: int, by: str, because: str) -> Review:
        """Closes it, once."""
        row = self._sql.one(
            """UPDATE review SET closed_at = now(), closed_by = :by, closed_because = :because
            WHERE id = :id AND closed_at IS NULL RETURNING *""",
            id=number,
            by=by,
            because=because,
        )
        return _review(row)


def _review(row: Row) -> Review:
    return Review(
        id=row["id"],
        kind=ReviewKind(row["kind"]),
        about=row["about"],
        release_id=row["release_id"],
        service=row["service"],
        opened_by=row["opened_by"],
        opened_at=row["opened_at"],
        closed_by=row["closed_by"],
    )
