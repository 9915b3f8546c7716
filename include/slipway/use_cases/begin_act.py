"""Whoever acts outside begins under the permit: fully re-checked, in its turn, with the slot parked (R10, R12)."""

import uuid

from slipway.domain.act import OUTSIDE, act_until
from slipway.domain.activity import Activity, ActivityKind, ActivityState, Turn, TurnState, Worker
from slipway.ports.store import Transaction
from slipway.use_cases.act_matter import PROD, ActMatter, ActRefusal, Reporter, find_act, log_refusal, may_not_act
from slipway.use_cases.open_activity import open_activity
from slipway.use_cases.world import World


def begin_act(world: World, release_id: str, who: Reporter) -> Activity:
    """The act, begun now or before. Raises NotFoundError, RefusedError, NotPermittedError; refusals are in the log."""
    with world.store.transaction() as tx:
        matter = find_act(tx, release_id)
        refusal = may_not_act(tx, matter, who) or _not_now(tx, matter)
        until = act_until(matter.stage.definition, tx.turns.find(matter.attempt.id, PROD))
        seconds = (until - tx.now).total_seconds() if until is not None else 0.0
        if refusal is not None:
            log_refusal(tx, matter, who, "begin", refusal)
    if refusal is not None:
        raise refusal.as_error()
    worker = Worker(task_instance=who.actor.id, host=OUTSIDE, pid=0)
    activity_id, kind = uuid.uuid4().hex, ActivityKind.ACT
    return open_activity(
        world,
        matter.attempt.id,
        PROD,
        kind,
        activity_id=activity_id,
        worker=worker,
        seconds=seconds,
        actor=who.actor,
    ).activity


def _not_now(tx: Transaction, matter: ActMatter) -> ActRefusal | None:
    """Not yet, or not any more; the full re-check comes after it."""
    attempt, stage, activity = matter.attempt, matter.stage, matter.activity
    if activity is not None and activity.state is ActivityState.OPEN:
        return None
    if activity is not None:
        return ActRefusal(code="act_is_over", message=f"{attempt.id} was acted on before: {activity.detail}")
    over = attempt.outcome or stage.outcome or stage.ending
    if over is not None:
        return ActRefusal(code="stage_ended", message=f"{attempt.id} has ended: {over}. {stage.ending_detail}")
    return _no_turn(tx, matter, tx.turns.find(attempt.id, PROD))


def _no_turn(tx: Transaction, matter: ActMatter, turn: Turn | None) -> ActRefusal | None:
    attempt, stage = matter.attempt, matter.stage
    if turn is None or turn.state is not TurnState.HOLDING:
        message = f"it is not the turn of {attempt.id} yet: `slipway explain {attempt.service} {stage.environment}`"
        return ActRefusal(code="not_your_turn", message=message)
    if not turn.slot_parked:
        message = f"the slot of {attempt.id} is being taken: again in a few seconds"
        return ActRefusal(code="not_your_turn", message=message)
    until = act_until(stage.definition, turn)
    if until is None or until <= tx.now:
        return ActRefusal(code="act_too_late", message=f"the time to act on {attempt.id} is over: ask for it anew")
    return None
