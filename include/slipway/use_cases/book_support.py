"""A team books second line's support for an agreed time (R21)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.booking import Booking
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.world import World

LONGEST = timedelta(hours=24)
"""Of one booking: whoever accepts it is there all the while."""


@dataclass(frozen=True, kw_only=True)
class SupportRequest:
    """For which service, when, and what for."""

    service: str
    begins: datetime
    ends: datetime
    reason: str

    def as_json(self) -> JsonObject:
        """For the log."""
        return {"begins": self.begins.isoformat(), "ends": self.ends.isoformat(), "reason": self.reason}


def book_support(world: World, request: SupportRequest, actor: Actor) -> Booking:
    """The booking, which second line is asked to accept. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        request = replace(request, reason=said_of_service(tx, request.service, None, request.reason))
        refusal = _may_not(tx, request, actor) or _makes_no_sense(tx, request)
        if refusal is None:
            booking = tx.bookings.book(request.service, request.begins, request.ends, request.reason, actor.id)
            payload = {"booking": booking.id, **request.as_json()}
            tx.log("support_booked", actor, service=request.service, payload=payload)
            tx.tell(messages.support.booked(booking))
            return booking
        payload = {**request.as_json(), "message": refusal}
        tx.log("support_booking_refused", actor, service=request.service, payload=payload)
    raise RefusedError("may_not_book_support", refusal)


def _may_not(tx: Transaction, request: SupportRequest, actor: Actor) -> str | None:
    policy = tx.policy()
    owner = policy.services.get(request.service)
    if owner is None:
        raise NotFoundError(f"there is no service {request.service} in the policy in effect: see `slipway services`")
    rule = policy.platform.rule(Action.SUPPORT_BOOK)
    return why_not(rule, policy.people.find(actor.id), Matter(team=owner.team), policy.people)


def _makes_no_sense(tx: Transaction, request: SupportRequest) -> str | None:
    if says_nothing(request.reason):
        return "a reason is needed: say what second line should be there for"
    if request.ends <= request.begins:
        return "it must end later than it begins"
    if request.ends - request.begins > LONGEST:
        return "it would last longer than a day: book each day by itself, so that somebody accepts each"
    if request.ends <= tx.now:
        return f"it would end at {request.ends:%Y-%m-%d %H:%M} UTC, which is past"
    return None
