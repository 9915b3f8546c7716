"""Break-glass by REST: asked for by one person, activated by a second one, closed by any of those who may."""

from fastapi import APIRouter, status

from slipway.console.changes import VIA, Body, Reason
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Name, Number, Why
from slipway.console.two_people import ask
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.ports.values import Actor
from slipway.use_cases.close_break_glass import close_break_glass
from slipway.use_cases.open_break_glass import opening_for
from slipway.use_cases.show_break_glass import show_break_glass

router = APIRouter(prefix="/break-glass")


class NewOpening(Body):
    """For whom, for how long, and why."""

    person: Name
    minutes: Number
    reason: Why


@router.get("")
def openings(parts: UsedParts) -> list[JsonObject]:
    """Every opening there was, with the one in force."""
    return list(show_break_glass(parts.store()))


@router.post("", status_code=status.HTTP_202_ACCEPTED)
def open_(body: NewOpening, person: Person, parts: UsedParts) -> JsonObject:
    """Asks to open Airflow to somebody; nothing happens until another entitled person seconds it."""
    return ask(parts, Action.BREAK_GLASS, opening_for(body.person, body.minutes), body.reason, person)


@router.post("/close")
def close(body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Closes what is open, at once."""
    opening = close_break_glass(parts.world(), Actor(id=person, via=VIA), body.reason)
    return {
        "id": opening.id,
        "detail": f"break-glass {opening.id} is closed: {opening.person} loses the role within a minute",
    }
