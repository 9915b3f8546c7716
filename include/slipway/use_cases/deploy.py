"""Deploys the attempt's artefact, byte for byte, to the stage's target."""

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.release import Attempt, Stage
from slipway.domain.service import StageRole
from slipway.ports.outside import Artefact, DeployOrder
from slipway.ports.values import Actor
from slipway.use_cases.do_activity import TaskWorker, do_activity
from slipway.use_cases.service_database import migration_order, proven_artefact, service_environment
from slipway.use_cases.unpacked import unpacked
from slipway.use_cases.world import World


def deploy(world: World, attempt_id: str, role: StageRole, task: TaskWorker, actor: Actor) -> str:
    """What was deployed, in words. Raises NotPermittedError, TargetError, ArtefactError."""
    with world.store.transaction() as tx:
        stage = tx.stages.get(attempt_id, role)
        attempt = tx.releases.lock_attempt(attempt_id)
    if stage.outcome is not None and stage.outcome.has_no_work:
        return stage.detail

    def work(activity: Activity, lock_fd: int) -> str:
        _refuse_without_its_migrations(world, attempt, stage, activity)
        deploy_to(world, stage, proven_artefact(world, attempt), activity, lock_fd)
        return f"{attempt.version} ({attempt.digest[:19]}…) runs in {stage.environment}"

    seconds = stage.definition.deploy_deadline_seconds
    return do_activity(world, attempt_id, role, ActivityKind.DEPLOY, task, seconds, actor, work).detail


def deploy_to(world: World, stage: Stage, artefact: Artefact, activity: Activity, lock_fd: int) -> None:
    """The one way an artefact gets to a target, forwards and back. Raises TargetError, ArtefactError."""
    assert stage.definition.target is not None, "a stage with work has a target"
    with unpacked(world, artefact) as folder:
        order = DeployOrder(
            service=artefact.service,
            environment=stage.environment,
            artefact=artefact,
            folder=folder,
            fencing=activity.fencing,
            deadline=activity.deadline,
            lock_fd=lock_fd,
            environment_variables=service_environment(world, stage),
        )
        world.targets.target(stage.definition.target).deploy(order)


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
