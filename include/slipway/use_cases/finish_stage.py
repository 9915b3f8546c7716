"""Finishes a stage, once, whoever calls: its teardown, or the reconciler when nobody else is left (lifecycle.md)."""

from collections.abc import Sequence
from dataclasses import dataclass

from slipway.domain.activity import Activity, ActivityState
from slipway.domain.release import Attempt, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.stage_ending import Ending, deciding_undo, how_it_ends, undo_outcome
from slipway.ports.values import Actor
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.end_rollback import how_it_went, how_long_it_took, what_runs
from slipway.use_cases.end_stage import record_ending
from slipway.use_cases.settle import Settled, settle
from slipway.use_cases.undo import undo
from slipway.use_cases.what_failed import what_failed
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Finish:
    """`outcome` None: an activity could not be settled yet (`waiting_for` says why); call again."""

    outcome: StageOutcome | None
    detail: str


def finish_stage(world: World, attempt_id: str, role: StageRole, task: TaskWorker, actor: Actor) -> Finish:
    """Settles, undoes what must be undone, records the outcome, and only then frees lane and lease."""
    attempt, stage, activities = _read(world, attempt_id, role)
    if stage.outcome is not None:
        return Finish(outcome=stage.outcome, detail=stage.detail)
    for activity in activities:
        if activity.state is ActivityState.OPEN:
            settled = settle(world, activity.id, actor)
            if settled is not Settled.CLOSED:
                return Finish(outcome=None, detail=f"{activity.kind} {activity.id} is {settled}")
    attempt, stage, activities = _read(world, attempt_id, role)
    if how_it_ends(attempt, stage, activities).undo:
        while deciding_undo(activities) is None:
            if undo(world, attempt, stage, task, actor) is None:
                break
            activities = _read(world, attempt_id, role)[2]
    seen = what_runs(world, attempt, stage) if attempt.is_rollback and activities else ""
    return _record(world, attempt_id, role, actor, seen)


def _read(world: World, attempt_id: str, role: StageRole) -> tuple[Attempt, Stage, Sequence[Activity]]:
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        return attempt, tx.stages.get(attempt_id, role), tx.activities.of_stage(attempt_id, role)


def _record(world: World, attempt_id: str, role: StageRole, actor: Actor, seen: str) -> Finish:
    """Decides again under the row lock: work that was begun since the last look is never overlooked."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stage = tx.stages.lock(attempt_id, role)
        if stage.outcome is not None:
            return Finish(outcome=stage.outcome, detail=stage.detail)
        activities = tx.activities.of_stage(attempt_id, role)
        if any(a.state is ActivityState.OPEN for a in activities):
            return Finish(outcome=None, detail="work is under way, by another process")
        ending = how_it_ends(attempt, stage, activities, what_failed(tx, attempt, stage))
        if ending.undo:
            last = deciding_undo(activities)
            if last is None:
                return Finish(outcome=None, detail="it must be undone, and is not yet")
            ending = Ending(outcome=undo_outcome(last), detail=f"{ending.detail}. Undo: {last.detail}")
            ending = how_long_it_took(tx, attempt, stage, activities, ending, actor)
        if attempt.is_rollback:
            ending = how_it_went(tx, attempt, stage, ending, seen, actor)
        record_ending(tx, attempt, stage, ending, actor)
        return Finish(outcome=ending.outcome, detail=ending.detail)
