"""Each message by each way: tried, in doubt, delivered or given up."""

import json
from collections.abc import Sequence
from datetime import timedelta

from slipway.adapters.database.outbox import message_of
from slipway.adapters.database.rows import Row, Sql
from slipway.domain.json_value import JsonObject
from slipway.ports.messages import Claim, MessageState, Receipt, Sending, WayState

CLAIMED_FOR = timedelta(minutes=2)
"""Longer than any call lasts. Who claimed a message and died leaves it to others after that, in doubt."""
LATE = timedelta(minutes=10)
"""What arrives after that says of when it is."""
_FIRST_OF_ITS_RELEASE = """NOT EXISTS (
    SELECT 1 FROM delivery e JOIN outbox o ON o.id = e.message_id
    WHERE e.way = d.way AND e.ended_at IS NULL AND e.message_id < d.message_id AND o.release_id = m.release_id)"""

_STATE = """SELECT m.*, d.way, d.tries, d.outcome, coalesce(d.problem, w.problem) AS problem,
    greatest(d.due_at, w.paused_until) AS next_try"""
_UNDELIVERED = """(m.routed_at IS NULL OR d.message_id IS NOT NULL AND d.ended_at IS NULL
    OR d.outcome = 'given_up' AND d.ended_at > now() - interval '30 days')"""


