"""Messages on their way to people."""

from collections.abc import Sequence

from slipway.adapters.database.rows import Sql
from slipway.ports.outside import Message


class DatabaseOutbox:
    """`Outbox` on PostgreSQL. Those that failed wait longer each time, up to five minutes."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def unsent(self, limit: int) -> Sequence[tuple[int, Message]]:
        """The oldest messages that are due, with their numbers."""
        rows = self._sql.all(
            """SELECT id, key, channel, text FROM outbox
            WHERE sent_at IS NULL AND now() >= created_at + least(interval '5 minutes', tries * tries * interval '1s')
            ORDER BY id LIMIT :limit""",
            limit=limit,
        )
        return [(row["id"], Message(key=row["key"], channel=row["channel"], text=row["text"])) for row in rows]

    def sent(self, number: int) -> None:
        """Marks a message as delivered."""
        self._sql.run("UPDATE outbox SET sent_at = now(), tries = tries + 1 WHERE id = :id", id=number)

    def failed(self, number: int, problem: str) -> None:
        """Remembers why a message was not delivered."""
        self._sql.run(
            "UPDATE outbox SET tries = tries + 1, last_error = :problem WHERE id = :id", id=number, problem=problem
        )
