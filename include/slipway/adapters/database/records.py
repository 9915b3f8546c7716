"""Proofs, deployments, bad versions and holds."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from slipway.adapters.database.rows import Row, Sql
from slipway.adapters.database.standing_holds import failure_holds, standing_holds
from slipway.domain.arrival import Arrival, Failed
from slipway.domain.json_value import JsonObject
from slipway.domain.needs import Need, NeedState
from slipway.domain.policy.decision import StandingHold
from slipway.domain.proof import Change, Proof, proof_of
from slipway.domain.release import Attempt, Release, Stage
from slipway.ports.values import Deployed, EndedHold

_DEPLOYED = "SELECT id, version, digest, attempt_id, kind, at FROM deployment"


class DatabaseRecords:
    """`Records` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add_proof(self, attempt: Attempt, stage: Stage, verdict: str, checks: Sequence[JsonObject]) -> None:
        """Keeps how an artefact did in an environment."""
        self._sql.run(
            """INSERT INTO proof (service, environment, version, digest, attempt_id, verdict, checks)
            VALUES (:service, :environment, :version, :digest, :attempt_id, :verdict, :checks)""",
            service=attempt.service,
            environment=stage.environment,
            version=attempt.version,
            digest=attempt.digest,
            attempt_id=attempt.id,
            verdict=verdict,
            checks=json.dumps(list(checks)),
        )

    def latest_proof(self, service: str, environment: str, digest: str) -> Proof | None:
        """How this artefact last did there; None if it never ran there."""
        row = self._sql.first(
            """SELECT verdict, at, voided_because, checks FROM proof
            WHERE service = :service AND environment = :environment AND digest = :digest ORDER BY id DESC LIMIT 1""",
            service=service,
            environment=environment,
            digest=digest,
        )
        if row is None:
            return None
        return proof_of(row["verdict"], row["at"], row["checks"], row["voided_because"])

    def arrival(self, service: str, digest: str) -> Arrival | None:
        """Where the log says it was fetched from; None for what was published to the store itself."""
        payload = self._sql.value(
            """SELECT payload FROM log WHERE kind = 'artefact_fetched' AND service = :service
            AND payload::jsonb ->> 'digest' = :digest ORDER BY seq DESC LIMIT 1""",
            service=service,
            digest=digest,
        )
        if payload is None:
            return None
        facts = json.loads(payload)
        failed = tuple(Failed(**one) for one in facts["failed"])
        return Arrival(source=facts["source"], address=facts["address"], failed=failed)

    def changes_of_others(self, service: str, environments: Sequence[str], since: datetime) -> Sequence[Change]:
        """Other services that changed there, once each with what runs since; the newest first."""
        rows = self._sql.all(
            """
            SELECT * FROM (
                SELECT DISTINCT ON (service, environment) service, environment, version, at,
                       count(*) OVER (PARTITION BY service, environment) AS times
                FROM deployment
                WHERE environment = ANY (:environments) AND at >= :since AND service <> :service
                ORDER BY service, environment, id DESC
            ) AS newest ORDER BY at DESC, service
            """,
            service=service,
            environments=list(environments),
            since=since,
        )
        return [Change(**row) for row in rows]

    def need_state(self, need: Need) -> NeedState:
        """Live: what runs was first deployed there when the needed version was, or later."""
        row = self._sql.one(
            """
            WITH here AS (SELECT id, version FROM deployment WHERE service = :service AND environment = :environment),
                 newest AS (SELECT version FROM here ORDER BY id DESC LIMIT 1)
            SELECT (SELECT version FROM newest) AS runs,
                   coalesce((SELECT min(id) FROM here WHERE version = (SELECT version FROM newest))
                            >= (SELECT min(id) FROM here WHERE version = :version), false) AS live,
                   (SELECT r.id FROM release r JOIN attempt a ON a.release_id = r.id
                    WHERE r.service = :service AND a.version = :version AND r.state <> 'ended' AND r.to_role = 'prod'
                      AND a.number = (SELECT max(number) FROM attempt WHERE release_id = r.id)
                    ORDER BY r.requested_at DESC LIMIT 1) AS coming
            """,
            service=need.service,
            environment=need.environment,
            version=need.version,
        )
        return NeedState(need=need, live=row["live"], runs=row["runs"], coming=row["coming"])

    def void_proof(self, service: str, environment: str, digest: str, because: str) -> None:
        """What an artefact proved there counts no more."""
        self._sql.run(
            """UPDATE proof SET voided_at = now(), voided_because = :because WHERE service = :service
            AND environment = :environment AND digest = :digest AND voided_at IS NULL""",
            service=service,
            environment=environment,
            digest=digest,
            because=because,
        )

    def add_deployment(self, attempt: Attempt, environment: str, deployed: Deployed, kind: str) -> None:
        """Keeps what runs in an environment from now on."""
        self._sql.run(
            """INSERT INTO deployment (service, environment, version, digest, attempt_id, kind)
            VALUES (:service, :environment, :version, :digest, :attempt_id, :kind)""",
            service=attempt.service,
            environment=environment,
            version=deployed.version,
            digest=deployed.digest,
            attempt_id=attempt.id,
            kind=kind,
        )

    def deployed(self, service: str, environment: str) -> Deployed:
        """What the log says runs there."""
        row = self._sql.first(
            f"{_DEPLOYED} WHERE service = :service AND environment = :environment ORDER BY id DESC LIMIT 1",
            service=service,
            environment=environment,
        )
        return Deployed(version=None, digest=None) if row is None else _deployed(row)

    def running(self, environment: str) -> Mapping[str, Deployed]:
        """What the log says runs there, by service, in order of their names."""
        rows = self._sql.all(
            """SELECT DISTINCT ON (service) * FROM deployment WHERE environment = :environment
            ORDER BY service, id DESC""",
            environment=environment,
        )
        return {row["service"]: _deployed(row) for row in rows if row["digest"] is not None}

    def last_ran(self, service: str, environment: str, version: str) -> Deployed | None:
        """When a version last came to run there; None where it never did."""
        row = self._sql.first(
            f"""{_DEPLOYED} WHERE service = :service AND environment = :environment AND version = :version
            ORDER BY id DESC LIMIT 1""",
            service=service,
            environment=environment,
            version=version,
        )
        return None if row is None else _deployed(row)

    def mark_bad(self, attempt: Attempt, because: str, by: str) -> None:
        """Remembers that a check or a person failed this artefact."""
        self._sql.run(
            """INSERT INTO bad_version (service, digest, version, because, marked_by)
            VALUES (:service, :digest, :version, :because, :by) ON CONFLICT DO NOTHING""",
            service=attempt.service,
            digest=attempt.digest,
            version=attempt.version,
            because=because,
            by=by,
        )

    def why_bad(self, service: str, digest: str) -> str | None:
        """Why an artefact is marked bad; None if it isn't."""
        because: str | None = self._sql.value(
            "SELECT because FROM bad_version WHERE service = :service AND digest = :digest",
            service=service,
            digest=digest,
        )
        return because

    def place_hold(
        self,
        scope: str,
        name: str | None,
        reason: str,
        by: str,
        until: datetime | None,
        exempt: str | None,
        *,
        absolute: bool = False,
        ends_with_release: bool = False,
    ) -> int:
        """Places a hold and returns its number; `ends_with_release`: with that of the exempt one."""
        hold_id: int = self._sql.value(
            """INSERT INTO hold (scope, name, reason, placed_by, until, exempt_release, absolute,
                                 ends_with_release)
            VALUES (:scope, :name, :reason, :by, :until, :exempt, :absolute, :ends_with_release) RETURNING id""",
            scope=scope,
            name=name,
            reason=reason,
            by=by,
            until=until,
            exempt=exempt,
            absolute=absolute,
            ends_with_release=ends_with_release,
        )
        return hold_id

    def lift_hold(self, hold_id: int, by: str, because: str) -> bool:
        """Lifts a standing hold; False if there is none of that number."""
        touched = self._sql.run(
            """UPDATE hold SET lifted_at = now(), lifted_by = :by, lifted_because = :because
            WHERE id = :id AND lifted_at IS NULL AND ended_at IS NULL AND (until IS NULL OR until > now())""",
            id=hold_id,
            by=by,
            because=because,
        )
        return touched == 1

    def holds_of_failure(self, release_id: str) -> Sequence[int]:
        """Holds on its service that the platform placed because this release failed, and that still stand."""
        rows = self._sql.all(
            """SELECT id FROM hold WHERE exempt_release = :id AND scope = 'service' AND placed_by = 'platform'
            AND lifted_at IS NULL AND ended_at IS NULL AND (until IS NULL OR until > now()) ORDER BY id""",
            id=release_id,
        )
        return [row["id"] for row in rows]

    def failure_holds(self, service: str) -> Mapping[int, str]:
        """Holds on a service that the platform placed, and that still stand: the release whose failure placed each."""
        return failure_holds(self._sql, service)

    def holds_of(self, person: str, scope: str, name: str | None) -> Sequence[int]:
        """What this person placed on just that, and still stands."""
        rows = self._sql.all(
            """SELECT id FROM hold WHERE placed_by = :person AND scope = :scope
            AND name IS NOT DISTINCT FROM CAST(:name AS text)
            AND lifted_at IS NULL AND ended_at IS NULL AND (until IS NULL OR until > now()) ORDER BY id""",
            person=person,
            scope=scope,
            name=name,
        )
        return [row["id"] for row in rows]

    def end_holds(self) -> Sequence[EndedHold]:
        """Ends those whose time is over, or whose release has ended; each once."""
        rows = self._sql.all(
            """
            UPDATE hold h SET ended_at = now(), ended_because = CASE WHEN h.until <= now()
                   THEN 'its time is over' ELSE 'release ' || h.exempt_release || ' has ended' END
            WHERE h.lifted_at IS NULL AND h.ended_at IS NULL AND (h.until <= now()
                  OR (h.ends_with_release AND (SELECT state FROM release WHERE id = h.exempt_release) = 'ended'))
            RETURNING id, scope, name, placed_by, reason, ended_because AS because
            """
        )
        return [EndedHold(**row) for row in sorted(rows, key=lambda row: row["id"])]

    def standing_holds(self, service: str, environment: str, release: Release) -> Sequence[StandingHold]:
        """Holds that bind this release there: not its own exemption, nor that of what it fixes."""
        return standing_holds(self._sql, service, environment, release)


def _deployed(row: Row) -> Deployed:
    return Deployed(
        version=row["version"],
        digest=row["digest"],
        row=row["id"],
        attempt=row["attempt_id"],
        brought_back=row["kind"] == "undo",
        since=row["at"],
    )