class DatabaseDeliveries:
    """`Deliveries` on PostgreSQL. The messages of one release go one after another; others overtake them."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def ways_due(self) -> Sequence[str]:
        """Ways that are not paused and have something to send or to show."""
        rows = self._sql.all(
            """SELECT way FROM delivery WHERE ended_at IS NULL AND due_at <= now()
            UNION SELECT way FROM message_thread WHERE headline IS DISTINCT FROM shown
            EXCEPT SELECT way FROM message_way WHERE paused_until > now() ORDER BY way"""
        )
        return [row["way"] for row in rows]

    def claim(self, way: str) -> Claim | None:
        """The next message of a way, for this process alone; from now on it is in doubt until somebody says more."""
        row = self._sql.first(
            f"""SELECT m.*, d.tries, d.refusals, d.in_doubt_since, t.place, m.created_at < now() - :late AS is_late
            FROM delivery d JOIN outbox m ON m.id = d.message_id
            LEFT JOIN message_thread t ON t.release_id = m.release_id AND t.way = d.way
            WHERE d.way = :way AND d.ended_at IS NULL AND d.due_at <= now() AND {_FIRST_OF_ITS_RELEASE}
            ORDER BY d.message_id LIMIT 1 FOR UPDATE OF d SKIP LOCKED""",  # noqa: S608 - our own words
            way=way,
            late=LATE,
        )
        if row is None:
            return None
        self._sql.run(
            """UPDATE delivery SET tries = tries + 1, due_at = now() + :claimed_for,
                in_doubt_since = coalesce(in_doubt_since, now())
            WHERE message_id = :id AND way = :way""",
            claimed_for=CLAIMED_FOR,
            id=row["id"],
            way=way,
        )
        sending = Sending(
            message=message_of(row),
            told_at=row["created_at"],
            tries=row["tries"] + 1,
            thread=row["place"],
            in_doubt_since=row["in_doubt_since"],
            is_late=row["is_late"],
        )
        return Claim(number=row["id"], way=way, sending=sending, refusals=row["refusals"])

    def delivered(self, claim: Claim, receipt: Receipt) -> None:
        """It arrived; the first of a release is the beginning of its thread."""
        self._end(claim.number, claim.way, "delivered")
        message = claim.sending.message
        if message.release_id is None:
            return
        if receipt.begins_thread:
            self._sql.run(
                """INSERT INTO message_thread (release_id, way, place, headline, shown)
                VALUES (:release, :way, :place, (
                    SELECT headline FROM outbox WHERE release_id = :release AND headline IS NOT NULL
                    ORDER BY id DESC LIMIT 1), :shown)
                ON CONFLICT (release_id, way) DO UPDATE
                    SET place = excluded.place, headline = excluded.headline, shown = excluded.shown""",
                release=message.release_id,
                way=claim.way,
                place=json.dumps(receipt.place),
                shown=message.headline,
            )
        elif message.headline is not None:
            self._sql.run(
                """UPDATE message_thread SET headline = (
                    SELECT headline FROM outbox WHERE release_id = :release AND headline IS NOT NULL AND id >= :id
                    ORDER BY id DESC LIMIT 1)
                WHERE release_id = :release AND way = :way""",
                release=message.release_id,
                way=claim.way,
                id=claim.number,
            )

    def failed(self, claim: Claim, problem: str, wait: timedelta, *, in_doubt: bool, refused: bool) -> None:
        """It is tried again after a while. Unless it is in doubt now, nothing has changed about that."""
        self._sql.run(
            """UPDATE delivery SET problem = :problem, due_at = now() + :wait, refusals = refusals + :refused,
                in_doubt_since = CASE WHEN :in_doubt THEN in_doubt_since
                                      ELSE CAST(:before AS timestamptz) END
            WHERE message_id = :id AND way = :way""",
            problem=problem,
            wait=wait,
            refused=int(refused),
            in_doubt=in_doubt,
            before=claim.sending.in_doubt_since,
            id=claim.number,
            way=claim.way,
        )

    def give_up(self, number: int, way: str) -> None:
        """It is not tried again."""
        self._end(number, way, "given_up")

    def older_than(self, days: int) -> Sequence[MessageState]:
        """What has been on its way for longer and is not being sent at this moment, nor will be by others."""
        rows = self._sql.all(
            f"""{_STATE} FROM outbox m JOIN delivery d ON d.message_id = m.id LEFT JOIN message_way w ON w.way = d.way
            WHERE d.ended_at IS NULL AND d.due_at <= now() AND m.created_at < now() - :age
            ORDER BY m.id LIMIT 1000 FOR UPDATE OF d SKIP LOCKED""",
            age=timedelta(days=days),
        )
        return [_state(row) for row in rows]

    def newest(self, limit: int, *, undelivered: bool) -> Sequence[MessageState]:
        """Messages by their ways, newest first; with `undelivered` what is on its way, and what was given up lately."""
        rows = self._sql.all(
            f"""{_STATE} FROM outbox m LEFT JOIN delivery d ON d.message_id = m.id
            LEFT JOIN message_way w ON w.way = d.way
            WHERE NOT :undelivered OR {_UNDELIVERED} ORDER BY m.id DESC, d.way LIMIT :limit""",
            undelivered=undelivered,
            limit=limit,
        )
        return [_state(row) for row in rows]

    def count_undelivered(self) -> int:
        """How many messages there are that did not arrive by each of their ways."""
        counted: int = self._sql.value(
            f"""SELECT count(DISTINCT m.id) FROM outbox m LEFT JOIN delivery d ON d.message_id = m.id
            WHERE {_UNDELIVERED}"""  # noqa: S608 - likewise
        )
        return counted

    def way_failed(self, way: str, problem: str, wait: timedelta, *, slowed: bool) -> None:
        """Nothing goes this way for a while. One that asks to slow down is not down."""
        self._sql.run(
            """INSERT INTO message_way AS w (way, failures, down_since, paused_until, problem)
            VALUES (:way, :counts, CASE WHEN :slowed THEN NULL ELSE now() END, now() + :wait, :problem)
            ON CONFLICT (way) DO UPDATE SET failures = w.failures + :counts,
                down_since = CASE WHEN :slowed THEN w.down_since ELSE coalesce(w.down_since, now()) END,
                paused_until = now() + :wait, problem = :problem""",
            way=way,
            counts=0 if slowed else 1,
            slowed=slowed,
            wait=wait,
            problem=problem,
        )

    def way_works(self, way: str) -> None:
        """Something arrived."""
        self._sql.run(
            """UPDATE message_way SET failures = 0, down_since = NULL, problem = NULL
            WHERE way = :way AND problem IS NOT NULL""",
            way=way,
        )

    def failures(self, way: str) -> int:
        """How often it failed since it last worked."""
        counted: int | None = self._sql.value("SELECT max(failures) FROM message_way WHERE way = :way", way=way)
        return counted or 0

    def ways(self) -> Sequence[WayState]:
        """Ways that do not work, or were asked to slow down, at this moment."""
        rows = self._sql.all("SELECT * FROM message_way WHERE problem IS NOT NULL ORDER BY way")
        return [
            WayState(
                way=row["way"],
                failures=row["failures"],
                down_since=row["down_since"],
                paused_until=row["paused_until"],
                problem=row["problem"],
            )
            for row in rows
        ]

    def headlines_behind(self, way: str, limit: int) -> Sequence[tuple[str, JsonObject, str]]:
        """Releases whose first message does not show their newest headline: release, place and headline."""
        rows = self._sql.all(
            """SELECT release_id, place, headline FROM message_thread
            WHERE way = :way AND headline IS DISTINCT FROM shown ORDER BY release_id LIMIT :limit""",
            way=way,
            limit=limit,
        )
        return [(row["release_id"], row["place"], row["headline"]) for row in rows]

    def headline_shown(self, release_id: str, way: str, headline: str) -> None:
        """It does now, or never will."""
        self._sql.run(
            "UPDATE message_thread SET shown = :headline WHERE release_id = :release AND way = :way",
            headline=headline,
            release=release_id,
            way=way,
        )

    def _end(self, number: int, way: str, outcome: str) -> None:
        self._sql.run(
            """UPDATE delivery SET ended_at = now(), outcome = :outcome
            WHERE message_id = :id AND way = :way AND ended_at IS NULL""",
            outcome=outcome,
            id=number,
            way=way,
        )


def _state(row: Row) -> MessageState:
    return MessageState(
        number=row["id"],
        message=message_of(row),
        told_at=row["created_at"],
        way=row["way"],
        tries=row["tries"] or 0,
        outcome=row["outcome"],
        problem=None if row["outcome"] == "delivered" else row["problem"],
        next_try=None if row["outcome"] else row["next_try"],
    )
