"""Brings the service's database to what the artefact needs, before the artefact runs."""

from contextlib import suppress
from dataclasses import replace
from functools import partial

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.errors import RefusedError, Remedy, SlipwayError
from slipway.domain.release import Attempt, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.outside.migrations import MigrationState
from slipway.ports.values import Actor
from slipway.use_cases.alerts_before import see_alerts_before
from slipway.use_cases.do_activity import TaskWorker, do_activity
from slipway.use_cases.recheck_proof import recheck_proof
from slipway.use_cases.service_database import TO_LOOK, migration_order
from slipway.use_cases.world import World

NOTHING_TO_MIGRATE = "not applicable, because the version carries no migrations or the service has no database"


def migrate(world: World, attempt_id: str, role: StageRole, task: TaskWorker, actor: Actor) -> str:
    """What was applied, in words. Raises NotPermittedError, ServiceMigrationError, ArtefactError."""
    with world.store.transaction() as tx:
        stage = tx.stages.get(attempt_id, role)
        attempt, now = tx.releases.lock_attempt(attempt_id), tx.now
    if stage.outcome is not None and stage.outcome.has_no_work:
        return stage.detail
    see_alerts_before(world, attempt_id, role)
    try:
        with migration_order(world, attempt, stage, now + TO_LOOK) as order:
            nothing_to_do = order is None
            differs = recheck_proof(world, attempt, stage, order)
        if differs is not None:
            raise RefusedError("proof_differs", f"{differs}. Nothing was touched: slipway retry {attempt.release_id}")
    except SlipwayError as error:
        if error.remedy is Remedy.FAIL:
            _refuse(world, attempt, stage, str(error), actor)
            error.is_logged = True
        raise
    if nothing_to_do:
        with world.store.transaction() as tx:
            payload = {"detail": NOTHING_TO_MIGRATE}
            tx.log(
                "migrate_not_applicable",
                actor,
                attempt=attempt,
                environment=stage.environment,
                payload=payload,
            )
        return NOTHING_TO_MIGRATE

    def work(activity: Activity, lock_fd: int) -> str:
        with migration_order(world, attempt, stage, activity.deadline, lock_fd) as order:
            assert order is not None, "checked above; the artefact's bytes do not change"
            before = world.migrations.state(order)
            with world.store.transaction() as tx:
                tx.stages.set_previous_revision(attempt_id, role, before.applied or "")
            if not before.known:
                return f"nothing applied; the schema stays at {before.applied}, on which this version was seen to run"
            after = world.migrations.upgrade(replace(order, on_progress=partial(_note, world, activity)))
        return _in_words(before, after)

    seconds = stage.definition.migrate_deadline_seconds
    return do_activity(world, attempt_id, role, ActivityKind.MIGRATE, task, seconds, actor, work).detail


def _note(world: World, activity: Activity, words: str) -> None:
    """Shows how far it is, for as long as it is at work."""
    with suppress(SlipwayError), world.store.transaction() as tx:  # no word is worth ending a migration
        tx.activities.note(activity.id, words)


def _in_words(before: MigrationState, after: MigrationState) -> str:
    words = [f"{', '.join(before.pending) or 'nothing'} applied; now at {after.applied}"]
    if after.later:
        words.append(f"left for a later release: {', '.join(after.later)}")
    if after.run and (more := after.run.in_words()):
        words.append(more)
    return "; ".join(words)


def _refuse(world: World, attempt: Attempt, stage: Stage, message: str, actor: Actor) -> None:
    """Nothing was touched: the stage ends as refused, and the log says why."""
    with world.store.transaction() as tx:
        tx.releases.lock_attempt(attempt.id)
        if tx.permits.find(attempt.id, stage.role) is None:
            tx.stages.set_ending(attempt.id, stage.role, StageOutcome.REFUSED, message)
        payload = {"message": message}
        tx.log("migrate_refused", actor, attempt=attempt, environment=stage.environment, payload=payload)
