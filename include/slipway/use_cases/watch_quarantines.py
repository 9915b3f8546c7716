"""Looks after quarantined work: pages every hour, asks the target every minute, unlocks when it answers."""

from datetime import timedelta

from slipway.domain.activity import ActivityState, Quarantine
from slipway.domain.errors import SlipwayError
from slipway.ports.outside import Message
from slipway.ports.store import Transaction
from slipway.use_cases.quarantine import page
from slipway.use_cases.settle import close_activity, is_over, reached
from slipway.use_cases.world import PLATFORM, World

ASKED_EVERY = timedelta(minutes=1)


def watch_quarantines(world: World) -> None:
    """One look at each."""
    with world.store.transaction() as tx:
        standing = tx.quarantines.standing()
        for quarantine in standing:
            page(tx, quarantine, tx.now)
        due = [quarantine for quarantine in standing if tx.now - quarantine.asked_at >= ASKED_EVERY]
    for quarantine in due:
        _ask(world, quarantine)


def _ask(world: World, quarantine: Quarantine) -> None:
    """What the target says settles the activity; how its stage ended stays as it is."""
    with world.store.transaction() as tx:
        activity = tx.activities.lock(quarantine.activity_id)
        tx.quarantines.asked(activity.id)
        if activity.state is not ActivityState.QUARANTINED or not is_over(world, tx, activity):
            return
        try:
            as_wanted = reached(world, tx, activity, tx.stages.get(activity.attempt_id, activity.role))
        except SlipwayError:
            return
        state = ActivityState.SETTLED_DONE if as_wanted else ActivityState.SETTLED_FAILED
        close_activity(tx, activity, state, "its target answers again and was asked what runs", PLATFORM)
        _unlock(tx, quarantine, state)


def _unlock(tx: Transaction, quarantine: Quarantine, state: ActivityState) -> None:
    activity = tx.activities.lock(quarantine.activity_id)
    tx.quarantines.end(activity.id)
    tx.leases.free(activity.attempt_id, activity.role)
    attempt = tx.releases.attempt(activity.attempt_id)
    payload = {"activity": activity.id, "state": state.value, "since": quarantine.at.isoformat()}
    tx.log("quarantine_ended", PLATFORM, attempt=attempt, environment=quarantine.environment, payload=payload)
    found = "runs what it wanted" if state.succeeded else "does not run what it wanted"
    text = (
        f"{quarantine.service} in {quarantine.environment} is no longer quarantined: its target answers, and {found}."
        " Holds that its failure placed still stand"
    )
    tx.tell(Message(key=f"quarantine:{activity.id}:ended", channel="deploy", text=text))
    tx.wake()
