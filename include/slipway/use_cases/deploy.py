"""Deploys the attempt's artefact, byte for byte, to the stage's target."""

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.service import StageRole
from slipway.ports.outside import DeployOrder
from slipway.ports.store import Actor
from slipway.use_cases.do_activity import TaskWorker, do_activity
from slipway.use_cases.service_database import artefact_folder, service_environment
from slipway.use_cases.world import World


def deploy(world: World, attempt_id: str, role: StageRole, task: TaskWorker, actor: Actor) -> str:
    """What was deployed, in words. Raises NotPermittedError, TargetError, ArtefactError."""
    with world.store.transaction() as tx:
        stage = tx.stages.get(attempt_id, role)
        attempt = tx.releases.lock_attempt(attempt_id)
    if stage.outcome is not None and stage.outcome.has_no_work:
        return stage.detail

    def work(activity: Activity, lock_fd: int) -> str:
        folder = artefact_folder(world, attempt.service, attempt.version, attempt.digest)
        assert stage.definition.target is not None, "a stage with work has a target"
        target = world.targets.target(stage.definition.target)
        order = DeployOrder(
            service=attempt.service,
            environment=stage.environment,
            artefact=world.artefacts.resolve(attempt.service, attempt.version),
            folder=folder,
            fencing=activity.fencing,
            deadline=activity.deadline,
            lock_fd=lock_fd,
            environment_variables=service_environment(world, stage),
        )
        target.deploy(order)
        return f"{attempt.version} ({attempt.digest[:19]}…) runs in {stage.environment}"

    seconds = stage.definition.deploy_deadline_seconds
    return do_activity(world, attempt_id, role, ActivityKind.DEPLOY, task, seconds, actor, work).detail
