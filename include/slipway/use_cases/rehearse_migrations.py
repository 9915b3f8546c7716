"""Rehearses what an artefact would migrate in an environment, unless a proof of just that still holds (R19)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from slipway.domain.errors import ArtefactError, NotFoundError, RefusedError, ServiceMigrationError
from slipway.domain.finding_advice import mendable_elsewhere
from slipway.domain.json_value import JsonObject, sha256_of
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.migration_proof import MigrationProof, Rehearsed, hash_of_list
from slipway.domain.migration_waiver import MigrationWaiver
from slipway.domain.release import Attempt
from slipway.domain.service import CopyStrategy, MigrationSettings, RehearsalSettings
from slipway.domain.verdict_of_migrations import completed, judge
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.migrations import MigrationOrder, MigrationState
from slipway.ports.rehearsal import OldVersion, RehearsalOrder, Suites
from slipway.ports.values import Actor, Deployed
from slipway.use_cases.service_database import order_for
from slipway.use_cases.unpacked import unpacked
from slipway.use_cases.world import World

MOST_TIME = timedelta(hours=1)
"""For one rehearsal, the copy included."""
NO_MIGRATIONS = "not applicable, because the version carries no migrations or the service has no database there"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What would be migrated, and where. `attempt`: whose stage asks; None where a person just wants to know."""

    artefact: Artefact
    environment: str
    settings: MigrationSettings | None
    attempt: Attempt | None = None

    @property
    def about(self) -> dict[str, str]:
        """The columns of a log entry."""
        return {"service": self.artefact.service, "environment": self.environment}


def rehearse_migrations(world: World, subject: Subject, actor: Actor) -> MigrationCheck:
    """Takes as long as it takes, outside any transaction. Raises ServiceMigrationError, RefusedError, ArtefactError."""
    with world.store.transaction() as tx:
        deadline = tx.now + MOST_TIME
        running = tx.records.deployed(subject.artefact.service, subject.environment)
    if subject.settings is None:
        return MigrationCheck(detail=NO_MIGRATIONS)
    with order_for(world, subject.artefact, subject.environment, subject.settings, deadline) as order:
        if order is None:
            return MigrationCheck(detail=runs_without_migrations(world, subject))
        state = world.migrations.state(order)
        if not state.known:
            return MigrationCheck(detail=stays_on_newer_schema(world, subject, state))
        if not state.pending:
            return MigrationCheck(detail=f"nothing to migrate: the database is at {state.applied} already")
        return _proven(world, subject, order, state, running, actor)


def runs_without_migrations(world: World, subject: Subject) -> str:
    """Why a version may run that carries no migrations. Raises RefusedError where the database has some."""
    with world.store.transaction() as tx:
        schema = tx.migrations.schema(subject.artefact.service, subject.environment)
    if schema is None or schema.revision is None:
        return NO_MIGRATIONS
    return stays_on_newer_schema(world, subject, MigrationState(applied=schema.revision, pending=(), known=False))


def stays_on_newer_schema(world: World, subject: Subject, state: MigrationState) -> str:
    """Why a version may run that is older than the schema. Raises RefusedError beyond the rollback limit (R18)."""
    artefact = subject.artefact
    with world.store.transaction() as tx:
        schema = tx.migrations.schema(artefact.service, subject.environment)
        if schema is None or schema.revision != state.applied:
            limit = f"the schema is at {state.applied}, and nobody knows which earlier version runs on it"
        elif schema.serves(
            artefact.digest,
            deployed_since=tx.migrations.runs_since(artefact.service, subject.environment, schema, artefact.digest),
        ):
            return f"nothing to migrate: {artefact.version} was seen to run on {state.applied}, which stays"
        else:
            limit = schema.limit
    raise RefusedError(
        "beyond_rollback_limit",
        f"{artefact.service} {artefact.version} does not carry the migrations that {subject.environment} has, and was"
        f" not seen to run on them: {limit}. Release one that was, or a new version that brings back what is needed",
    )


def why_it_holds_no_more(
    world: World, proof: MigrationProof, order: MigrationOrder, state: MigrationState, running: Deployed
) -> str | None:
    """None while the proof is of exactly what would run now, there; takes milliseconds."""
    return _other_migrations(world, proof, order, state) or _other_place(world, proof, order, running)


def _other_migrations(world: World, proof: MigrationProof, order: MigrationOrder, state: MigrationState) -> str | None:
    if state.applied != proof.rehearsed.from_revision:
        return f"the database is at {state.applied}, and it was proven from {proof.rehearsed.from_revision}"
    if state.pending != proof.pending:
        return f"{', '.join(state.pending) or 'nothing'} would run, and {', '.join(proof.pending)} was proven"
    files = {one.revision: one for one in world.migrations.files(order.folder)}
    if hash_of_list([files[name] for name in state.pending if name in files]) != proof.migrations_hash:
        return "the files of the migrations, or what they share, are not those that were proven"
    return None


def _other_place(world: World, proof: MigrationProof, order: MigrationOrder, running: Deployed) -> str | None:
    if world.rehearsal.database_id(order) != proof.rehearsed.source:
        return "another database is there now than the one that it was proven against"
    if running.digest != proof.old_digest:
        return (
            f"{running.version or 'nothing'} runs there now, and it was tried beside {proof.old_version or 'nothing'}"
        )
    if world.rehearsal.catalogue_hash(order) != proof.rehearsed.catalogue_hash:
        return "the database's schema was changed since it was proven, by something else than its migrations"
    if (rows := world.rehearsal.rows_about(order)) > proof.rehearsed.outgrown_at:
        return f"the database has about {rows} rows now, more than ten times as many as when it was proven"
    return None


