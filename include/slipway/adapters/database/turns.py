"""The queue of a lane, its holder, and the leases of services."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.activity import Permit, Turn, TurnState
from slipway.domain.policy.decision import LeaseHolder
from slipway.domain.service import StageRole


class DatabaseTurns:
    """`Turns` on PostgreSQL. One holder a lane by a partial unique index, whatever the callers do."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def lock_lane(self, lane: str) -> None:
        """Lets one transaction at a time look at a lane and change it."""
        key = zlib.crc32(lane.encode())
        self._sql.run("SELECT pg_advisory_xact_lock(730521, CAST(:key AS bigint)::bit(32)::int)", key=key)

    def enqueue(self, lane: str, attempt_id: str, role: StageRole, rank: int, ready_at: datetime) -> Turn:
        """The stage's turn, put into the queue if it has none that is alive."""
        self._sql.run(
            """
            INSERT INTO turn (lane, attempt_id, role, rank, ready_at)
            VALUES (:lane, :attempt_id, :role, :rank, :ready_at)
            ON CONFLICT (attempt_id, role) WHERE state <> 'freed' DO NOTHING
            """,
            lane=lane,
            attempt_id=attempt_id,
            role=role,
            rank=rank,
            ready_at=ready_at,
        )
        turn = self.find(attempt_id, role)
        assert turn is not None, "inserted or there already"
        return turn

    def find(self, attempt_id: str, role: StageRole) -> Turn | None:
        """The stage's newest turn, freed or not."""
        row = self._sql.first(
            "SELECT * FROM turn WHERE attempt_id = :id AND role = :role ORDER BY id DESC LIMIT 1",
            id=attempt_id,
            role=role,
        )
        return None if row is None else _turn(row)

    def waiting(self, lane: str) -> Sequence[Turn]:
        """The queue, first in line first."""
        rows = self._sql.all(
            "SELECT * FROM turn WHERE lane = :lane AND state = 'waiting' ORDER BY rank DESC, ready_at, id",
            lane=lane,
        )
        return [_turn(row) for row in rows]

    def holder(self, lane: str) -> Turn | None:
        """Who holds the lane."""
        row = self._sql.first("SELECT * FROM turn WHERE lane = :lane AND state = 'holding'", lane=lane)
        return None if row is None else _turn(row)

    def take(self, turn_id: int) -> Turn:
        """Waiting becomes holding, with the next fencing number."""
        row = self._sql.one(
            """
            UPDATE turn SET state = 'holding', fencing = nextval('fencing_number'), taken_at = now()
            WHERE id = :id AND state = 'waiting' RETURNING *
            """,
            id=turn_id,
        )
        return _turn(row)

    def park(self, turn_id: int) -> bool:
        """Records that the pool's slot is held for this turn. False: the lane is no longer held."""
        touched = self._sql.run(
            """UPDATE turn SET slot_parked_at = coalesce(slot_parked_at, now())
            WHERE id = :id AND state = 'holding'""",
            id=turn_id,
        )
        return touched == 1

    def free(self, attempt_id: str, role: StageRole) -> bool:
        """Ends the stage's turn, waiting or holding. The database refuses while an activity is open."""
        touched = self._sql.run(
            """UPDATE turn SET state = 'freed', freed_at = now()
            WHERE attempt_id = :id AND role = :role AND state <> 'freed'""",
            id=attempt_id,
            role=role,
        )
        return touched > 0


class DatabaseLeases:
    """`Leases` on PostgreSQL. One live lease per service and environment by a partial unique index."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def live(self, service: str, environment: str) -> LeaseHolder | None:
        """Who works there now."""
        row = self._sql.first(
            """SELECT attempt_id, role FROM service_lease
            WHERE service = :service AND environment = :environment AND freed_at IS NULL""",
            service=service,
            environment=environment,
        )
        return None if row is None else LeaseHolder(attempt_id=row["attempt_id"], role=row["role"])

    def take(self, service: str, environment: str, permit: Permit) -> None:
        """Takes the lease under a permit; a second live one is refused by the database."""
        self._sql.run(
            """INSERT INTO service_lease (service, environment, attempt_id, role, fencing)
            VALUES (:service, :environment, :attempt_id, :role, :fencing)""",
            service=service,
            environment=environment,
            attempt_id=permit.attempt_id,
            role=permit.role,
            fencing=permit.fencing,
        )

    def free(self, attempt_id: str, role: StageRole) -> bool:
        """Ends the stage's lease. The database refuses while an activity is open."""
        touched = self._sql.run(
            "UPDATE service_lease SET freed_at = now() WHERE attempt_id = :id AND role = :role AND freed_at IS NULL",
            id=attempt_id,
            role=role,
        )
        return touched > 0


def _turn(row: Row) -> Turn:
    return Turn(
        id=row["id"],
        lane=row["lane"],
        attempt_id=row["attempt_id"],
        role=StageRole(row["role"]),
        state=TurnState(row["state"]),
        rank=row["rank"],
        ready_at=row["ready_at"],
        fencing=row["fencing"],
        slot_parked=row["slot_parked_at"] is not None,
        taken_at=row["taken_at"],
    )
