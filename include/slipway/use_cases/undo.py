"""Brings back what ran before a stage's first activity, by the same mechanism that deployed (R18). Never blocked."""

import uuid
from datetime import timedelta

from slipway.domain import messages
from slipway.domain.activity import LIVE_LANE, Activity, ActivityKind, ActivityState, Worker
from slipway.domain.errors import SlipwayError
from slipway.domain.release import Attempt, Stage
from slipway.domain.stage_ending import deciding_undo
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.deploy_to import bring_back, current
from slipway.use_cases.do_activity import TaskWorker, work_and_close
from slipway.use_cases.open_activity import log_starting
from slipway.use_cases.undo_schema import NoProvenWayError, undo_schema
from slipway.use_cases.world import World


def undo(world: World, attempt: Attempt, stage: Stage, task: TaskWorker, actor: Actor) -> Activity | None:
    """One try at bringing back the previous artefact. None: that is decided, or somebody else is at it."""
    activity_id = uuid.uuid4().hex
    with world.locks.hold(activity_id) as lock:
        worker = Worker(task_instance=task.task_instance, host=world.locks.host, pid=task.pid)
        activity = _open(world, attempt, stage, activity_id, worker, actor)
        if activity is None:
            return None

        def work(activity: Activity, lock_fd: int) -> str:
            try:
                schema = undo_schema(world, attempt, stage, activity, lock_fd)
            except NoProvenWayError as error:
                raise SlipwayError(_stopped(world, attempt, stage, error)) from error
            except SlipwayError as error:  # what serves people comes back all the same
                artefact = bring_back(world, attempt.service, stage, activity, lock_fd)
                raise SlipwayError(f"{artefact}; but the schema is not back: {error}") from error
            return f"{bring_back(world, attempt.service, stage, activity, lock_fd)}; {schema}"

        try:
            return work_and_close(world, activity, lock.fileno(), actor, work)
        except SlipwayError:
            with world.store.transaction() as tx:
                return tx.activities.lock(activity_id)


def _open(
    world: World, attempt: Attempt, stage: Stage, activity_id: str, worker: Worker, actor: Actor
) -> Activity | None:
    with world.store.transaction() as tx:
        tx.releases.lock_attempt(attempt.id)
        if tx.stages.lock(attempt.id, stage.role).outcome is not None:
            return None
        before = tx.activities.of_stage(attempt.id, stage.role)
        if any(activity.state is ActivityState.OPEN for activity in before) or deciding_undo(before) is not None:
            return None
        permit = tx.permits.find(attempt.id, stage.role)
        assert permit is not None, "a stage with activities has a permit"
        number = 1 + sum(activity.kind is ActivityKind.UNDO for activity in before)
        deadline = tx.now + timedelta(seconds=stage.definition.deploy_deadline_seconds)
        activity = tx.activities.open(
            permit, activity_id, ActivityKind.UNDO, number, stage.previous_digest, worker, deadline
        )
        log_starting(tx, activity, stage.environment, actor)
        if number == 1 and stage.role.on_live_path:
            say_what_it_runs_beside(tx, attempt, stage, actor)
        return activity


def say_what_it_runs_beside(tx: Transaction, attempt: Attempt, stage: Stage, actor: Actor) -> None:
    """A rescue needs its service only: another service's release may hold the lane meanwhile."""
    tx.wake()
    holder = tx.turns.holder(LIVE_LANE)
    if holder is None or holder.attempt_id == attempt.id:
        return
    other = tx.releases.attempt(holder.attempt_id)
    assert other is not None, "a turn refers to its attempt by foreign key"
    environment = tx.stages.get(other.id, holder.role).environment
    beside = {"attempt": other.id, "service": other.service, "environment": environment}
    tx.log("rescue_overlap", actor, attempt=attempt, environment=stage.environment, payload={"beside": beside})
    tx.tell(messages.rollbacks.beside(attempt, stage, other, environment))


def _stopped(world: World, attempt: Attempt, stage: Stage, error: NoProvenWayError) -> str:
    """Nothing is brought back onto a schema that it may fail on, or spoil: people decide, and are told what runs."""
    running = current(world, attempt.service, stage)
    return (
        f"{running.version or 'nothing'} runs, {'healthy' if running.healthy else 'not healthy'}, and was left as it"
        f" is: {error}. Decide: mend it with a new version, or restore by the runbook of the waiver"
    )
