"""Finishes a stage, once, whoever calls: its teardown, or the reconciler when nobody else is left (lifecycle.md)."""

from collections.abc import Sequence
from dataclasses import dataclass

from slipway.domain.activity import Activity, ActivityState
from slipway.domain.release import Attempt, Release, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.stage_ending import Ending, deciding_undo, how_it_ends, undo_outcome
from slipway.ports.outside import Message
from slipway.ports.store import Actor, Transaction
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.facts import release_of
from slipway.use_cases.settle import Settled, settle
from slipway.use_cases.undo import undo
from slipway.use_cases.world import PLATFORM, World


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
    return _record(world, attempt_id, role, actor)


def _read(world: World, attempt_id: str, role: StageRole) -> tuple[Attempt, Stage, Sequence[Activity]]:
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        return attempt, tx.stages.get(attempt_id, role), tx.activities.of_stage(attempt_id, role)


def _record(world: World, attempt_id: str, role: StageRole, actor: Actor) -> Finish:
    """Decides again under the row lock: work that was begun since the last look is never overlooked."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stage = tx.stages.lock(attempt_id, role)
        if stage.outcome is not None:
            return Finish(outcome=stage.outcome, detail=stage.detail)
        activities = tx.activities.of_stage(attempt_id, role)
        if any(a.state is ActivityState.OPEN for a in activities):
            return Finish(outcome=None, detail="work is under way, by another process")
        ending = how_it_ends(attempt, stage, activities)
        if ending.undo:
            last = deciding_undo(activities)
            if last is None:
                return Finish(outcome=None, detail="it must be undone, and is not yet")
            ending = Ending(outcome=undo_outcome(last), detail=f"{ending.detail}. Undo: {last.detail}")
        record_ending(tx, attempt, stage, ending, actor)
        return Finish(outcome=ending.outcome, detail=ending.detail)


def record_ending(
    tx: Transaction, attempt: Attempt, stage: Stage, ending: Ending, actor: Actor, *, lease_stays: bool = False
) -> None:
    """Writes how a stage ended and all that follows from it, and lets go of lane and lease."""
    tx.stages.finish(attempt.id, stage.role, ending.outcome, ending.detail)
    payload = {"outcome": ending.outcome.value, "detail": ending.detail, "smoke": stage.smoke}
    tx.log("stage_finished", actor, attempt=attempt, environment=stage.environment, payload=payload)
    _consequences(tx, release_of(tx, attempt), attempt, stage, ending, actor)
    freed_lane = tx.turns.free(attempt.id, stage.role)
    freed_lease = not lease_stays and tx.leases.free(attempt.id, stage.role)
    if freed_lane or freed_lease:
        tx.log("lane_freed", actor, attempt=attempt, environment=stage.environment)
    tx.tell(_message(attempt, stage, ending))
    tx.wake()


def _consequences(
    tx: Transaction, release: Release, attempt: Attempt, stage: Stage, ending: Ending, actor: Actor
) -> None:
    """A version that a check or a person failed is marked bad; a service that failed in Prod is held."""
    if "fail" in (stage.smoke, stage.confirmed):
        tx.records.mark_bad(attempt, ending.detail, actor.id)
        payload = {"digest": attempt.digest, "version": attempt.version, "because": ending.detail}
        tx.log("version_marked_bad", actor, attempt=attempt, payload=payload)
    held = {StageOutcome.UNDONE, StageOutcome.LIVE_UNCERTAIN, StageOutcome.UNVERIFIED}
    if stage.role is StageRole.PROD and ending.outcome in held:
        reason = f"{attempt.version} ended in {stage.environment} as {ending.outcome}"
        hold = tx.records.place_hold("service", attempt.service, reason, PLATFORM.id, None, release.id, absolute=True)
        placed = {"hold": hold, "scope": "service", "reason": reason, "absolute": True}
        tx.log("hold_placed", actor, attempt=attempt, environment=stage.environment, payload=placed)


def _message(attempt: Attempt, stage: Stage, ending: Ending) -> Message:
    page = ending.outcome in {StageOutcome.LIVE_UNCERTAIN, StageOutcome.UNVERIFIED}
    return Message(
        key=f"{attempt.id}:{stage.role}:finished",
        channel="page" if page else "deploy",
        text=f"{attempt.service} {attempt.version} in {stage.environment}: {ending.outcome}. {ending.detail}",
    )
