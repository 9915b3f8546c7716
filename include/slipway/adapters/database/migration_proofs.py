"""What is known of services' migrations: proofs, what stages rest on, waivers, and where each database stands."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from slipway.adapters.database import codec
from slipway.adapters.database.rows import Row, Sql
from slipway.domain.errors import NotFoundError
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.migration_proof import FindingCode, MigrationProof, ProofVerdict
from slipway.domain.migration_waiver import MigrationWaiver, Terms
from slipway.domain.release import Attempt
from slipway.domain.schema_state import SchemaState
from slipway.domain.service import StageRole

_TERMS = ("reason", "expires_at", "backup", "restored_at", "runbook", "window_begins", "window_ends")


class DatabaseMigrationProofs:
    """`MigrationProofs` on PostgreSQL; nothing of it is ever changed."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, proof: MigrationProof) -> None:
        """Keeps a proof; the same one twice is one."""
        self._sql.run(
            """
            INSERT INTO migration_proof (id, service, environment, version, digest, migrations_hash, from_revision,
                                         catalogue_hash, old_version, old_digest, verdict, record, proven_at)
            VALUES (:id, :service, :environment, :version, :digest, :migrations_hash, :from_revision, :catalogue_hash,
                    :old_version, :old_digest, :verdict, :record, :proven_at)
            ON CONFLICT (id) DO NOTHING
            """,
            id=proof.id,
            service=proof.service,
            environment=proof.environment,
            version=proof.version,
            digest=proof.digest,
            migrations_hash=proof.migrations_hash,
            from_revision=proof.rehearsed.from_revision,
            catalogue_hash=proof.rehearsed.catalogue_hash,
            old_version=proof.old_version,
            old_digest=proof.old_digest,
            verdict=proof.verdict,
            record=json.dumps(codec.dump(proof.rehearsed)),
            proven_at=proof.proven_at,
        )

    def get(self, proof_id: str) -> MigrationProof:
        """The proof. Raises NotFoundError."""
        row = self._sql.first("SELECT * FROM migration_proof WHERE id = :id", id=proof_id)
        if row is None:
            raise NotFoundError(f"there is no proof {proof_id}; `slipway migrations show` has the latest of a service")
        return _proof(row)

    def latest(self, service: str, environment: str | None = None, digest: str | None = None) -> MigrationProof | None:
        """The newest of a service, there and of that artefact where that is asked."""
        row = self._sql.first(
            """SELECT * FROM migration_proof WHERE service = :service
            AND (CAST(:environment AS text) IS NULL OR environment = :environment)
            AND (CAST(:digest AS text) IS NULL OR digest = :digest) ORDER BY proven_at DESC, id LIMIT 1""",
            service=service,
            environment=environment,
            digest=digest,
        )
        return None if row is None else _proof(row)

    def note_check(self, attempt_id: str, role: StageRole, proof_id: str | None, detail: str) -> None:
        """What the stage rests on from now on."""
        self._sql.run(
            """INSERT INTO migration_check (attempt_id, role, proof_id, detail)
            VALUES (:attempt_id, :role, :proof_id, :detail)""",
            attempt_id=attempt_id,
            role=role,
            proof_id=proof_id,
            detail=detail,
        )

    def checked(self, attempt_id: str, role: StageRole) -> MigrationCheck | None:
        """What the stage rests on; None before it was checked."""
        row = self._sql.first(
            """SELECT proof_id, detail FROM migration_check WHERE attempt_id = :attempt_id AND role = :role
            ORDER BY id DESC LIMIT 1""",
            attempt_id=attempt_id,
            role=role,
        )
        if row is None:
            return None
        if row["proof_id"] is None:
            return MigrationCheck(detail=row["detail"])
        proof = self.get(row["proof_id"])
        return MigrationCheck(detail=row["detail"], proof=proof, waivers=tuple(self.waivers(proof.id)))

    def waive(self, proof_id: str, terms: Terms, by: str, *, authors_known: bool) -> MigrationWaiver:
        """Writes a waiver."""
        row = self._sql.one(
            """
            INSERT INTO migration_waiver (proof_id, code, by, reason, backup, restored_at, runbook, window_begins,
                                          window_ends, expires_at, authors_known)
            VALUES (:proof_id, :code, :by, :reason, :backup, :restored_at, :runbook, :window_begins, :window_ends,
                    :expires_at, :authors_known)
            RETURNING *
            """,
            proof_id=proof_id,
            by=by,
            authors_known=authors_known,
            **asdict(terms),
        )
        return _waiver(row)

    def asked_for(self, service: str, digest: str) -> frozenset[str]:
        """Everybody who ever asked for a release of this artefact."""
        rows = self._sql.all(
            """SELECT DISTINCT q.person FROM release_requester q JOIN release r ON r.id = q.release_id
            JOIN attempt a ON a.release_id = r.id WHERE r.service = :service AND a.digest = :digest""",
            service=service,
            digest=digest,
        )
        return frozenset(row["person"] for row in rows)

    def waivers(self, proof_id: str) -> Sequence[MigrationWaiver]:
        """Of that proof, oldest first, expired ones included."""
        rows = self._sql.all("SELECT * FROM migration_waiver WHERE proof_id = :id ORDER BY id", id=proof_id)
        return [_waiver(row) for row in rows]

    def move_schema(self, attempt: Attempt, environment: str, state: SchemaState) -> None:
        """Writes where the attempt has brought the service's database."""
        self._sql.run(
            """
            INSERT INTO schema_state (service, environment, revision, attempt_id, version, serves_version,
                                      serves_digest, proof_id)
            VALUES (:service, :environment, :revision, :attempt_id, :version, :serves_version, :serves_digest,
                    :proof_id)
            """,
            service=attempt.service,
            environment=environment,
            attempt_id=attempt.id,
            revision=state.revision,
            version=state.version,
            serves_version=state.serves_version,
            serves_digest=state.serves_digest,
            proof_id=state.proof_id,
        )

    def schema(self, service: str, environment: str, revision: str | None = None) -> SchemaState | None:
        """Where the database stands; with a revision, when it was last there."""
        row = self._sql.first(
            """SELECT id, revision, version, serves_version, serves_digest, proof_id, at FROM schema_state
            WHERE service = :service AND environment = :environment
            AND (CAST(:revision AS text) IS NULL OR revision = :revision) ORDER BY id DESC LIMIT 1""",
            service=service,
            environment=environment,
            revision=revision,
        )
        return None if row is None else SchemaState(**row)

    def runs_since(self, service: str, environment: str, state: SchemaState, digest: str) -> bool:
        """Whether this artefact was deployed there since the schema is so, and passed its checks."""
        found = self._sql.value(
            """SELECT 1 FROM proof WHERE service = :service AND environment = :environment AND digest = :digest
            AND verdict = 'pass' AND voided_at IS NULL AND at >= :at LIMIT 1""",
            service=service,
            environment=environment,
            digest=digest,
            at=state.at,
        )
        return found is not None


def _proof(row: Row) -> MigrationProof:
    return MigrationProof(
        id=row["id"],
        service=row["service"],
        environment=row["environment"],
        digest=row["digest"],
        verdict=ProofVerdict(row["verdict"]),
        rehearsed=codec.rehearsed(row["record"]),
        proven_at=row["proven_at"],
        version=row["version"],
        old_version=row["old_version"],
        old_digest=row["old_digest"],
    )


def _waiver(row: Row) -> MigrationWaiver:
    terms = Terms(code=FindingCode(row["code"]), **{name: row[name] for name in _TERMS})
    return MigrationWaiver(
        id=row["id"],
        proof_id=row["proof_id"],
        by=row["by"],
        at=row["at"],
        terms=terms,
        authors_known=row["authors_known"],
    )
