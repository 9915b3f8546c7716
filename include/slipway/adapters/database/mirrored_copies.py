"""Artefacts that came from the mirror, and what the place that publishes them said of them since."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.arrival import MirroredCopy


class DatabaseMirroredCopies:
    """`MirroredCopies` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def remember(self, service: str, version: str, digest: str, source: str) -> None:
        """It is to be compared as soon as that is possible."""
        self._sql.run(
            """INSERT INTO mirrored_copy (service, version, digest, source)
            VALUES (:service, :version, :digest, :source) ON CONFLICT DO NOTHING""",
            service=service,
            version=version,
            digest=digest,
            source=source,
        )

    def to_compare(self) -> Sequence[MirroredCopy]:
        """Those of which nothing is known yet, oldest first."""
        return [
            _copy(row) for row in self._sql.all("SELECT * FROM mirrored_copy WHERE differs IS NULL ORDER BY at, id")
        ]

    def asked(self, number: int) -> None:
        """Remembers that it was asked about now, and is to be asked about again."""
        self._sql.run("UPDATE mirrored_copy SET asked_at = now() WHERE id = :id", id=number)

    def missing(self, number: int, because: str) -> bool:
        """Remembers that it is not published, as far as can be seen; False where that is known already."""
        touched = self._sql.run(
            "UPDATE mirrored_copy SET missing = :because WHERE id = :id AND missing IS NULL AND differs IS NULL",
            id=number,
            because=because,
        )
        return touched == 1

    def compared(self, number: int, differs: str) -> bool:
        """Keeps for good how it differs, empty where it does not; False where that is known already."""
        touched = self._sql.run(
            "UPDATE mirrored_copy SET differs = :differs, asked_at = now() WHERE id = :id AND differs IS NULL",
            id=number,
            differs=differs,
        )
        return touched == 1

    def why_differs(self, service: str, digest: str) -> str | None:
        """How an artefact differs from what is published, or that it is not; None where nothing is known against it."""
        found: str | None = self._sql.value(
            """SELECT coalesce(nullif(differs, ''), missing) FROM mirrored_copy WHERE service = :service
            AND digest = :digest AND (differs <> '' OR (differs IS NULL AND missing IS NOT NULL)) LIMIT 1""",
            service=service,
            digest=digest,
        )
        return found


def _copy(row: Row) -> MirroredCopy:
    return MirroredCopy(
        id=row["id"],
        service=row["service"],
        version=row["version"],
        digest=row["digest"],
        source=row["source"],
        asked_at=row["asked_at"],
    )
