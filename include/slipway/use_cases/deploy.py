"""Deploys the attempt's artefact, byte for byte, to the stage's target; in Preprod goes back and forth where asked."""

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.release import Attempt, Stage
from slipway.domain.service import StageRole
from slipway.domain.way_back_rehearsal import is_asked_for
from slipway.ports.values import Actor
from slipway.use_cases.alerts_before import see_alerts_before
from slipway.use_cases.deploy_to import deploy_to, refuse_unless_there
from slipway.use_cases.do_activity import TaskWorker, do_activity
from slipway.use_cases.facts import release_of
from slipway.use_cases.rehearse_way_back import rehearse_way_back
from slipway.use_cases.service_database import migration_order, proven_artefact
from slipway.use_cases.world import World


def deploy(world: World, attempt_id: str, role: StageRole, task: TaskWorker, actor: Actor) -> str:
    """What was deployed, in words. Raises NotPermittedError, TargetError, ArtefactError."""
    with world.store.transaction() as tx:
        stage = tx.stages.get(attempt_id, role)
        attempt = tx.releases.lock_attempt(attempt_id)
        rehearses = is_asked_for(release_of(tx, attempt), stage)
    if stage.outcome is not None and stage.outcome.has_no_work:
        return stage.detail
    see_alerts_before(world, attempt_id, role)

    def bring(activity: Activity, lock_fd: int) -> str:
        _refuse_without_its_migrations(world, attempt, stage, activity)
        deploy_to(world, stage, proven_artefact(world, attempt), activity, lock_fd)
        if rehearses:
            refuse_unless_there(world, attempt.service, stage, activity)
        return f"{attempt.version} ({attempt.digest[:19]}…) runs in {stage.environment}"

    seconds = stage.definition.deploy_deadline_seconds
    detail = do_activity(world, attempt_id, role, ActivityKind.DEPLOY, task, seconds, actor, bring).detail
    return f"{detail}; {rehearse_way_back(world, attempt, role, task, actor, bring)}" if rehearses else detail


def _refuse_without_its_migrations(world: World, attempt: Attempt, stage: Stage, activity: Activity) -> None:
    """The migrate task may have been marked as a success: what counts is that its activity was."""
    with migration_order(world, attempt, stage, activity.deadline) as order:
        if order is None:
            return
    with world.store.transaction() as tx:
        done = tx.activities.of_stage(attempt.id, stage.role)
    if not any(a.kind is ActivityKind.MIGRATE and a.state.succeeded for a in done):
        raise ServiceMigrationError(
            f"{attempt.version} carries migrations that were not run in {stage.environment}: not deployed"
        )
