"""The one way an artefact gets to a target, forwards and back, and the question what runs there afterwards."""

from slipway.domain.activity import Activity
from slipway.domain.errors import TargetError
from slipway.domain.release import Stage
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.targets import DeployOrder, Running
from slipway.use_cases.service_database import service_environment
from slipway.use_cases.unpacked import unpacked
from slipway.use_cases.world import World


def deploy_to(world: World, stage: Stage, artefact: Artefact, activity: Activity, lock_fd: int) -> None:
    """Returns when it is healthy. Raises TargetError, ArtefactError."""
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


def bring_back(world: World, service: str, stage: Stage, activity: Activity, lock_fd: int) -> str:
    """What ran before the stage runs again, in words; where nothing did, nothing does. Raises TargetError."""
    assert stage.definition.target is not None, "a stage with activities has a target"
    if stage.previous_digest is None or stage.previous_version is None:
        world.targets.target(stage.definition.target).remove(service, stage.environment, activity.fencing)
        return "removed: nothing ran here before"
    if is_there(current(world, service, stage), stage.previous_digest):
        return f"{stage.previous_version} still runs: nothing to bring back"
    # By its digest, not by what its version names now: a rescue does not depend on a name.
    previous = Artefact(service=service, version=stage.previous_version, digest=stage.previous_digest, size=0)
    deploy_to(world, stage, previous, activity, lock_fd)
    page, named = stage.definition.in_place_of_nothing, f"{stage.previous_version} ({stage.previous_digest[:19]}…)"
    if page is not None and page.digest == stage.previous_digest:
        return f"{named} runs in {stage.environment} in place of nothing, which ran here before"
    return f"{named} runs again in {stage.environment}"


def current(world: World, service: str, stage: Stage) -> Running:
    """The target's own answer. Raises TargetError where it gives none."""
    assert stage.definition.target is not None, "a stage with work has a target"
    return world.targets.target(stage.definition.target).current(service, stage.environment)


def is_there(running: Running, digest: str | None) -> bool:
    """Whether that is what runs, healthy; None: whether nothing runs."""
    return running.digest is None if digest is None else running.healthy and running.digest == digest


def refuse_unless_there(world: World, service: str, stage: Stage, activity: Activity) -> None:
    """Asks the target itself after the work. Raises TargetError where it runs something else."""
    running = current(world, service, stage)
    if not is_there(running, activity.digest):
        health = "healthy" if running.healthy else "not healthy"
        raise TargetError(
            f"{stage.environment} was asked what runs there since, and says: {running.version or 'nothing'}, {health}"
        )
