"""What was told of a release beforehand: a message of the outbox by its key, its deliveries, and who has seen it."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.announcement import Acknowledgement, Announcement, Told, announcement_key
from slipway.domain.people import Person


class DatabaseAnnouncements:
    """`Announcements` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def find(self, release_id: str, version: str) -> Announcement | None:
        """The announcement of this version as it stands; None where there was none."""
        key = announcement_key(release_id, version)
        message = self._sql.first("SELECT id, created_at FROM outbox WHERE key = :key", key=key)
        if message is None:
            return None
        ways = self._sql.all(
            """SELECT d.way, CASE WHEN d.outcome = 'delivered' THEN d.ended_at END AS at,
                concat_ws(', ', coalesce(d.problem, w.problem), CASE WHEN d.outcome = 'given_up' THEN 'given up' END)
                AS problem
            FROM delivery d LEFT JOIN message_way w ON w.way = d.way
            WHERE d.message_id = :id AND d.outcome IS DISTINCT FROM 'rerouted' ORDER BY d.way""",
            id=message["id"],
        )
        return Announcement(
            told_at=message["created_at"],
            told=tuple(Told(**row) for row in ways),
            acknowledged=tuple(self.acknowledged(release_id, version)),
        )

    def acknowledged(self, release_id: str, version: str) -> Sequence[Acknowledgement]:
        """Who has seen this version, announced beforehand or not, first one first."""
        seen = self._sql.all(
            """SELECT person, person_name, at, comment FROM acknowledgement
            WHERE release_id = :release AND version = :version ORDER BY at, person""",
            release=release_id,
            version=version,
        )
        return [_acknowledgement(row) for row in seen]

    def acknowledge(self, release_id: str, version: str, person: Person, comment: str) -> None:
        """Writes it down, once; a second one of the same person changes nothing."""
        self._sql.run(
            """INSERT INTO acknowledgement (release_id, version, person, person_name, comment)
            VALUES (:release, :version, :person, :name, :comment) ON CONFLICT DO NOTHING""",
            release=release_id,
            version=version,
            person=person.id,
            name=person.name,
            comment=comment,
        )


def _acknowledgement(row: Row) -> Acknowledgement:
    return Acknowledgement(person=row["person"], name=row["person_name"], at=row["at"], comment=row["comment"])
