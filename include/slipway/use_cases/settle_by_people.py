"""Two people say how quarantined work ended whose target never returns; its service is unlocked by their word."""

from slipway.domain.activity import ActivityState
from slipway.domain.json_value import JsonObject
from slipway.domain.two_people import PendingAct
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.quarantine import about_activity, ask_its_target, end_quarantine
from slipway.use_cases.settle import Found, is_over
from slipway.use_cases.two_person_act import Subject, TwoPersonAct
from slipway.use_cases.world import World

ENDINGS = {"done": ActivityState.SETTLED_DONE, "failed": ActivityState.SETTLED_FAILED}
"""What people may say: what the activity wanted is there, or it is not."""


def _about(tx: Transaction, parameters: JsonObject) -> Subject:
    return about_activity(tx, parameters, f"settle the {{activity}} as {parameters['as']}")


def _why_not_now(world: World, tx: Transaction, parameters: JsonObject, found: Found | None) -> str | None:
    activity = tx.activities.lock(parameters["activity"])
    if parameters["as"] not in ENDINGS:
        return f"an activity is settled as {' or '.join(ENDINGS)}"
    if activity.state is ActivityState.OPEN:
        return (
            f"activity {activity.id} is open: the platform settles it when its target answers. Past its deadline"
            f" ({activity.deadline:%Y-%m-%d %H:%M} UTC): `slipway activity quarantine {activity.id} --reason …` first"
        )
    if activity.state is not ActivityState.QUARANTINED:
        return f"activity {activity.id} is closed already: {activity.state}"
    if not is_over(world, tx, activity):
        return (
            f"its process {activity.worker.pid} on {activity.worker.host} still lives and may yet change what runs:"
            " end that process first"
        )
    if found is not None and found.as_wanted is not None:
        return "its target answers: the platform settles it by itself within a minute, by what is found there"
    return None


def _take_effect(_world: World, tx: Transaction, pending: PendingAct, actor: Actor) -> str:
    """How its stage ended stays as it is; what the log says runs there follows the word of the two."""
    activity_id, said = pending.parameters["activity"], pending.parameters["as"]
    quarantine = next(one for one in tx.quarantines.standing() if one.activity_id == activity_id)
    because = f"settled as {said} by {pending.first} and {actor.id}, without its target's answer: {pending.reason}"
    end_quarantine(tx, quarantine, ENDINGS[said], because, actor)
    return f"{quarantine.service} in {quarantine.environment} is unlocked"


SETTLE_BY_PEOPLE = TwoPersonAct(about=_about, why_not_now=_why_not_now, take_effect=_take_effect, ask=ask_its_target)
