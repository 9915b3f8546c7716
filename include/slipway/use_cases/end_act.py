"""Whoever acted outside reports how it went; what no permit covers is an unauthorised change (R4, R10, R16)."""

import uuid
from enum import StrEnum

from slipway.domain import messages
from slipway.domain.activity import Activity, ActivityKind, ActivityState
from slipway.domain.json_value import sha256_of
from slipway.domain.platform import Action
from slipway.domain.service import ActedBy
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.act_matter import (
    PROD,
    ActMatter,
    ActRefusal,
    Reporter,
    find_act,
    log_refusal,
    may_not,
    may_not_act,
)
from slipway.use_cases.open_activity import log_starting
from slipway.use_cases.refuse_long_texts import why_too_long
from slipway.use_cases.settle import close_activity
from slipway.use_cases.world import World


class ActResult(StrEnum):
    """What whoever acted reports."""

    DONE = "done"
    UNDONE = "undone"
    """It failed, and what was before is back."""
    FAILED = "failed"
    """It failed, and what was before is not back, or nobody knows."""


def end_act(world: World, release_id: str, who: Reporter, result: ActResult, seen: str) -> str:
    """What follows, in words. Raises NotFoundError, RefusedError; a refusal is in the log."""
    with world.store.transaction() as tx:
        matter = find_act(tx, release_id)
        refusal = _may_not_report(tx, matter, who, result) or _wrongly_said(seen)
        activity = matter.activity
        if refusal is None and activity is None:
            refusal = _unauthorised(tx, matter, who, seen)
        elif refusal is None and activity is not None and activity.state is not ActivityState.OPEN:
            refusal = _over(activity, result)
            if refusal is None:
                return f"{activity.kind} {activity.id} was reported before: {activity.detail}"
        if refusal is not None:
            log_refusal(tx, matter, who, result, refusal)
        elif activity is not None:
            _close(tx, matter, activity, result, f"{result} by {who.actor.id}: {seen.strip()}", who.actor)
    if refusal is not None:
        raise refusal.as_error()
    return _WHAT_FOLLOWS[result]


_WHAT_FOLLOWS = {
    ActResult.DONE: "reported as done: it is checked now, and then the lane is free",
    ActResult.UNDONE: "reported as taken back: the stage ends, and the release awaits a retry",
    ActResult.FAILED: "reported as failed: the service is held, and second line is told",
}


def _may_not_report(tx: Transaction, matter: ActMatter, who: Reporter, result: ActResult) -> ActRefusal | None:
    """Who may act may say that it failed; that it was done well is confirmed (R16)."""
    refusal = may_not_act(tx, matter, who)
    if matter.stage.definition.act is not None and matter.stage.definition.act.by is ActedBy.PIPELINE:
        return refusal
    if result is ActResult.DONE or refusal is not None:
        return may_not(tx, matter, who, Action.CONFIRM, "confirm")
    return None


def _wrongly_said(seen: str) -> ActRefusal | None:
    too_long = why_too_long({"seen": seen})
    if too_long is not None:
        return ActRefusal(code="text_too_long", message=too_long)
    if seen.strip():
        return None
    return ActRefusal(code="text_missing", message="say what was done and what you looked at: it is kept in the log")


def _over(activity: Activity, result: ActResult) -> ActRefusal | None:
    """None where just this was reported before."""
    if (activity.state is ActivityState.DONE) == (result is ActResult.DONE) and activity.state in _REPORTED:
        return None
    message = f"it has ended as {activity.state.replace('_', ' ')} ({activity.detail}); tell second line what you know"
    return ActRefusal(code="act_is_over", message=message)


_REPORTED = frozenset({ActivityState.DONE, ActivityState.FAILED})


def _unauthorised(tx: Transaction, matter: ActMatter, who: Reporter, seen: str) -> ActRefusal:
    """Somebody says that live was changed, and no permit covers it: a finding, and second line is paged (R4).

    Who says the same again within the hour pages nobody anew; nobody else's report goes unheard because of an earlier.
    """
    attempt = matter.attempt
    what = f"{matter.release.service} was changed without a permit: {seen.strip()}"
    said = sha256_of({"by": who.actor.id, "hour": f"{tx.now:%Y-%m-%dT%H}", "seen": seen.strip()})
    key = f"change:{attempt.id}:{said[:16]}"
    payload = {
        "key": key,
        "what": what,
        "at": tx.now.isoformat(),
        "dag_id": attempt.dag_id,
        "run_id": attempt.run_id,
        "task_id": None,
        "command": None,
    }
    environment = matter.stage.environment
    tx.log("unauthorised_change", who.actor, attempt=attempt, environment=environment, payload=payload)
    tx.tell(messages.past_the_platform.without_permit(attempt, key, who.actor.id, what))
    return ActRefusal(
        code="unauthorised_change",
        message=f"nothing permitted a change of {matter.release.service} by {attempt.id}: this is recorded as an"
        " unauthorised change, and second line is told",
    )


def _close(
    tx: Transaction, matter: ActMatter, activity: Activity, result: ActResult, detail: str, actor: Actor
) -> None:
    state = ActivityState.DONE if result is ActResult.DONE else ActivityState.FAILED
    close_activity(tx, activity, state, detail, actor)
    if result is not ActResult.UNDONE:
        return
    permit = tx.permits.find(matter.attempt.id, PROD)
    assert permit is not None, "an activity has a permit"
    undo = tx.activities.open(
        permit,
        uuid.uuid4().hex,
        ActivityKind.UNDO,
        1,
        matter.stage.previous_digest,
        activity.worker,
        activity.deadline,
    )
    log_starting(tx, undo, matter.stage.environment, actor)
    close_activity(tx, undo, ActivityState.DONE, detail, actor)
