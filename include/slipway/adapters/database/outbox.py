"""Messages that were told, before anybody has looked by which ways they go."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.message import Link, Message


class DatabaseOutbox:
    """`Outbox` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def has(self, key: str) -> bool:
        """Whether a message of that key was ever told."""
        return self._sql.first("SELECT 1 FROM outbox WHERE key = :key", key=key) is not None

    def unsent(self, limit: int) -> Sequence[tuple[int, Message]]:
        """The oldest messages that are not on their way yet, with their numbers; nobody else takes them meanwhile."""
        rows = self._sql.all(
            "SELECT * FROM outbox WHERE routed_at IS NULL ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED",
            limit=limit,
        )
        return [(row["id"], message_of(row)) for row in rows]

    def route(self, number: int, ways: Sequence[str]) -> None:
        """By these ways it goes; where it went before is left alone.

        Its headline stands above all that was told of its release, whatever way that went."""
        for way in ways:
            self._sql.run(
                "INSERT INTO delivery (message_id, way) VALUES (:id, :way) ON CONFLICT DO NOTHING", id=number, way=way
            )
        self._sql.run("UPDATE outbox SET routed_at = now() WHERE id = :id", id=number)
        self._sql.run(
            """UPDATE message_thread t SET headline = m.headline FROM outbox m
            WHERE m.id = :id AND m.headline IS NOT NULL AND t.release_id = m.release_id AND NOT EXISTS (
                SELECT 1 FROM outbox n WHERE n.id > m.id AND n.release_id = m.release_id AND n.headline IS NOT NULL)""",
            id=number,
        )

    def reroute(self, ways: Sequence[str]) -> int:
        """What has not arrived by a way that is none of these goes by whatever ways there are now: how many."""
        left = self._sql.all(
            """UPDATE delivery SET ended_at = now(), outcome = 'rerouted'
            WHERE ended_at IS NULL AND way <> ALL(:ways) RETURNING message_id""",
            ways=list(ways),
        )
        numbers = sorted({row["message_id"] for row in left})
        self._sql.run("UPDATE outbox SET routed_at = NULL WHERE id = ANY(:numbers)", numbers=numbers)
        return len(numbers)


def message_of(row: Row) -> Message:
    """The message that a row of the outbox holds."""
    link = row["payload"].get("link")
    return Message(
        key=row["key"],
        channel=row["channel"],
        text=row["text"],
        release_id=row["release_id"],
        headline=row["headline"],
        link=None if link is None else Link(**link),
        mentions=tuple(row["payload"].get("mentions", ())),
        loud=row["payload"].get("loud", False),
    )
