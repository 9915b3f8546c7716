"""What people and scripts read of the release database: plain rows, for console and command line alike."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from slipway.adapters.database.rows import Sql
from slipway.adapters.database.standings import standings
from slipway.domain.next_step import Standing, WaitsFor, next_step
from slipway.domain.release import Outcome, ReleaseState

Record = dict[str, Any]
Asked = dict[str, list[WaitsFor]]
"""By attempt."""

_RELEASE = """
    SELECT r.id AS release_id, r.service, r.team, r.kind AS change_kind, r.summary, r.to_role AS "to", r.state,
           r.outcome, r.requested_by, r.requested_at, r.ticket, a.id AS attempt, a.version, a.digest,
           a.dag_id, a.run_id, r.rollback,
           (SELECT because FROM bad_version b WHERE b.service = r.service AND b.digest = a.digest
            AND r.to_role <> 'dev') AS marked_bad,
           CASE WHEN r.state = 'awaiting_retry' THEN (
               WITH RECURSIVE later (id) AS (
                   SELECT r.id UNION SELECT fix.id FROM later JOIN release fix ON fix.fixes = later.id)
               SELECT fix.id FROM later JOIN release fix USING (id) WHERE fix.id <> r.id AND fix.outcome = 'live'
               ORDER BY fix.requested_at DESC LIMIT 1) END AS fixed_by,
           (SELECT array_agg(s.environment || ' ' || coalesce(s.outcome, s.ending, 'open')
                             ORDER BY array_position(ARRAY['dev', 'preprod', 'prod'], s.role))
            FROM stage s WHERE s.attempt_id = a.id) AS stages
    FROM release r
    LEFT JOIN LATERAL (SELECT * FROM attempt WHERE release_id = r.id ORDER BY number DESC LIMIT 1) a ON true
"""

REFUSED_RUN = """
    SELECT payload FROM log
    WHERE kind = 'release_refused' AND actor = :person
      AND run_named_in(payload) = jsonb_build_array(CAST(:dag_id AS text), CAST(:run_id AS text))::text
    ORDER BY seq DESC LIMIT 1
