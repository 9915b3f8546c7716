"""Acts that need two people, by REST: the first call answers `pending ID` (202), the second one takes effect."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict, Field

from slipway.adapters.database.overview import Overview, Record
from slipway.console.changes import VIA, Reason
from slipway.console.parts import Parts, Person, UsedParts
from slipway.console.texts import Name, Number, Why
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.ports.values import Actor
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.give_second import give_second
from slipway.use_cases.show_pending import in_words

router = APIRouter()


class Settling(BaseModel):
    """As what, and how one knows."""

    model_config = ConfigDict(extra="forbid")

    ending: Literal["done", "failed"] = Field(alias="as")
    reason: Why = ""


@router.get("/pending")
def pending(parts: UsedParts, *, everything: Annotated[bool, Query(alias="all")] = False) -> list[Record]:
    """What waits for a second person, or all that ever did."""
    with parts.store().transaction() as tx:
        return in_words(tx, Overview(tx.sql).pending(waiting_only=not everything))


@router.post("/pending/{number}/second")
def second(number: Number, person: Person, parts: UsedParts) -> JsonObject:
    """Agrees as the second person: what was asked for takes effect."""
    seconded = give_second(parts.world(), number, Actor(id=person, via=VIA))
    act = seconded.pending
    detail = f"pending {act.id} takes effect: {act.result}"
    if not seconded.now:
        detail = f"you have seconded pending {act.id} before: {act.result}. Nothing was done again"
    return {"id": act.id, "state": act.state, "detail": detail}


@router.post("/leases/{attempt}/break", status_code=status.HTTP_202_ACCEPTED)
def break_lease(attempt: Name, body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Asks to take lane and lease from an attempt."""
    return ask(parts, Action.BREAK_LEASE, {"attempt": attempt}, body.reason, person)


@router.post("/activities/{activity}/quarantine", status_code=status.HTTP_202_ACCEPTED)
def quarantine(activity: Name, body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Asks to give up on an activity for the lane, not for its service."""
    return ask(parts, Action.QUARANTINE_ACTIVITY, {"activity": activity}, body.reason, person)


@router.post("/activities/{activity}/settle", status_code=status.HTTP_202_ACCEPTED)
def settle(activity: Name, body: Settling, person: Person, parts: UsedParts) -> JsonObject:
    """Asks to say how quarantined work ended whose target never returns."""
    return ask(parts, Action.SETTLE_ACTIVITY, {"activity": activity, "as": body.ending}, body.reason, person)


def ask(parts: Parts, action: Action, parameters: JsonObject, reason: str, person: str) -> JsonObject:
    """The first call's answer."""
    act = ask_second(parts.world(), action, parameters, reason, Actor(id=person, via=VIA))
    detail = (
        f"pending {act.id}: nothing was done yet. Another entitled person seconds it by"
        f" {act.expires_at:%Y-%m-%d %H:%M} UTC: slipway second {act.id}"
    )
    return {"id": act.id, "state": act.state, "expires_at": act.expires_at, "detail": detail}
