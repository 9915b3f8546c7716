"""Brings an earlier artefact back by the mechanism that deploys, beside whatever holds the lane (R18)."""

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.errors import HeldBackError, SlipwayError
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.rollback import Rollback
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.begin_rescue import stop_who_works_there
from slipway.use_cases.deploy_to import deploy_to
from slipway.use_cases.do_activity import TaskWorker, do_activity
from slipway.use_cases.facts import release_of
from slipway.use_cases.finish_stage import finish_stage
from slipway.use_cases.open_activity import open_activity
from slipway.use_cases.open_rescue import open_rescue
from slipway.use_cases.rollback_limit import aim_of, refuse_beyond_limit
from slipway.use_cases.undo_schema import NoProvenWayError, undo_schema
from slipway.use_cases.world import World


def roll_back(world: World, attempt_id: str, task: TaskWorker, actor: Actor) -> str:
    """What runs now, in words. Raises HeldBackError while its service is at work; NotPermittedError, TargetError."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        release = release_of(tx, attempt)
        stage = tx.stages.get(attempt_id, release.to)
        rollback = release.rollback
        before = tx.releases.attempt(rollback.from_attempt) if rollback is not None else None
    assert rollback is not None, "only rollbacks come here"
    assert before is not None, "it was read when this was asked for"
    if rollback.is_rescue:
        _free_the_service(world, release, rollback, task, actor)

    def work(activity: Activity, lock_fd: int) -> str:
        return _bring_back(world, rollback, before, stage, activity, lock_fd)

    opens = open_rescue if rollback.is_rescue else open_activity
    seconds = stage.definition.deploy_deadline_seconds
    return do_activity(
        world, attempt_id, stage.role, ActivityKind.DEPLOY, task, seconds, actor, work, opens=opens
    ).detail


def is_rescue(world: World, attempt_id: str) -> bool:
    """Whether it is one, and no return of Preprod."""
    with world.store.transaction() as tx:
        rollback = release_of(tx, tx.releases.lock_attempt(attempt_id)).rollback
        return rollback is not None and rollback.is_rescue


def is_service_free(world: World, attempt_id: str) -> bool:
    """Whether a rollback that waits for work on its own service should look again. Reads only."""
    with world.store.transaction() as tx:
        attempt = tx.releases.attempt(attempt_id)
        if attempt is None or attempt.stop_requested_by is not None or attempt.outcome is not None:
            return True
        environment = tx.stages.get(attempt_id, release_of(tx, attempt).to).environment
        return tx.leases.live(attempt.service, environment) is None


def _free_the_service(world: World, release: Release, rollback: Rollback, task: TaskWorker, actor: Actor) -> None:
    """Stops, settles and undoes what works there: never beside it, and never over its open work."""
    with world.store.transaction() as tx:
        lease = tx.leases.live(release.service, rollback.environment)
        attempt = None if lease is None else tx.releases.attempt(lease.attempt_id)
        if lease is None or attempt is None or attempt.release_id == release.id:
            return
        mine = tx.releases.attempts(release.id)[-1]
        authorised = any(rescue.attempt_id == mine.id for rescue in tx.activities.rescues())
        if mine.stop_requested_by is not None or not authorised:
            return  # the permit says no, and why
        stop_who_works_there(tx, release, actor)
    finish = finish_stage(world, attempt.id, StageRole(lease.role), task, actor)
    if finish.outcome is None:
        raise HeldBackError(f"{attempt.id} works on {release.service} there and is being stopped: {finish.detail}")


def _bring_back(
    world: World, rollback: Rollback, before: Attempt, stage: Stage, activity: Activity, lock_fd: int
) -> str:
    schema = "the schema was not touched"
    if rollback.schema_too:
        with world.store.transaction() as tx:
            undone = tx.stages.get(before.id, stage.role)
        try:
            schema = undo_schema(world, before, undone, activity, lock_fd)
        except NoProvenWayError as error:
            raise SlipwayError(f"nothing was brought back: {error}. Decide: mend it with a new version") from error
        except SlipwayError as error:  # what serves people comes back all the same
            artefact = _artefact(world, rollback, before.service, stage, activity, lock_fd)
            raise SlipwayError(f"{artefact}; but the schema is not back: {error}") from error
    else:
        refuse_beyond_limit(world, rollback, before, stage)
    return f"{_artefact(world, rollback, before.service, stage, activity, lock_fd)}; {schema}"


def _artefact(world: World, rollback: Rollback, service: str, stage: Stage, activity: Activity, lock_fd: int) -> str:
    assert stage.definition.target is not None, "what was deployed there has a target"
    try:
        running = world.targets.target(stage.definition.target).current(service, stage.environment)
    except SlipwayError:  # what does not say what it runs may yet take what it is given
        running = None
    if running is not None and running.healthy and running.digest == rollback.digest:
        return f"{rollback.version} runs already: nothing to bring back"
    deploy_to(world, stage, aim_of(rollback, service), activity, lock_fd)
    return f"{rollback.version} ({rollback.digest[:19]}…) runs again in {stage.environment}"
