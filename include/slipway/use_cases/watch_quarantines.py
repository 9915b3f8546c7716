"""Looks after quarantined work: pages every hour, asks the target every minute, unlocks when it answers."""

from datetime import timedelta

from slipway.domain.activity import ActivityState, Quarantine
from slipway.use_cases.quarantine import end_quarantine, page
from slipway.use_cases.settle import ask_target, is_over
from slipway.use_cases.world import PLATFORM, World

ASKED_EVERY = timedelta(minutes=1)


def due_quarantines(world: World) -> list[Quarantine]:
    """Those whose target is to be asked again now; second line is paged for each that stands."""
    with world.store.transaction() as tx:
        standing = tx.quarantines.standing()
        for quarantine in standing:
            page(tx, quarantine, tx.now)
        return [quarantine for quarantine in standing if tx.now - quarantine.asked_at >= ASKED_EVERY]


def ask_quarantined(world: World, quarantine: Quarantine) -> None:
    """What the target says settles the activity; how its stage ended stays as it is."""
    with world.store.transaction() as tx:
        activity = tx.activities.lock(quarantine.activity_id)
        tx.quarantines.asked(activity.id)
        if activity.state is not ActivityState.QUARANTINED or not is_over(world, tx, activity):
            return
    found = ask_target(world, activity)
    if found.as_wanted is None:
        return
    with world.store.transaction() as tx:
        activity = tx.activities.lock(quarantine.activity_id)
        if activity.state is ActivityState.QUARANTINED:
            because = "its target answers again and was asked what runs"
            end_quarantine(tx, quarantine, found.state, because, PLATFORM)
