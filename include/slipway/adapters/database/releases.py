"""Releases and attempts."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from slipway.adapters.database import codec
from slipway.adapters.database.release_rows import ATTEMPT, attempt_in, needs_in, release_in
from slipway.adapters.database.rows import Sql
from slipway.adapters.database.standing_holds import CHAIN
from slipway.domain.errors import NotFoundError
from slipway.domain.needs import Build, Need
from slipway.domain.release import Attempt, Outcome, Release, ReleaseState
from slipway.ports.values import NewAttempt, NewRelease


class DatabaseReleases:
    """`Releases` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def lock_service(self, service: str) -> None:
        """Lets one transaction at a time open attempts of a service."""
        self._sql.run("SELECT pg_advisory_xact_lock(730522, hashtext(:service))", service=service)

    def try_lock_service(self, service: str) -> bool:
        """The same without waiting; False: another transaction is at it."""
        got: bool = self._sql.value("SELECT pg_try_advisory_xact_lock(730522, hashtext(:service))", service=service)
        return got

    def lock_needs(self) -> None:
        """Lets one transaction at a time look for circles and declare needs."""
        self._sql.run("SELECT pg_advisory_xact_lock(730523, 0)")

    def declared_needs(self, besides: str) -> Sequence[tuple[Build, Sequence[Need]]]:
        """What releases that have not ended need, by service and version of their last attempt; all but one release."""
        rows = self._sql.all(
            """
            SELECT DISTINCT ON (r.id) r.service, a.version, r.needs FROM release r JOIN attempt a ON a.release_id = r.id
            WHERE r.state <> 'ended' AND r.needs <> '[]' AND r.id <> :besides ORDER BY r.id, a.number DESC
            """,
            besides=besides,
        )
        return [((row["service"], row["version"]), needs_in(row)) for row in rows]

    def create(self, new: NewRelease) -> Release:
        """Writes a release and its first requester."""
        release_id = self._sql.value(
            """
            INSERT INTO release (service, team, kind, summary, rollback_plan, to_role, requested_by, ticket, fixes,
                                 product_owner, extra, needs, change, for_team, attended_by, support,
                                 proof_in, rollback)
            VALUES (:service, :team, :kind, :summary, :rollback_plan, :to_role, :by, :ticket, :fixes, :product_owner,
                    :extra, :needs, :change, :for_team, :attended_by, :booking, :proof_in, :rollback)
            RETURNING id
            """,
            service=new.service,
            team=new.team,
            kind=new.kind,
            summary=new.summary,
            rollback_plan=new.rollback_plan,
            to_role=new.to,
            by=new.requested_by,
            ticket=new.ticket,
            fixes=new.fixes,
            product_owner=new.product_owner,
            extra=json.dumps(new.extra),
            needs=json.dumps([asdict(need) for need in new.needs]),
            change=None if new.change is None else json.dumps(codec.dump(new.change)),
            for_team=new.for_team,
            attended_by=new.attended_by,
            booking=new.booking,
            proof_in=new.proof_in,
            rollback=None if new.rollback is None else json.dumps(codec.dump(new.rollback)),
        )
        self.add_requester(release_id, new.requested_by)
        release = self.get(release_id)
        assert release is not None, "it was written a moment ago, in this transaction"
        return release

    def get(self, release_id: str) -> Release | None:
        """The release, or None."""
        row = self._sql.first(
            """
            SELECT r.*, (SELECT array_agg(person) FROM release_requester q WHERE q.release_id = r.id) AS requesters
            FROM release r WHERE id = :id
            """,
            id=release_id,
        )
        return None if row is None else release_in(row)

    def secret_of(self, service: str) -> Release | None:
        """The newest security release of this service that has not ended; None where there is none."""
        newest = self._sql.value(
            """SELECT id FROM release WHERE service = :service AND kind = 'security' AND state <> 'ended'
            ORDER BY requested_at DESC LIMIT 1""",
            service=service,
        )
        return None if newest is None else self.get(newest)

    def add_requester(self, release_id: str, person: str) -> None:
        """Remembers for good that this person asked for the release."""
        self._sql.run(
            "INSERT INTO release_requester VALUES (:id, :person) ON CONFLICT DO NOTHING",
            id=release_id,
            person=person,
        )

    def set_state(self, release_id: str, state: ReleaseState, outcome: Outcome | None) -> None:
        """Where the release stands now."""
        self._sql.run(
            "UPDATE release SET state = :state, outcome = :outcome WHERE id = :id",
            id=release_id,
            state=state,
            outcome=outcome,
        )

    def open_attempt(self, new: NewAttempt) -> Attempt:
        """Writes the next attempt and its stages."""
        number = self._sql.value(
            "SELECT coalesce(max(number), 0) + 1 FROM attempt WHERE release_id = :id", id=new.release_id
        )
        attempt_id = f"{new.release_id}.{number}"
        self._sql.run(
            """
            INSERT INTO attempt (id, release_id, number, dag_id, run_id, version, digest, origin, actor, depends_on,
                                 bad_again_because, bad_again_by)
            VALUES (:id, :release_id, :number, :dag_id, :run_id, :version, :digest, :origin, :actor, :depends_on,
                    :bad_again_because, :bad_again_by)
            """,
            id=attempt_id,
            release_id=new.release_id,
            number=number,
            dag_id=new.dag_id,
            run_id=new.run_id,
            version=new.version,
            digest=new.digest,
            origin=new.origin,
            actor=new.actor,
            depends_on=list(new.depends_on),
            bad_again_because=new.bad_again.reason if new.bad_again else None,
            bad_again_by=new.bad_again.by if new.bad_again else None,
        )
        for stage in new.stages:
            self._sql.run(
                """
                INSERT INTO stage (attempt_id, role, environment, definition, policy_hash, outcome, detail, finished_at)
                VALUES (:id, :role, :environment, :definition, :policy_hash, :outcome, :detail,
                        CASE WHEN CAST(:outcome AS text) IS NOT NULL THEN now() END)
                """,
                id=attempt_id,
                role=stage.definition.role,
                environment=stage.definition.environment,
                definition=json.dumps(codec.dump(stage.definition)),
                policy_hash=stage.policy_hash,
                outcome=stage.outcome,
                detail=stage.detail,
            )
        return self._attempt(attempt_id)

    def attempt(self, attempt_id: str) -> Attempt | None:
        """The attempt, or None."""
        row = self._sql.first(f"{ATTEMPT} WHERE a.id = :id", id=attempt_id)
        return None if row is None else attempt_in(row)

    def lock_attempt(self, attempt_id: str) -> Attempt:
        """The attempt, its row locked till the end of the transaction; rows that refer to it may still be added."""
        self._sql.run("SELECT FROM attempt WHERE id = :id FOR NO KEY UPDATE", id=attempt_id)
        return self._attempt(attempt_id)

    def attempt_of_run(self, dag_id: str, run_id: str) -> Attempt | None:
        """The attempt that a DAG run carries out, or None."""
        row = self._sql.first(
            f"{ATTEMPT} WHERE a.dag_id = :dag_id AND a.run_id = :run_id", dag_id=dag_id, run_id=run_id
        )
        return None if row is None else attempt_in(row)

    def attempts(self, release_id: str) -> Sequence[Attempt]:
        """All attempts of a release, oldest first."""
        rows = self._sql.all(f"{ATTEMPT} WHERE a.release_id = :id ORDER BY a.number", id=release_id)
        return [attempt_in(row) for row in rows]

    def open_attempts(self, service: str | None = None) -> Sequence[Attempt]:
        """Attempts that have not ended, of one service or of all, oldest first."""
        rows = self._sql.all(
            f"""{ATTEMPT} WHERE a.outcome IS NULL AND (CAST(:service AS text) IS NULL OR r.service = :service)
            ORDER BY a.opened_at, a.id""",
            service=service,
        )
        return [attempt_in(row) for row in rows]

    def awaiting_renewal(self) -> Sequence[Attempt]:
        """Last attempts that ended as renewed, whose successor the platform has yet to start."""
        rows = self._sql.all(
            f"""{ATTEMPT} WHERE a.outcome = 'renewed' AND r.state = 'awaiting_retry' AND a.stop_requested_by IS NULL
            AND a.number = (SELECT max(b.number) FROM attempt b WHERE b.release_id = a.release_id)
            ORDER BY a.id""",  # noqa: S608 - a constant
        )
        return [attempt_in(row) for row in rows]

    def awaiting_retry_for(self, life: timedelta) -> Sequence[Attempt]:
        """Last attempts of releases that nobody has retried for as long as that."""
        rows = self._sql.all(
            f"""{ATTEMPT} WHERE r.state = 'awaiting_retry' AND a.ended_at <= now() - :life
            AND a.number = (SELECT max(b.number) FROM attempt b WHERE b.release_id = a.release_id)
            ORDER BY a.id""",  # noqa: S608 - a constant
            life=life,
        )
        return [attempt_in(row) for row in rows]

    def awaiting_first_run(self) -> Sequence[Release]:
        """What a pipeline asked for, whose run the platform has yet to start; oldest first."""
        return self._each(
            """SELECT id FROM release r WHERE state = 'open' AND change IS NOT NULL
            AND NOT EXISTS (SELECT FROM attempt WHERE release_id = r.id) ORDER BY requested_at, id"""
        )

    def rollbacks_to_start(self) -> Sequence[Release]:
        """Rollbacks that were asked for, whose run the platform has yet to start; oldest first."""
        return self._each(
            """SELECT id FROM release r WHERE state = 'open' AND rollback IS NOT NULL
            AND NOT EXISTS (SELECT FROM attempt WHERE release_id = r.id) ORDER BY requested_at, id"""
        )

    def open_rollbacks(self, service: str) -> Sequence[Release]:
        """Rollbacks of a service that have not ended; oldest first."""
        return self._each(
            """SELECT id FROM release WHERE state = 'open' AND rollback IS NOT NULL AND service = :service
            ORDER BY requested_at, id""",
            service=service,
        )

    def fixed_and_awaiting_retry(self, release: Release) -> Sequence[Release]:
        """What this release fixes, and what that was to fix, as far as it awaits a retry all the same; oldest first."""
        return self._each(
            f"""{CHAIN} SELECT id FROM release JOIN chain USING (id) WHERE state = 'awaiting_retry'
            ORDER BY requested_at, id""",  # noqa: S608 - a constant
            fixes=release.fixes,
        )

    def end_attempt(self, attempt_id: str, outcome: Outcome) -> None:
        """Writes how an attempt ended, once."""
        self._sql.run(
            "UPDATE attempt SET outcome = :outcome, ended_at = now() WHERE id = :id AND outcome IS NULL",
            id=attempt_id,
            outcome=outcome,
        )

    def request_stop(self, attempt_id: str, by: str, reason: str) -> None:
        """Asks an attempt to stop at its next step."""
        self._sql.run(
            """UPDATE attempt SET stop_requested_by = :by, stop_reason = :reason
            WHERE id = :id AND stop_requested_by IS NULL""",
            id=attempt_id,
            by=by,
            reason=reason,
        )

    def _each(self, statement: str, **values: str | None) -> Sequence[Release]:
        rows = self._sql.all(statement, **values)
        return [release for row in rows if (release := self.get(row["id"])) is not None]

    def _attempt(self, attempt_id: str) -> Attempt:
        attempt = self.attempt(attempt_id)
        if attempt is None:
            raise NotFoundError(f"there is no attempt {attempt_id} in the release database")
        return attempt
