"""Permits and the activities under them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.activity import Activity, ActivityKind, ActivityState, Permit, Rescue, Worker
from slipway.domain.errors import NotFoundError
from slipway.domain.grant import Grant
from slipway.domain.release import Stage
from slipway.domain.service import StageRole


class DatabasePermits:
    """`Permits` on PostgreSQL: one per stage, never changed."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def find(self, attempt_id: str, role: StageRole) -> Permit | None:
        """The stage's permit, or None before its first activity."""
        row = self._sql.first("SELECT * FROM permit WHERE attempt_id = :id AND role = :role", id=attempt_id, role=role)
        return None if row is None else _permit(row)

    def issue(self, stage: Stage, digest: str, fencing: int, grants: Sequence[Grant]) -> Permit:
        """Writes the permit; a second one for the stage is refused by the database."""
        row = self._sql.one(
            """
            INSERT INTO permit (attempt_id, role, digest, policy_hash, fencing, grants)
            VALUES (:attempt_id, :role, :digest, :policy_hash, :fencing, :grants) RETURNING *
            """,
            attempt_id=stage.attempt_id,
            role=stage.role,
            digest=digest,
            policy_hash=stage.policy_hash,
            fencing=fencing,
            grants=[grant.id for grant in grants],
        )
        return _permit(row)

    def next_fencing(self) -> int:
        """The next fencing number, higher than any before."""
        number: int = self._sql.value("SELECT nextval('fencing_number')")
        return number


class DatabaseActivities:
    """`Activities` on PostgreSQL: unique per permit, kind and number; one open per stage."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def open(
        self,
        permit: Permit,
        activity_id: str,
        kind: ActivityKind,
        number: int,
        digest: str | None,
        worker: Worker,
        deadline: datetime,
    ) -> Activity:
        """Writes that the work starts."""
        row = self._sql.one(
            """
            INSERT INTO activity (id, permit_id, attempt_id, role, kind, number, digest, fencing, task_instance, host,
                                  pid, deadline)
            VALUES (:id, :permit_id, :attempt_id, :role, :kind, :number, :digest, :fencing, :task_instance, :host,
                    :pid, :deadline)
            RETURNING *
            """,
            id=activity_id,
            permit_id=permit.id,
            attempt_id=permit.attempt_id,
            role=permit.role,
            kind=kind,
            number=number,
            digest=digest,
            fencing=permit.fencing,
            task_instance=worker.task_instance,
            host=worker.host,
            pid=worker.pid,
            deadline=deadline,
        )
        return _activity(row)

    def get(self, activity_id: str) -> Activity | None:
        """The activity, or None."""
        row = self._sql.first("SELECT * FROM activity WHERE id = :id", id=activity_id)
        return None if row is None else _activity(row)

    def lock(self, activity_id: str) -> Activity:
        """The activity, its row locked till the end of the transaction."""
        row = self._sql.first("SELECT * FROM activity WHERE id = :id FOR UPDATE", id=activity_id)
        if row is None:
            raise NotFoundError(f"there is no activity {activity_id} in the release database")
        return _activity(row)

    def of_stage(self, attempt_id: str, role: StageRole) -> Sequence[Activity]:
        """All activities of a stage in their order, whatever the clock did between them."""
        rows = self._sql.all(
            """SELECT * FROM activity WHERE attempt_id = :id AND role = :role
            ORDER BY CASE kind WHEN 'migrate' THEN 0 WHEN 'deploy' THEN 1 ELSE 2 END, number""",
            id=attempt_id,
            role=role,
        )
        return [_activity(row) for row in rows]

    def rescues(self) -> Sequence[Rescue]:
        """Stages on the live path whose undo was begun, and rollbacks that are authorised, till their outcome is known;
        oldest first."""
        rows = self._sql.all(
            """
            SELECT s.attempt_id, r.service, s.environment FROM stage s
            JOIN attempt a ON a.id = s.attempt_id JOIN release r ON r.id = a.release_id
            LEFT JOIN activity w ON w.attempt_id = s.attempt_id AND w.role = s.role AND w.kind = 'undo'
                                 AND w.number = 1
            WHERE s.outcome IS NULL AND s.role <> 'dev'
              AND (w.id IS NOT NULL OR r.rollback ->> 'basis' IN ('pre_authorised', 'incident')
                   OR (r.rollback ->> 'basis' = 'two_people' AND EXISTS (
                       SELECT FROM pending_act p WHERE p.action = 'rollback_elsewhere' AND p.state = 'effective'
                       AND p.parameters = jsonb_build_object('release', r.id))))
            ORDER BY coalesce(w.opened_at, a.opened_at)
            """
        )
        return [Rescue(**row) for row in rows]

    def note(self, activity_id: str, detail: str) -> None:
        """Says how far an open activity is; the log tells only how it ends."""
        self._sql.run(
            "UPDATE activity SET detail = :detail WHERE id = :id AND state = 'open'", id=activity_id, detail=detail
        )

    def note_silence(self, activity_id: str, detail: str, every: timedelta) -> bool:
        """Keeps the last words about an open activity. Whether the log is to hear of it: not if it has so lately."""
        row = self._sql.first(
            """UPDATE activity a SET detail = :detail,
                   silence_told_at = CASE WHEN was.is_due THEN now() ELSE a.silence_told_at END
            FROM (SELECT id, coalesce(silence_told_at <= now() - :every, true) AS is_due FROM activity) was
            WHERE a.id = :id AND was.id = a.id AND a.state = 'open' RETURNING was.is_due""",
            id=activity_id,
            detail=detail,
            every=every,
        )
        return row is not None and bool(row["is_due"])

    def close(self, activity_id: str, state: ActivityState, detail: str) -> None:
        """Writes how an activity ended. A closed one stays as it is, but for a quarantined one that is settled."""
        self._sql.run(
            """UPDATE activity SET state = :state, detail = :detail, closed_at = clock_timestamp()
            WHERE id = :id AND (state = 'open'
                   OR (state = 'quarantined' AND :state IN ('settled_done', 'settled_failed')))""",
            id=activity_id,
            state=state,
            detail=detail,
        )


def _permit(row: Row) -> Permit:
    return Permit(
        id=row["id"],
        attempt_id=row["attempt_id"],
        role=StageRole(row["role"]),
        digest=row["digest"],
        policy_hash=row["policy_hash"],
        fencing=row["fencing"],
        issued_at=row["issued_at"],
    )


def _activity(row: Row) -> Activity:
    return Activity(
        id=row["id"],
        attempt_id=row["attempt_id"],
        role=StageRole(row["role"]),
        kind=ActivityKind(row["kind"]),
        number=row["number"],
        state=ActivityState(row["state"]),
        worker=Worker(task_instance=row["task_instance"], host=row["host"], pid=row["pid"]),
        fencing=row["fencing"],
        digest=row["digest"],
        opened_at=row["opened_at"],
        deadline=row["deadline"],
        detail=row["detail"],
        closed_at=row["closed_at"],
    )
