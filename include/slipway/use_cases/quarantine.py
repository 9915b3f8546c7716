"""Two people give up on work whose target does not answer: the lane goes on, the service stays locked."""

from datetime import datetime, timedelta

from slipway.domain import messages
from slipway.domain.activity import ActivityState, Quarantine
from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject
from slipway.domain.release import StageOutcome
from slipway.domain.stage_ending import Ending
from slipway.domain.two_people import PendingAct
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.break_lease import about_attempt
from slipway.use_cases.end_stage import record_ending
from slipway.use_cases.settle import Found, ask_target, close_activity, is_over
from slipway.use_cases.two_person_act import Subject, TwoPersonAct
from slipway.use_cases.world import World

PAGED_EVERY = timedelta(hours=1)


def page(tx: Transaction, quarantine: Quarantine, now: datetime) -> None:
    """Tells second line that the service is still locked: one message for each hour that it stands."""
    tx.tell(messages.quarantines.stands(quarantine, (now - quarantine.at) // PAGED_EVERY))


def about_activity(tx: Transaction, parameters: JsonObject, words: str) -> Subject:
    """An act on an activity is a matter of its release's team. Raises NotFoundError."""
    activity = tx.activities.get(parameters["activity"])
    if activity is None:
        raise NotFoundError(f"there is no activity {parameters['activity']}; `slipway activity list` has those at work")
    environment = tx.stages.get(activity.attempt_id, activity.role).environment
    said = words.format(activity=f"{activity.kind} {activity.id} in {environment}")
    return about_attempt(tx, activity.attempt_id, said)


def ask_its_target(world: World, parameters: JsonObject) -> Found | None:
    """What the target of the activity says; None where there is no such activity."""
    with world.store.transaction() as tx:
        activity = tx.activities.get(parameters["activity"])
    return None if activity is None else ask_target(world, activity)


def end_quarantine(tx: Transaction, quarantine: Quarantine, state: ActivityState, because: str, actor: Actor) -> None:
    """Settles the activity, and lets go of its service."""
    activity = tx.activities.lock(quarantine.activity_id)
    close_activity(tx, activity, state, because, actor)
    tx.quarantines.end(activity.id)
    tx.leases.free(activity.attempt_id, activity.role)
    attempt = tx.releases.attempt(activity.attempt_id)
    payload = {
        "activity": activity.id,
        "state": state.value,
        "since": quarantine.at.isoformat(),
        "because": because,
    }
    tx.log("quarantine_ended", actor, attempt=attempt, environment=quarantine.environment, payload=payload)
    tx.tell(messages.quarantines.ended(quarantine, succeeded=state.succeeded, because=because))
    tx.wake()


def _about(tx: Transaction, parameters: JsonObject) -> Subject:
    return about_activity(tx, parameters, "quarantine the {activity}")


def _why_not_now(world: World, tx: Transaction, parameters: JsonObject, found: Found | None) -> str | None:
    activity = tx.activities.lock(parameters["activity"])
    if activity.state is not ActivityState.OPEN:
        return f"activity {activity.id} is closed already: {activity.state}"
    if tx.now < activity.deadline:
        return f"activity {activity.id} has until {activity.deadline:%Y-%m-%d %H:%M} UTC: only then is it given up on"
    if found is None or found.as_wanted is None:
        return None
    if is_over(world, tx, activity):
        return "its target answers: the platform settles it by itself within seconds, there is nothing to give up on"
    return (
        f"its target answers, but its process {activity.worker.pid} on {activity.worker.host} still lives:"
        " end that process, and the platform settles the activity within seconds"
    )


def _take_effect(_world: World, tx: Transaction, pending: PendingAct, actor: Actor) -> str:
    """The stage ends uncertain and lets go of the lane; its lease stays, and so does the lock on its service."""
    activity = tx.activities.lock(pending.parameters["activity"])
    attempt = tx.releases.lock_attempt(activity.attempt_id)
    stage = tx.stages.lock(activity.attempt_id, activity.role)
    by = f"{pending.first} and {actor.id}"
    detail = f"given up on by {by}: {pending.reason}. The target did not answer, so nobody knows what runs"
    close_activity(tx, activity, ActivityState.QUARANTINED, detail, actor)
    quarantine = tx.quarantines.begin(activity.id, attempt.service, stage.environment, by, pending.reason)
    ending = Ending(outcome=StageOutcome.LIVE_UNCERTAIN, detail=f"its {activity.kind} was {detail}")
    record_ending(tx, attempt, stage, ending, actor, lease_stays=True)
    page(tx, quarantine, quarantine.at)
    return f"the lane is free; {attempt.service} in {stage.environment} stays locked until its target answers"


QUARANTINE = TwoPersonAct(about=_about, why_not_now=_why_not_now, take_effect=_take_effect, ask=ask_its_target)
