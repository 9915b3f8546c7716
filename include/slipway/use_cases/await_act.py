"""Waiting for somebody outside to act and to report it, to a deadline: then the lane is free again (R10, R12)."""

from dataclasses import dataclass
from datetime import datetime

from slipway.domain import messages
from slipway.domain.act import act_until
from slipway.domain.activity import Activity, ActivityKind, ActivityState
from slipway.domain.errors import SlipwayError
from slipway.domain.release import Attempt, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import release_of
from slipway.use_cases.settle import settle
from slipway.use_cases.world import World

PROD = StageRole.PROD


class NotActedError(SlipwayError):
    """Nobody acted, or nobody said so; how the stage ends is decided by what is known.

    `ending`: how, where nobody began; None: it was begun, or the lane was lost."""

    is_logged = True

    def __init__(self, message: str, ending: StageOutcome | None = None) -> None:
        super().__init__(message)
        self.ending = ending


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """`until` None: the wait is over, and `detail` says what was done."""

    detail: str
    until: datetime | None


def await_act(world: World, attempt_id: str, actor: Actor) -> Awaited:
    """Says who may act, once; then whether to wait on. Raises NotActedError where there is nothing to wait for."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stage = tx.stages.lock(attempt_id, PROD)
        activity = _activity(tx, attempt_id)
        until = _until(tx, stage, activity)
        wait_on = _goes_on(attempt, stage, activity) and until is not None and tx.now < until
        if wait_on and until is not None:
            _announce(tx, attempt, stage, until)
            return Awaited(detail="", until=until)
        if activity is None:
            detail, ending = _nobody_began(tx, attempt, stage, until, actor)
    if activity is not None and activity.state is ActivityState.OPEN:
        settle(world, activity.id, actor)
        with world.store.transaction() as tx:
            activity = tx.activities.lock(activity.id)
    if activity is None:
        raise NotActedError(detail, ending)
    if not activity.state.succeeded:
        raise NotActedError(f"{activity.state.replace('_', ' ')}: {activity.detail}")
    return Awaited(detail=activity.detail, until=None)


def act_is_over(world: World, attempt_id: str) -> bool:
    """Whether a wait for the act should end: reported, ended, stopped, or out of time. Reads only."""
    with world.store.transaction() as tx:
        attempt = tx.releases.attempt(attempt_id)
        if attempt is None:
            return True
        stage = tx.stages.get(attempt_id, PROD)
        activity = _activity(tx, attempt_id)
        until = _until(tx, stage, activity)
        return until is None or tx.now >= until or not _goes_on(attempt, stage, activity)


def _activity(tx: Transaction, attempt_id: str) -> Activity | None:
    return next((one for one in tx.activities.of_stage(attempt_id, PROD) if one.kind is ActivityKind.ACT), None)


def _until(tx: Transaction, stage: Stage, activity: Activity | None) -> datetime | None:
    if activity is not None:
        return activity.deadline
    return act_until(stage.definition, tx.turns.find(stage.attempt_id, PROD))


def _goes_on(attempt: Attempt, stage: Stage, activity: Activity | None) -> bool:
    """What was begun is waited for even if it is stopped: only whoever acts knows what was changed."""
    if activity is not None:
        return activity.state is ActivityState.OPEN
    return (attempt.outcome or stage.outcome or stage.ending or attempt.stop_requested_by) is None


def _announce(tx: Transaction, attempt: Attempt, stage: Stage, until: datetime) -> None:
    release = release_of(tx, attempt)
    act = stage.definition.act
    tx.tell(messages.outside_changes.may_be_made(release, attempt, act.by if act else "person", until))


def _nobody_began(
    tx: Transaction, attempt: Attempt, stage: Stage, until: datetime | None, actor: Actor
) -> tuple[str, StageOutcome | None]:
    """Nothing was touched, so nothing is uncertain: the stage expires and the lane goes to the next."""
    over = stage.outcome or stage.ending
    if over is not None:
        return f"{stage.environment} has ended: {over}. {stage.ending_detail}", over
    if attempt.stop_requested_by is not None:
        return f"stopped by {attempt.stop_requested_by}: {attempt.stop_reason}", StageOutcome.WITHDRAWN
    if until is None:
        return f"{attempt.id} does not hold the lane any more", None
    detail = f"nobody began to act by {until:%Y-%m-%d %H:%M} UTC: nothing was touched. Ask for it anew when ready"
    tx.stages.set_ending(attempt.id, PROD, StageOutcome.EXPIRED, detail)
    payload = {"until": until.isoformat(), "detail": detail}
    tx.log("act_expired", actor, attempt=attempt, environment=stage.environment, payload=payload)
    return detail, StageOutcome.EXPIRED
