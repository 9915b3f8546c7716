"""Questions put to people, and the answers that count."""

import json
from collections.abc import Sequence
from datetime import datetime

from slipway.adapters.database.rows import Row, Sql
from slipway.domain.grant import STEPS_BEFORE, Answer, ApprovalRequest, Awaited, Decision, Grant, Step
from slipway.domain.json_value import JsonObject
from slipway.domain.people import Person
from slipway.domain.release import Attempt, Stage
from slipway.ports.values import Actor


class DatabaseGrants:
    """`Grants` on PostgreSQL: one per attempt and step, never removed."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def ask(self, request: ApprovalRequest, task_instance: str) -> int:
        """Writes the question, or that it is asked again; returns how often it was asked."""
        asked: int = self._sql.value(
            """
            INSERT INTO approval_request (attempt_id, step, task_instance, evidence, evidence_hash, eligible,
                                          expires_at)
            VALUES (:attempt_id, :step, :task_instance, :evidence, :evidence_hash, :eligible, :expires_at)
            ON CONFLICT (attempt_id, step) DO UPDATE SET
                task_instance = excluded.task_instance, evidence = excluded.evidence,
                evidence_hash = excluded.evidence_hash, eligible = excluded.eligible, asked = approval_request.asked + 1
            RETURNING asked
            """,
            attempt_id=request.attempt_id,
            step=request.step,
            task_instance=task_instance,
            evidence=request.evidence,
            evidence_hash=request.evidence_hash,
            eligible=list(request.eligible),
            expires_at=request.expires_at,
        )
        return asked

    def request(self, attempt_id: str, step: Step) -> ApprovalRequest | None:
        """The question as it was last put, or None."""
        row = self._sql.first(
            "SELECT * FROM approval_request WHERE attempt_id = :id AND step = :step", id=attempt_id, step=step
        )
        if row is None:
            return None
        return ApprovalRequest(
            attempt_id=row["attempt_id"],
            step=Step(row["step"]),
            evidence=row["evidence"],
            evidence_hash=row["evidence_hash"],
            eligible=tuple(row["eligible"]),
            expires_at=row["expires_at"],
        )

    def close_request(self, attempt_id: str, step: Step) -> None:
        """The question is answered by nobody, and need not be withdrawn any more."""
        self._sql.run(
            """UPDATE approval_request SET answered_at = now()
            WHERE attempt_id = :id AND step = :step AND answered_at IS NULL""",
            id=attempt_id,
            step=step,
        )

    def asked_after_the_end(self) -> Sequence[str]:
        """Attempts that have ended, and still ask somebody something."""
        rows = self._sql.all(
            """SELECT DISTINCT r.attempt_id FROM approval_request r JOIN attempt a ON a.id = r.attempt_id
            WHERE r.answered_at IS NULL AND r.expires_at > now() AND a.outcome IS NOT NULL ORDER BY 1"""
        )
        return [row["attempt_id"] for row in rows]

    def to_be_reminded(self) -> Sequence[Awaited]:
        """Questions of open attempts of which a reminder is due that was not given: at half of the time, at nine
        tenths."""
        rows = self._sql.all(
            """
            SELECT attempt_id, step, eligible, expires_at, is_last, reminder_key FROM (
                SELECT r.*, is_last,
                       concat_ws(CAST(:between AS text), r.attempt_id, r.step, r.asked,
                                 CASE WHEN is_last THEN 'last' ELSE 'reminder' END) AS reminder_key
                FROM approval_request r
                JOIN attempt a ON a.id = r.attempt_id,
                LATERAL (SELECT now() >= r.asked_at + (r.expires_at - r.asked_at) * 0.9 AS is_last) phase
                WHERE r.answered_at IS NULL AND a.outcome IS NULL AND a.stop_requested_by IS NULL
                  AND r.expires_at > now() AND now() >= r.asked_at + (r.expires_at - r.asked_at) * 0.5
            ) due
            WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE key = reminder_key)
            ORDER BY expires_at, attempt_id, step
            """,
            between=":",
        )
        return [
            Awaited(
                attempt_id=row["attempt_id"],
                step=Step(row["step"]),
                eligible=tuple(row["eligible"]),
                expires_at=row["expires_at"],
                reminder_key=row["reminder_key"],
                is_last=row["is_last"],
            )
            for row in rows
        ]

    def of_attempt(self, attempt_id: str) -> Sequence[Grant]:
        """Every answer of an attempt, rejections and voided ones included, oldest first."""
        rows = self._sql.all('SELECT * FROM "grant" WHERE attempt_id = :id ORDER BY id', id=attempt_id)
        return [_grant(row) for row in rows]

    def write(
        self,
        request: ApprovalRequest,
        stage: Stage,
        attempt: Attempt,
        person: Person,
        answer: Answer,
        life: datetime,
        migration_proof: str,
    ) -> Grant:
        """Writes a person's decision with everything it was based on."""
        row = self._sql.one(
            """
            INSERT INTO "grant" (release_id, attempt_id, step, person, person_name, person_roles, signed_in_by, hitl_id,
                                 decision, comment, looked_by, looked_at, digest, migration_proof, environment,
                                 policy_hash, evidence, evidence_hash, expires_at)
            VALUES (:release_id, :attempt_id, :step, :person, :person_name, :person_roles, 'airflow', :hitl_id,
                    :decision, :comment, :looked_by, :looked_at, :digest, :migration_proof, :environment,
                    :policy_hash, :evidence, :evidence_hash, :expires_at)
            RETURNING *
            """,
            release_id=attempt.release_id,
            attempt_id=attempt.id,
            step=request.step,
            person=person.id,
            person_name=person.name,
            person_roles=json.dumps(dict(person.teams)),
            hitl_id=answer.hitl_id,
            decision=answer.decision,
            comment=answer.comment,
            looked_by=answer.looked_by,
            looked_at=answer.looked_at,
            digest=attempt.digest,
            migration_proof=migration_proof,
            environment=stage.environment,
            policy_hash=stage.policy_hash,
            evidence=request.evidence,
            evidence_hash=request.evidence_hash,
            expires_at=life,
        )
        self._sql.run(
            "UPDATE approval_request SET answered_at = now() WHERE attempt_id = :id AND step = :step",
            id=attempt.id,
            step=request.step,
        )
        return _grant(row)

    def refused_before(self, attempt_id: str, actor: Actor, answer: JsonObject) -> bool:
        """Whether the log has it that this person's answer, known by all that `answer` says, does not count."""
        found = self._sql.first(
            """SELECT seq FROM log WHERE attempt = :attempt_id AND kind = 'answer_refused' AND actor = :actor
            AND payload::jsonb @> CAST(:answer AS jsonb) LIMIT 1""",
            attempt_id=attempt_id,
            actor=actor.id,
            answer=json.dumps(answer),
        )
        return found is not None

    def first_authorised(self, release_id: str, environment: str) -> datetime | None:
        """When a release first had all its approvals for an environment, in any attempt; None if never."""
        at: datetime | None = self._sql.value(
            """
            SELECT min(complete) FROM (
                SELECT max(g.granted_at) AS complete FROM "grant" g
                JOIN stage s ON s.attempt_id = g.attempt_id AND s.environment = g.environment
                WHERE g.release_id = :release_id AND g.environment = :environment AND g.decision = 'Approve'
                  AND g.step = ANY (CASE s.role WHEN 'preprod' THEN CAST(:preprod AS text[])
                                    ELSE CAST(:prod AS text[]) END)
                GROUP BY g.attempt_id, s.role
                HAVING count(*) = CASE s.role WHEN 'preprod' THEN cardinality(CAST(:preprod AS text[]))
                                  ELSE cardinality(CAST(:prod AS text[])) END
            ) AS attempts
            """,
            release_id=release_id,
            environment=environment,
            preprod=[step.value for step in STEPS_BEFORE[Step.APPROVE.role]],
            prod=[step.value for step in STEPS_BEFORE[Step.SIGN_OFF.role]],
        )
        return at


def _grant(row: Row) -> Grant:
    return Grant(
        id=row["id"],
        release_id=row["release_id"],
        attempt_id=row["attempt_id"],
        step=Step(row["step"]),
        person=row["person"],
        decision=Decision(row["decision"]),
        digest=row["digest"],
        environment=row["environment"],
        policy_hash=row["policy_hash"],
        evidence_hash=row["evidence_hash"],
        granted_at=row["granted_at"],
        expires_at=row["expires_at"],
        voided_because=row["voided_because"],
        migration_proof=row["migration_proof"],
        looked_by=row["looked_by"],
        looked_at=row["looked_at"],
    )