"""
"""Found by the index `log_by_refused_run`."""


class Overview:
    """Read models inside a transaction."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def running(self, service: str | None = None) -> Sequence[Record]:
        """What the log says runs, for each service and environment that ever had something."""
        return self._records(
            """
            SELECT DISTINCT ON (d.service, d.environment) d.service, d.environment, d.version, d.digest, d.at,
                   a.release_id
            FROM deployment d JOIN attempt a ON a.id = d.attempt_id
            WHERE CAST(:service AS text) IS NULL OR d.service = :service
            ORDER BY d.service, d.environment, d.id DESC
            """,
            service=service,
        )

    def releases(
        self, *, service: str | None = None, state: str | None = None, open_only: bool = False, limit: int = 50
    ) -> Sequence[Record]:
        """Releases with their last attempt, newest first; `open_only` leaves out those that have ended."""
        found = self._records(
            f"""{_RELEASE}
            WHERE (CAST(:service AS text) IS NULL OR r.service = :service)
              AND (CAST(:state AS text) IS NULL OR r.state = :state)
              AND (NOT :open_only OR r.state <> 'ended')
            ORDER BY r.requested_at DESC, length(r.id) DESC, r.id DESC LIMIT :limit""",
            service=service,
            state=state,
            open_only=open_only,
            limit=limit,
        )
        asked = self._asked([one["attempt"] for one in found])
        stands = standings(self._sql, [one["release_id"] for one in found])
        return [{**one, "next": _next(one, asked, stands)} for one in found]

    def release(self, release_id: str) -> Record | None:
        """One release whole: its attempts, their stages, grants, questions and activities."""
        found = self._records(f"{_RELEASE} WHERE r.id = :id", id=release_id)
        if not found:
            return None
        more = self._sql.one(
            """SELECT rollback_plan, fixes, needs, proof_in, change, product_owner, for_team, attended_by,
                      support,
                      (SELECT array_agg(person ORDER BY person) FROM release_requester WHERE release_id = r.id)
                      AS requesters
               FROM release r WHERE id = :id""",
            id=release_id,
        )
        attempts = self._records("SELECT * FROM attempt WHERE release_id = :id ORDER BY number", id=release_id)
        asked = self._asked([found[0]["attempt"]])
        following = _next(found[0], asked, standings(self._sql, [release_id]))
        whole = {**found[0], **more, "taken_back": self._taken_back(release_id), "next": following}
        return {**whole, "attempts": [self._attempt(attempt) for attempt in attempts]}

    def request(self, dag_id: str, run_id: str, person: str) -> Record:
        """What became of a run that this person started."""
        run = {"dag_id": dag_id, "run_id": run_id}
        opened = self._records(
            "SELECT id AS attempt, release_id FROM attempt WHERE dag_id = :dag_id AND run_id = :run_id", **run
        )
        if opened:
            return {"state": "opened", **opened[0], "supersedes": self._superseded_by(opened[0]["attempt"])}
        refused = self._records(REFUSED_RUN, person=person, **run)
        if not refused:
            return {"state": "waiting"}
        payload = json.loads(refused[0]["payload"])
        return {"state": "refused", "code": payload["code"], "message": payload["message"]}

    def holds(self, *, standing_only: bool = True) -> Sequence[Record]:
        """Holds, oldest first."""
        return self._records(
            """
            SELECT id, scope, name, reason, placed_by, placed_at AS at, until,
                   CASE WHEN scope <> 'service' OR placed_by <> 'platform' THEN exempt_release END AS during,
                   CASE WHEN scope = 'service' AND placed_by = 'platform' THEN exempt_release END AS failed,
                   absolute, lifted_at, lifted_by, lifted_because, ended_at, ended_because
            FROM hold
            WHERE NOT :standing OR (lifted_at IS NULL AND ended_at IS NULL AND (until IS NULL OR until > now()))
            ORDER BY id
            """,
            standing=standing_only,
        )

    def pending(self, *, waiting_only: bool = True) -> Sequence[Record]:
        """Acts of two people, oldest first; those that wait have neither taken effect nor expired. No token's hash."""
        return self._records(
            """
            SELECT id, action, parameters - 'hash' AS parameters, reason, first, asked_at AS at, expires_at,
                   CASE WHEN state = 'waiting' AND expires_at <= now() THEN 'expired' ELSE state END AS state,
                   second, ended_at, result
            FROM pending_act WHERE NOT :waiting OR (state = 'waiting' AND expires_at > now()) ORDER BY id
            """,
            waiting=waiting_only,
        )

    def service_tokens(self, *, usable_only: bool = True) -> Sequence[Record]:
        """Tokens of build pipelines, without their hashes."""
        return self._records(
            """
            SELECT id, service, issued_by, issued_at AS at, expires_at, revoked_at, revoked_by, revoked_because
            FROM service_token WHERE NOT :usable OR (revoked_at IS NULL AND expires_at > now()) ORDER BY id
            """,
            usable=usable_only,
        )

    def leases(self) -> Sequence[Record]:
        """Stages that hold a lane, a service, or both, with their open activity."""
        return self._records(
            """
            SELECT s.attempt_id AS attempt, r.service, s.environment, t.lane, l.id IS NOT NULL AS service_held,
                   least(t.taken_at, l.taken_at) AS since,
                   (SELECT id FROM activity WHERE attempt_id = s.attempt_id AND role = s.role AND state = 'open')
                   AS open_activity
            FROM stage s
            JOIN attempt a ON a.id = s.attempt_id
            JOIN release r ON r.id = a.release_id
            LEFT JOIN turn t ON t.attempt_id = s.attempt_id AND t.role = s.role AND t.state = 'holding'
            LEFT JOIN service_lease l ON l.attempt_id = s.attempt_id AND l.role = s.role AND l.freed_at IS NULL
            WHERE t.id IS NOT NULL OR l.id IS NOT NULL
            ORDER BY since, attempt
            """
        )

    def activities(self) -> Sequence[Record]:
        """Work that is open or quarantined, oldest first."""
        return self._records(
            """
            SELECT w.id, w.attempt_id AS attempt, r.service, s.environment, w.kind, w.state, w.opened_at AS at,
                   w.deadline, w.host, w.pid
            FROM activity w
            JOIN stage s ON s.attempt_id = w.attempt_id AND s.role = w.role
            JOIN attempt a ON a.id = w.attempt_id
            JOIN release r ON r.id = a.release_id
            WHERE w.state IN ('open', 'quarantined') ORDER BY w.opened_at, w.id
            """
        )

    def policy(self) -> Record | None:
        """The policy in effect: its digest, who activated it and when."""
        found = self._records("SELECT digest, activated_by, activated_at AS at FROM policy ORDER BY id DESC LIMIT 1")
        return found[0] if found else None

    def teams_of(self, service: str) -> frozenset[str]:
        """Every team that ever released this service."""
        rows = self._sql.all("SELECT DISTINCT team FROM release WHERE service = :service", service=service)
        return frozenset(row["team"] for row in rows)

    def _attempt(self, attempt: Record) -> Record:
        of = {"id": attempt["id"]}
        return {
            **attempt,
            "stages": self._records(
                """SELECT role, environment, ending, ending_detail, smoke, confirmed, watch_began_at, attend_until,
                          watched, judged, confirmation_waiver, previous_version, previous_digest, outcome, detail,
                          finished_at
                   FROM stage WHERE attempt_id = :id
                   ORDER BY array_position(ARRAY['dev', 'preprod', 'prod'], role)""",
                **of,
            ),
            "requests": self._records(
                """SELECT step, evidence, evidence_hash, eligible, asked_at, expires_at, asked, answered_at
                   FROM approval_request WHERE attempt_id = :id ORDER BY asked_at""",
                **of,
            ),
            "grants": self._records(
                """SELECT id, step, person, person_name, decision, comment, looked_by, looked_at, digest,
                          migration_proof, environment,
                          policy_hash, evidence_hash, granted_at, expires_at, voided_at, voided_because
                   FROM "grant" WHERE attempt_id = :id ORDER BY id""",
                **of,
            ),
            "migrations": self._records(
                """SELECT c.role, c.proof_id AS proof, p.verdict, c.detail, c.at FROM migration_check c
                   LEFT JOIN migration_proof p ON p.id = c.proof_id WHERE c.attempt_id = :id ORDER BY c.id""",
                **of,
            ),
            "activities": self._records(
                """SELECT id, role, kind, number, state, digest, opened_at, deadline, closed_at, detail
                   FROM activity WHERE attempt_id = :id ORDER BY opened_at, id""",
                **of,
            ),
        }

    def _taken_back(self, release_id: str) -> list[Record]:
        """Rollbacks that took it back where it ran, oldest first."""
        return self._records(
            """SELECT r.id AS release_id, s.environment, r.rollback ->> 'version' AS version, s.finished_at AS at
               FROM release r
               JOIN attempt a ON a.release_id = r.id
               JOIN stage s ON s.attempt_id = a.id AND s.role = r.to_role
               WHERE r.rollback IS NOT NULL AND s.outcome = 'passed'
                 AND r.rollback ->> 'from_attempt' IN (SELECT id FROM attempt WHERE release_id = :id)
               ORDER BY s.finished_at, a.id""",
            id=release_id,
        )

    def _superseded_by(self, attempt: str) -> list[Record]:
        """What waited, and was replaced when this attempt was opened."""
        return self._records(
            """SELECT a.release_id, a.id AS attempt, a.version
               FROM attempt mine
               JOIN log l ON l.release_id = mine.release_id AND l.attempt = mine.id AND l.kind = 'attempt_opened'
               CROSS JOIN LATERAL jsonb_array_elements_text(CAST(l.payload AS jsonb) -> 'supersedes') AS replaced (id)
               JOIN attempt a ON a.id = replaced.id
               WHERE mine.id = :id ORDER BY a.opened_at, a.id""",
            id=attempt,
        )

    def _asked(self, attempts: Sequence[str | None]) -> Asked:
        """What each of these attempts asks of people now; those that have ended ask nothing."""
        found: Asked = defaultdict(list)
        for row in self._sql.all(
            """SELECT q.attempt_id, q.step, q.eligible, q.expires_at
               FROM approval_request q JOIN attempt a ON a.id = q.attempt_id
               WHERE q.attempt_id = ANY(:attempts) AND a.outcome IS NULL
                 AND q.answered_at IS NULL AND q.expires_at > now() ORDER BY q.asked_at""",
            attempts=[attempt for attempt in attempts if attempt is not None],
        ):
            waits_for = WaitsFor(step=row["step"], eligible=row["eligible"], until=row["expires_at"])
            found[row["attempt_id"]].append(waits_for)
        return found

    def _records(self, statement: str, **values: Any) -> list[Record]:
        return [dict(row) for row in self._sql.all(statement, **values)]


def _next(release: Record, asked: Asked, stands: Mapping[str, Standing]) -> str:
    outcome = release["outcome"]
    return next_step(
        release["release_id"],
        ReleaseState(release["state"]),
        None if outcome is None else Outcome(outcome),
        asked.get(release["attempt"], ()),
        standing=stands.get(release["release_id"]),
        marked_bad=release["marked_bad"],
        fixed_by=release["fixed_by"],
    )
