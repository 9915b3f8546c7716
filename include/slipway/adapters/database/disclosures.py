"""The texts of security releases. Nothing else reads this table."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.disclosure import Disclosure
from slipway.domain.errors import NotFoundError


class DatabaseDisclosures:
    """`Disclosures` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def file(self, service: str, summary: str, rollback_plan: str, salt: str, by: str) -> Disclosure:
        """Keeps the texts, for good as they are, under a new reference."""
        row = self._sql.one(
            """INSERT INTO disclosure (service, summary, rollback_plan, salt, filed_by)
            VALUES (:service, :summary, :rollback_plan, :salt, :by) RETURNING *""",
            service=service,
            summary=summary,
            rollback_plan=rollback_plan,
            salt=salt,
            by=by,
        )
        return _disclosure(row)

    def lock(self, reference: str) -> Disclosure:
        """The texts, their row locked till the end of the transaction."""
        row = self._sql.first("SELECT * FROM disclosure WHERE reference = :reference FOR UPDATE", reference=reference)
        if row is None:
            raise NotFoundError(
                "there are no texts of that reference: it is the SEC-… number given when they were filed"
            )
        return _disclosure(row)

    def all(self) -> Sequence[Disclosure]:
        """All there are, newest first."""
        return [_disclosure(row) for row in self._sql.all("SELECT * FROM disclosure ORDER BY filed_at DESC, reference")]

    def claim(self, reference: str, release_id: str) -> None:
        """Binds them to the release they are about."""
        self._sql.run(
            "UPDATE disclosure SET release_id = :release_id WHERE reference = :reference AND release_id IS NULL",
            reference=reference,
            release_id=release_id,
        )

    def publish(self, reference: str, by: str, because: str) -> Disclosure:
        """Everybody may read them from now on."""
        row = self._sql.one(
            """UPDATE disclosure SET published_at = now(), published_by = :by, published_because = :because
            WHERE reference = :reference AND published_at IS NULL RETURNING *""",
            reference=reference,
            by=by,
            because=because,
        )
        return _disclosure(row)


def _disclosure(row: Row) -> Disclosure:
    return Disclosure(
        reference=row["reference"],
        service=row["service"],
        summary=row["summary"],
        rollback_plan=row["rollback_plan"],
        salt=row["salt"],
        filed_by=row["filed_by"],
        filed_at=row["filed_at"],
        release_id=row["release_id"],
        published_by=row["published_by"],
    )
