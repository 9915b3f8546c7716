"""What people report of changes that they make by hand, by REST, as themselves (R10)."""

from fastapi import APIRouter

from slipway.console.changes import VIA, Body
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Name, Text
from slipway.ports.values import Actor
from slipway.use_cases.act_matter import Reporter
from slipway.use_cases.begin_act import begin_act
from slipway.use_cases.end_act import ActResult, end_act

router = APIRouter()


class Confirmation(Body):
    """How it went, and what was looked at."""

    result: ActResult = ActResult.DONE
    seen: Text


@router.post("/changes/{release_id}/act")
def act(release_id: Name, person: Person, parts: UsedParts) -> dict[str, str]:
    """Begins: everything is checked again, and the permit is given. 409 `held_back` while a rescue runs: ask again."""
    activity = begin_act(parts.world(), release_id, _person(person))
    detail = f"go ahead: {release_id} is yours to make until {activity.deadline:%Y-%m-%d %H:%M} UTC; confirm it then"
    return {"release_id": release_id, "activity": activity.id, "detail": detail}


@router.post("/changes/{release_id}/confirm")
def confirm(release_id: Name, body: Confirmation, person: Person, parts: UsedParts) -> dict[str, str]:
    """Says how it went; what no permit covered is recorded as an unauthorised change."""
    detail = end_act(parts.world(), release_id, _person(person), body.result, body.seen)
    return {"release_id": release_id, "detail": detail}


def _person(person: str) -> Reporter:
    return Reporter(actor=Actor(id=person, via=VIA))
