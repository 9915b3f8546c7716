"""Stages of attempts."""

from collections.abc import Sequence
from datetime import datetime

from slipway.adapters.database import codec
from slipway.adapters.database.rows import Row, Sql
from slipway.domain.errors import NotFoundError
from slipway.domain.release import Stage, StageOutcome
from slipway.domain.restored import Objection
from slipway.domain.service import StageRole
from slipway.ports.values import Deployed

_ORDER = "CASE role WHEN 'dev' THEN 0 WHEN 'preprod' THEN 1 ELSE 2 END"


class DatabaseStages:
    """`Stages` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def get(self, attempt_id: str, role: StageRole) -> Stage:
        """The stage. Raises NotFoundError."""
        return self._get(attempt_id, role, "")

    def lock(self, attempt_id: str, role: StageRole) -> Stage:
        """The stage, its row locked till the end of the transaction."""
        return self._get(attempt_id, role, "FOR NO KEY UPDATE")

    def of_attempt(self, attempt_id: str) -> Sequence[Stage]:
        """All stages of an attempt, in order."""
        statement = f"SELECT * FROM stage WHERE attempt_id = :id ORDER BY {_ORDER}"  # noqa: S608 - our constant
        rows = self._sql.all(statement, id=attempt_id)
        return [_stage(row) for row in rows]

    def set_ending(self, attempt_id: str, role: StageRole, ending: StageOutcome, detail: str) -> None:
        """What a step decided before any work; the first one stays."""
        self._sql.run(
            """UPDATE stage SET ending = :ending, ending_detail = :detail
            WHERE attempt_id = :id AND role = :role AND ending IS NULL AND outcome IS NULL""",
            id=attempt_id,
            role=role,
            ending=ending,
            detail=detail,
        )

    def set_smoke(self, attempt_id: str, role: StageRole, verdict: str) -> None:
        """The smoke suite's verdict; a fail stays."""
        self._sql.run(
            """UPDATE stage SET smoke = :verdict
            WHERE attempt_id = :id AND role = :role AND outcome IS NULL AND smoke IS DISTINCT FROM 'fail'""",
            id=attempt_id,
            role=role,
            verdict=verdict,
        )

    def set_confirmed(self, attempt_id: str, role: StageRole, verdict: str) -> None:
        """What the person said who looked at the new functionality; a fail stays."""
        self._sql.run(
            """UPDATE stage SET confirmed = :verdict
            WHERE attempt_id = :id AND role = :role AND outcome IS NULL AND confirmed IS DISTINCT FROM 'fail'""",
            id=attempt_id,
            role=role,
            verdict=verdict,
        )

    def note_confirmation_waiver(self, attempt_id: str, role: StageRole, number: int | None) -> None:
        """What those who authorise it are told: by which waiver nobody will be asked to confirm it, or by none."""
        self._sql.run(
            """UPDATE stage SET confirmation_waiver = :number
            WHERE attempt_id = :id AND role = :role AND outcome IS NULL AND confirmed IS NULL""",
            id=attempt_id,
            role=role,
            number=number,
        )

    def set_watched(self, attempt_id: str, role: StageRole, verdict: str) -> None:
        """The verdict of the watch; the first one stays."""
        self._sql.run(
            """UPDATE stage SET watched = :verdict
            WHERE attempt_id = :id AND role = :role AND outcome IS NULL AND watched IS NULL""",
            id=attempt_id,
            role=role,
            verdict=verdict,
        )

    def set_verdict(self, attempt_id: str, role: StageRole, verdict: str) -> None:
        """What a person made of the watch, or of what was owed after the stage had ended; the first one stays."""
        self._sql.run(
            """UPDATE stage SET judged = :verdict WHERE attempt_id = :id AND role = :role
            AND (outcome IS NULL OR outcome = 'unverified') AND judged IS NULL""",
            id=attempt_id,
            role=role,
            verdict=verdict,
        )

    def begin_watch(self, attempt_id: str, role: StageRole) -> datetime:
        """When the watch began: now, unless it had begun before."""
        began: datetime = self._sql.value(
            """UPDATE stage SET watch_began_at = coalesce(watch_began_at, now())
            WHERE attempt_id = :id AND role = :role RETURNING watch_began_at""",
            id=attempt_id,
            role=role,
        )
        return began

    def attend(self, attempt_id: str, role: StageRole, until: datetime) -> datetime:
        """By when all answers are due: whoever asks first says it for all."""
        due: datetime = self._sql.value(
            """UPDATE stage SET attend_until = coalesce(attend_until, :until)
            WHERE attempt_id = :id AND role = :role RETURNING attend_until""",
            id=attempt_id,
            role=role,
            until=until,
        )
        return due

    def set_previous(self, attempt_id: str, role: StageRole, deployed: Deployed) -> None:
        """What ran before the first activity: the artefact that undo brings back."""
        self._sql.run(
            """UPDATE stage SET previous_digest = :digest, previous_version = :version
            WHERE attempt_id = :id AND role = :role""",
            id=attempt_id,
            role=role,
            digest=deployed.digest,
            version=deployed.version,
        )

    def set_previous_revision(self, attempt_id: str, role: StageRole, revision: str) -> None:
        """The schema revision before the stage's migration; empty text: none at all."""
        self._sql.run(
            """UPDATE stage SET previous_revision = :revision
            WHERE attempt_id = :id AND role = :role AND previous_revision IS NULL""",
            id=attempt_id,
            role=role,
            revision=revision,
        )

    def finish(self, attempt_id: str, role: StageRole, outcome: StageOutcome, detail: str) -> None:
        """Writes the outcome, once."""
        self._sql.run(
            """UPDATE stage SET outcome = :outcome, detail = :detail, finished_at = now()
            WHERE attempt_id = :id AND role = :role AND outcome IS NULL""",
            id=attempt_id,
            role=role,
            outcome=outcome,
            detail=detail,
        )

    def seconds_taken(self, service: str, environment: str) -> Sequence[float]:
        """How long the last twenty stages that passed their checks there took from permit to verdict, newest first.

        Going back in rehearsal, and forth again, is left out: not every stage does it."""
        rows = self._sql.all(
            """SELECT greatest(0, extract(epoch FROM proof.at - permit.issued_at - coalesce((
                SELECT sum(a.closed_at - a.opened_at) FROM activity a
                WHERE a.permit_id = permit.id AND a.kind = 'deploy' AND a.number > 1), interval '0')))::float AS seconds
            FROM proof JOIN stage USING (attempt_id, environment) JOIN permit USING (attempt_id, role)
            WHERE service = :service AND environment = :environment AND verdict = 'pass'
              AND stage.definition ->> 'act' IS NULL
            ORDER BY proof.id DESC LIMIT 20""",
            service=service,
            environment=environment,
        )
        return [row["seconds"] for row in rows]

    def objections(self, attempt_id: str, role: StageRole) -> Sequence[Objection]:
        """Who or what said no to what it brought, oldest first."""
        rows = self._sql.all(
            """SELECT CASE kind WHEN 'smoke_finished' THEN 'smoke' WHEN 'watch_finished' THEN 'watch'
                      WHEN 'stop_requested' THEN 'stop' ELSE payload::jsonb ->> 'step' END AS by, log.at
            FROM log JOIN attempt a ON a.release_id = log.release_id AND a.id = log.attempt
            JOIN stage s ON s.attempt_id = a.id AND s.role = :role
            WHERE a.id = :id AND (kind = 'stop_requested' OR log.environment = s.environment AND (
                kind = 'smoke_finished' AND payload::jsonb ->> 'verdict' <> 'pass'
                OR kind = 'watch_finished' AND payload::jsonb ->> 'verdict' = 'fail'
                OR kind = 'rejected' AND payload::jsonb ->> 'step' IN ('confirm', 'verdict')))
            ORDER BY seq""",
            id=attempt_id,
            role=role,
        )
        return [Objection(**row) for row in rows]

    def _get(self, attempt_id: str, role: StageRole, lock: str) -> Stage:
        statement = f"SELECT * FROM stage WHERE attempt_id = :id AND role = :role {lock}"  # noqa: S608 - our constant
        row = self._sql.first(statement, id=attempt_id, role=role)
        if row is None:
            raise NotFoundError(f"attempt {attempt_id} has no stage {role} in the release database")
        return _stage(row)


def _stage(row: Row) -> Stage:
    return Stage(
        attempt_id=row["attempt_id"],
        role=StageRole(row["role"]),
        definition=codec.stage_definition(row["definition"]),
        policy_hash=row["policy_hash"],
        ending=StageOutcome(row["ending"]) if row["ending"] else None,
        ending_detail=row["ending_detail"],
        smoke=row["smoke"],
        confirmed=row["confirmed"],
        previous_digest=row["previous_digest"],
        previous_version=row["previous_version"],
        previous_revision=row["previous_revision"],
        outcome=StageOutcome(row["outcome"]) if row["outcome"] else None,
        detail=row["detail"],
        watch_began_at=row["watch_began_at"],
        attend_until=row["attend_until"],
        watched=row["watched"],
        judged=row["judged"],
        confirmation_waiver=row["confirmation_waiver"],
    )
