"""Two people open Airflow to one person, for a while: paged, reviewed, and of no use for a grant or a permit (R4)."""

from datetime import timedelta

from slipway.domain import messages
from slipway.domain.authority import Matter
from slipway.domain.break_glass import MOST_MINUTES
from slipway.domain.json_value import JsonObject
from slipway.domain.review import ReviewKind
from slipway.domain.two_people import PendingAct
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.close_break_glass import end_what_is_over
from slipway.use_cases.open_review import open_review
from slipway.use_cases.settle import Found
from slipway.use_cases.two_person_act import Subject, TwoPersonAct
from slipway.use_cases.world import World


def opening_for(person: str, minutes: int) -> JsonObject:
    """What the first person asks for."""
    return {"person": person, "minutes": minutes}


def _about(_tx: Transaction, parameters: JsonObject) -> Subject:
    person = parameters["person"]
    words = f"open Airflow to {person} by break-glass, for {parameters['minutes']} minutes"
    return Subject(words=words, matter=Matter(team=None, about="break-glass"), gains=person)


def _why_not_now(_world: World, tx: Transaction, parameters: JsonObject, _found: Found | None) -> str | None:
    if not 1 <= parameters["minutes"] <= MOST_MINUTES:
        return f"it is opened for 1 to {MOST_MINUTES} minutes"
    if tx.policy().people.find(parameters["person"]) is None:
        return f"the policy in effect has no person {parameters['person']}: name somebody by sign-in name"
    standing = tx.break_glass.in_force()
    if standing is not None:
        return f"{standing} is open already, and there is one at a time: `slipway break-glass close` ends it"
    return None


def _take_effect(_world: World, tx: Transaction, pending: PendingAct, actor: Actor) -> str:
    end_what_is_over(tx)
    person, minutes = pending.parameters["person"], pending.parameters["minutes"]
    until = tx.now + timedelta(minutes=minutes)
    about = (
        f"{pending.first} and {actor.id} opened Airflow to {person} by break-glass at {tx.now:%Y-%m-%d %H:%M} UTC,"
        f" for {minutes} minutes at most: {pending.reason}"
    )
    review = open_review(tx, ReviewKind.BREAK_GLASS, about, actor)
    opening = tx.break_glass.open(person, pending.reason, (pending.first, actor.id), until, review.id)
    payload = {
        "break_glass": opening.id,
        "person": person,
        "until": until.isoformat(),
        "first": pending.first,
        "second": actor.id,
        "reason": pending.reason,
        "review": review.id,
    }
    tx.log("break_glass_opened", actor, payload=payload)
    tx.tell(messages.access.opened(opening))
    return (
        f"break-glass {opening.id} ends at {until:%H:%M} UTC; the role is in Airflow within a minute, and review"
        f" {review.id} looks at it afterwards"
    )


OPEN_BREAK_GLASS = TwoPersonAct(about=_about, why_not_now=_why_not_now, take_effect=_take_effect)
