"""What holds were written into the topics of which channels, and what stood there before."""

from collections.abc import Mapping, Sequence

from slipway.adapters.database.rows import Sql
from slipway.domain.channel_topic import HoldShown, KeptTopic


class DatabaseTopics:
    """`Topics` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def holds(self) -> Sequence[HoldShown]:
        """Those that stand, whatever they are on, oldest first."""
        rows = self._sql.all(
            """SELECT scope, name, reason, placed_by AS by, until FROM hold
            WHERE lifted_at IS NULL AND ended_at IS NULL AND (until IS NULL OR until > now()) ORDER BY id"""
        )
        return [HoldShown(**row) for row in rows]

    def kept(self) -> Mapping[str, KeptTopic]:
        """By way."""
        rows = self._sql.all("SELECT way, before, holds FROM channel_topic ORDER BY way")
        return {row["way"]: KeptTopic(before=row["before"], holds=row["holds"]) for row in rows}

    def keep(self, way: str, topic: KeptTopic) -> None:
        """Notes what is, or is about to be, written there."""
        self._sql.run(
            """INSERT INTO channel_topic (way, before, holds) VALUES (:way, :before, :holds)
            ON CONFLICT (way) DO UPDATE SET before = excluded.before, holds = excluded.holds""",
            way=way,
            before=topic.before,
            holds=topic.holds,
        )

    def forget(self, way: str) -> None:
        """It says again what it said before."""
        self._sql.run("DELETE FROM channel_topic WHERE way = :way", way=way)
