"""Second line's support by REST: booked by a team, accepted by second line, waived where it must be."""

from typing import Annotated

from fastapi import APIRouter, Query, status
from pydantic import BaseModel, ConfigDict

from slipway.console.changes import VIA, Reason
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Instant, Name, Number, Why
from slipway.domain.booking import Booking
from slipway.domain.json_value import JsonObject
from slipway.ports.values import Actor
from slipway.use_cases.answer_booking import accept_booking, waive_booking
from slipway.use_cases.book_support import SupportRequest, book_support
from slipway.use_cases.show_bookings import show_bookings

router = APIRouter(prefix="/support")


class NewBooking(BaseModel):
    """When a service's release wants second line to be there, and what for."""

    model_config = ConfigDict(extra="forbid")

    service: Name
    begins: Instant
    ends: Instant
    reason: Why


@router.get("")
def support(parts: UsedParts, *, everything: Annotated[bool, Query(alias="all")] = False) -> list[JsonObject]:
    """What is booked from now on, or all that ever was."""
    return list(show_bookings(parts.store(), with_past=everything))


@router.post("", status_code=status.HTTP_201_CREATED)
def book(body: NewBooking, person: Person, parts: UsedParts) -> JsonObject:
    """Asks second line to be there."""
    booking = book_support(parts.world(), SupportRequest(**body.model_dump()), Actor(id=person, via=VIA))
    return _answer(booking, f"{booking}, is asked for; second line is told. Release with --support {booking.id}")


@router.post("/{number}/accept")
def accept(number: Number, person: Person, parts: UsedParts) -> JsonObject:
    """Second line agrees to be there."""
    booking = accept_booking(parts.world(), number, Actor(id=person, via=VIA))
    return _answer(booking, f"{booking}, is {booking.state}")


@router.post("/{number}/waive")
def waive(number: Number, body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Lets releases that asked for it go live without."""
    booking = waive_booking(parts.world(), number, Actor(id=person, via=VIA), body.reason)
    return _answer(booking, f"{booking}, is {booking.state}")


def _answer(booking: Booking, detail: str) -> JsonObject:
    return {"id": booking.id, "detail": detail}
