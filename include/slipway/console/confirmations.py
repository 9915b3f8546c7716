"""Whether somebody is asked to confirm a service in live, by REST: waived for a time, and required again."""

from typing import Annotated

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict

from slipway.console.changes import VIA, Reason
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Instant, Name, Number, Why
from slipway.domain.json_value import JsonObject
from slipway.ports.values import Actor
from slipway.use_cases.show_confirmation_waivers import show_confirmation_waivers
from slipway.use_cases.waive_confirmation import require_confirmation, waive_confirmation

router = APIRouter(prefix="/confirmation-waivers")


class NewWaiver(BaseModel):
    """Of which service nobody is to be asked, until when, and why."""

    model_config = ConfigDict(extra="forbid")

    service: Name
    until: Instant
    reason: Why


@router.get("")
def waivers(parts: UsedParts, *, everything: Annotated[bool, Query(alias="all")] = False) -> list[JsonObject]:
    """What counts now, or all that ever did."""
    return list(show_confirmation_waivers(parts.store(), with_past=everything))


@router.post("", status_code=status.HTTP_201_CREATED)
def waive(body: NewWaiver, person: Person, parts: UsedParts) -> JsonObject:
    """Nobody is asked to confirm what is authorised from now on."""
    waiver = waive_confirmation(parts.world(), body.service, body.until, body.reason, Actor(id=person, via=VIA))
    detail = f"{waiver}: nobody is asked to confirm what of {waiver.service} is authorised from now on"
    return {"id": waiver.id, "detail": detail}


@router.post("/{number}/end")
def require(number: Number, body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Somebody is asked again."""
    waiver = require_confirmation(parts.world(), number, body.reason, Actor(id=person, via=VIA))
    return {"id": waiver.id, "detail": f"somebody is asked again to confirm {waiver.service} in live"}
