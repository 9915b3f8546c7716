"""Second line accepts a booked support; a manager or second line waives it, so that a release goes on without (R21)."""

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.booking import Booking
from slipway.domain.errors import RefusedError
from slipway.domain.platform import Action, Party
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.world import World


def accept_booking(world: World, number: int, actor: Actor) -> Booking:
    """The booking, accepted. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        booking = tx.bookings.lock(number)
        refusal = _may_not(tx, booking, actor, Action.SUPPORT_ACCEPT) or _too_late(tx, booking)
        if refusal is None:
            accepted = tx.bookings.accept(number, actor.id)
            _say(tx, "support_accepted", accepted, actor, "")
            return accepted
        _refuse(tx, booking, actor, "accept", refusal)
    raise RefusedError("may_not_accept_support", refusal)


def waive_booking(world: World, number: int, actor: Actor, reason: str) -> Booking:
    """The booking, waived. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        booking = tx.bookings.lock(number)
        reason = said_of_service(tx, booking.service, None, reason)
        refusal = _may_not(tx, booking, actor, Action.SUPPORT_WAIVE)
        if refusal is None and booking.waived_by is not None:
            refusal = f"{booking.waived_by} waived it before"
        if refusal is None and says_nothing(reason):
            refusal = "a reason is needed: why the release may go live without the support that it asked for"
        if refusal is None:
            waived = tx.bookings.waive(number, actor.id, reason)
            _say(tx, "support_waived", waived, actor, reason)
            return waived
        _refuse(tx, booking, actor, "waive", refusal)
    raise RefusedError("may_not_waive_support", refusal)


def _may_not(tx: Transaction, booking: Booking, actor: Actor, action: Action) -> str | None:
    policy = tx.policy()
    owner = policy.services.get(booking.service)
    parties = {Party.REQUESTER: frozenset({booking.booked_by})}
    matter = Matter(team=owner.team if owner else None, parties=parties, about=f"booking {booking.id}")
    return why_not(policy.platform.rule(action), policy.people.find(actor.id), matter, policy.people)


def _too_late(tx: Transaction, booking: Booking) -> str | None:
    if booking.accepted_by is not None:
        return f"{booking.accepted_by} accepted it before"
    return f"it ended at {booking.ends:%Y-%m-%d %H:%M} UTC" if booking.ends <= tx.now else None


def _say(tx: Transaction, kind: str, booking: Booking, actor: Actor, reason: str) -> None:
    payload = {"booking": booking.id, "booked_by": booking.booked_by, "reason": reason}
    tx.log(kind, actor, service=booking.service, payload=payload)
    tx.tell(messages.support.answered(booking, kind))
    tx.wake()


def _refuse(tx: Transaction, booking: Booking, actor: Actor, what: str, message: str) -> None:
    payload = {"booking": booking.id, "wanted": what, "message": message}
    tx.log("support_answer_refused", actor, service=booking.service, payload=payload)
