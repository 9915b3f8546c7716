"""Carries out one activity under its lock: opened before, closed after, settled where somebody else had opened it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from slipway.domain.activity import Activity, ActivityKind, ActivityState, Worker
from slipway.domain.errors import SlipwayError
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.open_activity import Opening, open_activity
from slipway.use_cases.settle import Settled, close_activity, settle
from slipway.use_cases.world import World

_SETTLE_EVERY = 0.5
"""Seconds between two looks at whether the old process is dead."""


@dataclass(frozen=True, kw_only=True)
class TaskWorker:
    """The task instance and process that calls."""

    task_instance: str
    pid: int


Work = Callable[[Activity, int], str]
"""Does the work; gets the activity and the descriptor of its lock; returns a word on what was done."""


class Opens(Protocol):
    """The check, the permit and the row, in one transaction."""

    def __call__(
        self,
        world: World,
        attempt_id: str,
        role: StageRole,
        kind: ActivityKind,
        *,
        activity_id: str,
        worker: Worker,
        seconds: float,
        actor: Actor,
    ) -> Opening:
        """Opened, or found to be open."""


def do_activity(
    world: World,
    attempt_id: str,
    role: StageRole,
    kind: ActivityKind,
    task: TaskWorker,
    seconds: float,
    actor: Actor,
    work: Work,
    *,
    opens: Opens = open_activity,
) -> Activity:
    """Does `work` exactly once, however often the task is started. Raises what the work or the permit raised."""
    activity_id = uuid.uuid4().hex
    # Held before the row exists: whoever finds the row open can rely on the lock to tell a dead worker from a live one.
    with world.locks.hold(activity_id) as lock:
        worker = Worker(task_instance=task.task_instance, host=world.locks.host, pid=task.pid)
        opening = opens(
            world,
            attempt_id,
            role,
            kind,
            activity_id=activity_id,
            worker=worker,
            seconds=seconds,
            actor=actor,
        )
        if opening.mine:
            return work_and_close(world, opening.activity, lock.fileno(), actor, work)
    return _await_settled(world, opening.activity, actor)


def work_and_close(world: World, activity: Activity, lock_fd: int, actor: Actor, work: Work) -> Activity:
    """Runs the work of an activity that this process opened, and records how it ended."""
    try:
        detail = work(activity, lock_fd)
    except SlipwayError as error:
        _close(world, activity, ActivityState.FAILED, str(error), actor)
        error.is_logged = True
        raise
    closed = _close(world, activity, ActivityState.DONE, detail, actor)
    if closed.state is ActivityState.QUARANTINED:
        raise SlipwayError(f"the {activity.kind} came back after it was quarantined, so nothing follows it: {detail}")
    return closed


def _close(world: World, activity: Activity, state: ActivityState, detail: str, actor: Actor) -> Activity:
    with world.store.transaction() as tx:
        now = tx.activities.lock(activity.id).state
        if now is ActivityState.OPEN:
            close_activity(tx, activity, state, detail, actor)
        elif now is ActivityState.QUARANTINED:
            payload = {"activity": activity.id, "state": state.value, "detail": detail}
            tx.log("activity_came_back", actor, attempt=tx.releases.attempt(activity.attempt_id), payload=payload)
        return tx.activities.lock(activity.id)


def _await_settled(world: World, activity: Activity, actor: Actor) -> Activity:
    """Waits till the other start of this activity is over, and takes its result. Bounded by its deadline."""
    while settle(world, activity.id, actor) is not Settled.CLOSED:
        with world.store.transaction() as tx:
            if tx.now >= activity.deadline:
                break
        world.sleep(_SETTLE_EVERY)
    with world.store.transaction() as tx:
        settled = tx.activities.lock(activity.id)
    if settled.state.succeeded:
        return settled
    raise SlipwayError(
        f"the {settled.kind} of {settled.attempt_id} was started before, by task instance"
        f" {settled.worker.task_instance}, and ended as {settled.state}: {settled.detail}. It is not repeated;"
        " the stage ends here and a retry is a new attempt"
    )
