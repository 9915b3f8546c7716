"""Proves a stage's migrations before anyone is asked, and ends the stage where they may not run (R19)."""

from dataclasses import dataclass
from datetime import datetime

from slipway.domain import messages
from slipway.domain.errors import Remedy, SlipwayError
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.policy import migrations_are_proven
from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.release import Attempt, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.facts import gather
from slipway.use_cases.rehearse_migrations import Subject, rehearse_migrations
from slipway.use_cases.service_database import proven_artefact
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Checked:
    """`outcome` None: the stage goes on."""

    detail: str
    outcome: StageOutcome | None = None


def prove_migrations(world: World, attempt_id: str, role: StageRole, actor: Actor) -> Checked:
    """Safe to start again at any moment: what is proven already is not rehearsed twice."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stage = tx.stages.get(attempt_id, role)
    if stage.outcome is not None and stage.outcome.has_no_work:
        return Checked(detail=stage.detail)
    if (over := stage.outcome or stage.ending) is not None:
        return Checked(detail=stage.ending_detail, outcome=over)
    try:
        check = _check(world, attempt, stage, actor)
    except SlipwayError as error:
        if error.remedy is not Remedy.FAIL:
            raise
        return _refused(world, attempt, stage, f"the migrations could not be proven: {error}", (), actor)
    with world.store.transaction() as tx:
        tx.releases.lock_attempt(attempt_id)
        proof_id = None if check.proof is None else check.proof.id
        tx.migrations.note_check(attempt_id, role, proof_id, check.detail)
        blockers = _blockers(gather(tx, attempt, role), tx.now)
        if check.proof is None:
            payload = {"detail": check.detail}
            kind = "migrations_not_applicable"
            tx.log(kind, actor, attempt=attempt, environment=stage.environment, payload=payload)
        tx.wake()
    if blockers:
        return _refused(world, attempt, stage, f"verdict on the migrations: {check.detail}", blockers, actor)
    return Checked(detail=check.detail)


def _check(world: World, attempt: Attempt, stage: Stage, actor: Actor) -> MigrationCheck:
    settings = stage.definition.migrations
    if settings is None:
        return MigrationCheck(
            detail=f"not applicable, because {attempt.service} has no database in {stage.environment}"
        )
    subject = Subject(
        artefact=proven_artefact(world, attempt), environment=stage.environment, settings=settings, attempt=attempt
    )
    return rehearse_migrations(world, subject, actor)


def _blockers(facts: Facts, now: datetime) -> tuple[Blocker, ...]:
    """Those that no waiting clears; a downtime window yet to come is waited for in the queue."""
    return tuple(one for one in migrations_are_proven.check(facts, now) if one.clears_at is None)


def _refused(
    world: World, attempt: Attempt, stage: Stage, why: str, blockers: tuple[Blocker, ...], actor: Actor
) -> Checked:
    """Nothing was touched and nobody was asked; the author is told what to do."""
    reasons = [f"{blocker.message} Cleared by {blocker.cleared_by}" for blocker in blockers]
    detail = " — ".join([why, *reasons])
    with world.store.transaction() as tx:
        tx.releases.lock_attempt(attempt.id)
        tx.stages.set_ending(attempt.id, stage.role, StageOutcome.REFUSED, detail)
        payload = {"message": detail, "blockers": [blocker.code for blocker in blockers]}
        tx.log("migration_refused", actor, attempt=attempt, environment=stage.environment, payload=payload)
        tx.tell(messages.migrations.refused(attempt, stage, detail))
        tx.wake()
    return Checked(detail=detail, outcome=StageOutcome.REFUSED)