def _proven(
    world: World, subject: Subject, order: MigrationOrder, state: MigrationState, running: Deployed, actor: Actor
) -> MigrationCheck:
    artefact = subject.artefact
    with world.store.transaction() as tx:
        known, now = tx.migrations.latest(artefact.service, subject.environment, artefact.digest), tx.now
        waivers = () if known is None else tuple(tx.migrations.waivers(known.id))
    suites = world.suites(artefact.service)
    how = _how(order.settings.rehearsal, suites)
    if (
        known is not None
        and known.rehearsed.how == how
        and not _may_come_out_well(known, waivers, now)
        and known.expires_at > now
        and why_it_holds_no_more(world, known, order, state, running) is None
    ):
        with world.store.transaction() as tx:
            payload = {"proof": known.id, "verdict": known.verdict.value, "proven_at": known.proven_at.isoformat()}
            tx.log("migration_proof_reused", actor, attempt=subject.attempt, **subject.about, payload=payload)
            return MigrationCheck(detail=_said(known), proof=known, waivers=waivers)
    with _old_version(world, artefact.service, running) as old:
        seen = world.rehearsal.rehearse(
            RehearsalOrder(
                order=order,
                scratch_url=_scratch(world, order),
                old=old,
                suites=suites,
                replica_url=_replica(world, order.settings.rehearsal),
            )
        )
    seen = replace(seen, how=how, findings=(*seen.findings, *world.lint(order.folder, state.pending, seen.dialect)))
    with world.store.transaction() as tx:
        proof = _proof(subject, completed(seen, old_version_runs=running.digest is not None), running, tx.now)
        tx.migrations.add(proof)
        tx.log("migrations_proven", actor, attempt=subject.attempt, **subject.about, payload=_told(proof))
        return MigrationCheck(detail=_said(proof), proof=tx.migrations.get(proof.id))


def _may_come_out_well(known: MigrationProof, waivers: Sequence[MigrationWaiver], now: datetime) -> bool:
    """A failure of the artefact counts as long as a pass, with what was waived of it; what can be mended elsewhere is
    tried again, unless it is waived."""
    waived = {one.terms.code for one in waivers if one.terms.expires_at > now}
    return any(mendable_elsewhere(one) and one.code not in waived for one in known.rehearsed.findings)


def _proof(subject: Subject, seen: Rehearsed, running: Deployed, at: datetime) -> MigrationProof:
    verdict = judge(seen, old_version_runs=running.digest is not None)
    record = {
        "service": subject.artefact.service,
        "environment": subject.environment,
        "digest": subject.artefact.digest,
        "old_digest": running.digest,
        "verdict": verdict,
        "at": at.isoformat(),
        "rehearsed": asdict(seen),
    }
    return MigrationProof(
        id=f"m{sha256_of(record)[:16]}",
        service=subject.artefact.service,
        environment=subject.environment,
        digest=subject.artefact.digest,
        verdict=verdict,
        rehearsed=seen,
        proven_at=at,
        version=subject.artefact.version,
        old_version=running.version,
        old_digest=running.digest,
    )


def _told(proof: MigrationProof) -> JsonObject:
    seen = proof.rehearsed
    return {
        "detail": _said(proof),
        "proof": proof.id,
        "verdict": proof.verdict.value,
        "digest": proof.digest,
        "beside": proof.old_version,
        "from_revision": seen.from_revision,
        "to_revision": seen.to_revision,
        "migrations_hash": proof.migrations_hash,
        "catalogue_hash": seen.catalogue_hash,
        "migrations": [{"revision": one.revision, "sha256": one.sha256} for one in seen.migrations],
        "findings": [{"code": one.code.value, "object": one.object, "detail": one.detail} for one in seen.findings],
        "lost_on_reverse": list(seen.lost_on_reverse),
        "not_covered": list(seen.not_covered),
    }


def _said(proof: MigrationProof) -> str:
    return f"{', '.join(proof.pending)}: {proof.verdict} (proof {proof.id})"


@contextmanager
def _old_version(world: World, service: str, running: Deployed) -> Iterator[OldVersion | None]:
    """What runs there now, to be tried on the new schema; None where nothing does, or its bytes are gone."""
    if running.digest is None or running.version is None:
        yield None
        return
    artefact = Artefact(service=service, version=running.version, digest=running.digest, size=0)
    with _fetched(world, artefact) as folder:
        if folder is None:
            yield None
            return
        queries = folder / "migrations" / "old_version.sql"
        yield OldVersion(version=running.version, folder=folder, queries=queries if queries.is_file() else None)


@contextmanager
def _fetched(world: World, artefact: Artefact) -> Iterator[Path | None]:
    unpacking = unpacked(world, artefact)
    try:
        folder = unpacking.__enter__()
    except (ArtefactError, NotFoundError):
        yield None
        return
    try:
        yield folder
    finally:
        unpacking.__exit__(None, None, None)


def _how(settings: RehearsalSettings, suites: Suites | None) -> str:
    """A proof made otherwise, or against other expectations, is none of these."""
    return sha256_of([asdict(settings), suites.sha256 if suites else ""])


def _replica(world: World, settings: RehearsalSettings) -> str | None:
    if settings.copy is not CopyStrategy.REPLICA or settings.replica is None:
        return None
    return world.connections.url(settings.replica)


def _scratch(world: World, order: MigrationOrder) -> str:
    """A PostgreSQL server that was named for it, or a folder of our own."""
    if order.database_url.startswith("sqlite"):
        folder = world.workspace / "rehearsals"
        folder.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{folder}/"
    if not world.scratch_url:
        raise ServiceMigrationError(
            "SLIPWAY_SCRATCH_URL is not set: name a PostgreSQL server where copies of databases may be made and dropped"
        )
    return world.scratch_url
