"""A manager has nobody asked to confirm a service in live, for a time; whoever may confirm takes that back (R16)."""

from datetime import datetime

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.confirmation_waiver import LONGEST_LIFE, ConfirmationWaiver
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.domain.text_limits import TEXT, says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.refuse_long_texts import shortened, why_too_long
from slipway.use_cases.world import World


def waive_confirmation(
    world: World, service: str, expires_at: datetime, reason: str, actor: Actor
) -> ConfirmationWaiver:
    """The waiver, for what is authorised from now on. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        reason = said_of_service(tx, service, None, reason)
        refusal = _may_not(tx, service, actor, Action.WAIVE_CONFIRM) or _flaw(tx, service, expires_at, reason, actor)
        told: JsonObject = {"expires_at": expires_at.isoformat(), "reason": shortened(reason, TEXT)}
        if refusal is None:
            waiver = tx.confirmation_waivers.give(service, actor.id, expires_at, reason)
            tx.log("confirmation_waived", actor, service=service, payload={"waiver": waiver.id, **told})
            tx.tell(messages.confirmations.waived(waiver))
            return waiver
        tx.log("confirmation_waiver_refused", actor, service=service, payload={**told, "message": refusal})
    raise RefusedError("may_not_waive_confirmation", refusal)


def require_confirmation(world: World, number: int, reason: str, actor: Actor) -> ConfirmationWaiver:
    """The waiver, taken back. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        waiver = tx.confirmation_waivers.lock(number)
        reason = said_of_service(tx, waiver.service, None, reason)
        refusal = _may_not(tx, waiver.service, actor, Action.CONFIRM)
        if refusal is None and not waiver.stands(tx.now):
            refusal = f"waiver {number} does not count any more ({waiver.state(tx.now)}): somebody is asked already"
        if refusal is None and says_nothing(reason):
            refusal = "a reason is needed: why somebody must look at live again"
        refusal = refusal or why_too_long({"comment": reason})
        told: JsonObject = {"waiver": number, "reason": shortened(reason, TEXT)}
        if refusal is None:
            ended = tx.confirmation_waivers.end(number, actor.id, reason)
            tx.log("confirmation_required", actor, service=waiver.service, payload=told)
            tx.tell(messages.confirmations.required_again(ended))
            return ended
        tx.log("confirmation_waiver_refused", actor, service=waiver.service, payload={**told, "message": refusal})
    raise RefusedError("may_not_require_confirmation", refusal)


def _may_not(tx: Transaction, service: str, actor: Actor, action: Action) -> str | None:
    policy = tx.policy()
    owner = policy.services.get(service)
    if owner is None:
        raise NotFoundError(f"there is no service {service} in the policy in effect: see `slipway services`")
    matter = Matter(team=owner.team, product_owner=owner.product_owner)
    return why_not(policy.platform.rule(action), policy.people.find(actor.id), matter, policy.people)


def _flaw(tx: Transaction, service: str, expires_at: datetime, reason: str, actor: Actor) -> str | None:
    if says_nothing(reason):
        return "a reason is needed: why nobody need look at live, and what looks instead"
    if not tx.now < expires_at <= tx.now + LONGEST_LIFE:
        return f"it must expire later than now, and within {LONGEST_LIFE.days} days"
    mine = next((one for one in tx.confirmation_waivers.standing(service) if one.by == actor.id), None)
    if mine is not None:
        return f"your {mine} stands: take it back first (slipway confirmation require {mine.id}), or wait for its end"
    return why_too_long({"comment": reason})
