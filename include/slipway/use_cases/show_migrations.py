"""What is known of a service's migrations: the last proof, what stands in its way, and how far one may go back."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from slipway.domain.errors import NotFoundError
from slipway.domain.finding_policy import POLICY
from slipway.domain.json_value import JsonObject
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.migration_gate import gate
from slipway.domain.migration_proof import Finding, MigrationProof
from slipway.domain.migration_waiver import MigrationWaiver
from slipway.domain.service import StageRole
from slipway.domain.way_back import in_words
from slipway.ports.store import ReleaseStore, Transaction
from slipway.use_cases.world import World


def show_migrations(store: ReleaseStore, service: str, environment: str | None = None) -> JsonObject:
    """The newest proof there, or anywhere. Raises NotFoundError where there is none."""
    with store.transaction() as tx:
        proof = tx.migrations.latest(service, environment)
        if proof is None:
            where = f" in {environment}" if environment else ""
            raise NotFoundError(
                f"nothing was proven of the migrations of {service}{where} yet: slipway migrations check {service}"
            )
        return _as_json(tx, proof)


def what_still_stops(store: ReleaseStore, proof_id: str) -> str:
    """For whoever has just waived one finding of it; empty where no other needs anything."""
    with store.transaction() as tx:
        proof = tx.migrations.get(proof_id)
        blockers = gate(proof, tx.migrations.waivers(proof_id), _role(tx, proof), tx.now)
        stops = [one.code.removeprefix("migration_") for one in blockers if one.clears_at is None]
    found = dict.fromkeys(one.code for one in proof.rehearsed.findings if one.code in stops)
    never = ", ".join(code for code in found if not POLICY[code].waivable)
    others = ", ".join(code for code in found if POLICY[code].waivable)
    said = f". The release stays stopped because of {never}, which can never be waived" if never else ""
    return f"{said}. Still to be waived, or mended: {others}" if others else said


def rollback_limits(tx: Transaction, places: Iterable[tuple[str, str]]) -> list[JsonObject]:
    """How far back one may go, for each (service, environment) whose schema is known."""
    found = [(service, environment, tx.migrations.schema(service, environment)) for service, environment in places]
    return [
        {
            "service": service,
            "environment": environment,
            "revision": schema.revision,
            "earliest": schema.serves_version,
            "limit": schema.limit,
        }
        for service, environment, schema in found
        if schema is not None
    ]


def show_check(world: World, check: MigrationCheck, service: str, environment: str) -> JsonObject:
    """What a rehearsal came to; without a proof, why there is nothing to prove."""
    if check.proof is None:
        return {"service": service, "environment": environment, "detail": check.detail, "proof": None}
    with world.store.transaction() as tx:
        return _as_json(tx, check.proof)


def _as_json(tx: Transaction, proof: MigrationProof) -> JsonObject:
    waivers = tx.migrations.waivers(proof.id)
    role = _role(tx, proof)
    schema = tx.migrations.schema(proof.service, proof.environment)
    seen = proof.rehearsed
    return {
        "proof": proof.id,
        "service": proof.service,
        "environment": proof.environment,
        "version": proof.version,
        "digest": proof.digest,
        "verdict": proof.verdict.value,
        "at": proof.proven_at,
        "expires_at": proof.expires_at,
        "beside": proof.old_version,
        "migrations": [one.revision for one in seen.migrations],
        "migrations_hash": proof.migrations_hash,
        "steps": [asdict(one) for one in seen.steps],
        "findings": [_finding_as_json(one, role) for one in seen.findings],
        "lost_on_reverse": list(seen.lost_on_reverse),
        "not_covered": list(seen.not_covered),
        "rows": seen.rows,
        "copied_by": seen.copied_by,
        "expectations": list(seen.expectations),
        "if_undone": in_words(proof),
        "rollback_limit": None if schema is None else schema.limit,
        "waivers": [waiver_as_json(one, tx.now) for one in waivers],
        "blockers": [asdict(one) for one in gate(proof, waivers, role, tx.now)],
        "detail": f"{', '.join(proof.pending)}: {proof.verdict} (proof {proof.id})",
    }


def _role(tx: Transaction, proof: MigrationProof) -> StageRole:
    environments = tx.policy().platform.environments
    return environments[proof.environment].role if proof.environment in environments else StageRole.PROD


def _finding_as_json(finding: Finding, role: StageRole) -> JsonObject:
    policy = POLICY[finding.code]
    return {**asdict(finding), "stops": policy.blocks(role), "waivable": policy.waivable}


def waiver_as_json(waiver: MigrationWaiver, now: datetime) -> JsonObject:
    """For REST and `--json`."""
    terms = {name: value for name, value in asdict(waiver.terms).items() if value is not None}
    about = {"id": waiver.id, "proof": waiver.proof_id, "by": waiver.by, "at": waiver.at}
    return {**about, **terms, "expired": waiver.terms.expires_at <= now}
