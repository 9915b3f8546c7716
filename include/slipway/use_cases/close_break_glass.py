"""Break-glass ends: by one person at any time, or by itself. Whose account loses the role follows at once."""

from slipway.domain import messages
from slipway.domain.authority import Matter
from slipway.domain.break_glass import Opening
from slipway.domain.errors import RefusedError
from slipway.domain.platform import Action
from slipway.domain.text_limits import says_nothing
from slipway.domain.two_people import why_not_one_of_two
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.world import PLATFORM, World


def close_break_glass(world: World, actor: Actor, reason: str) -> Opening:
    """What was closed. Raises RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        end_what_is_over(tx)
        opening = tx.break_glass.in_force()
        refusal = _why_not(tx, opening, actor, reason)
        if opening is not None and refusal is None:
            _close(tx, opening, actor, reason)
            return opening
        payload = {"break_glass": opening.id if opening else None, "reason": reason, "message": refusal}
        tx.log("break_glass_close_refused", actor, payload=payload)
    raise RefusedError("may_not_close_break_glass", refusal or "")


def end_break_glass(world: World) -> None:
    """The reconciler's look."""
    with world.store.transaction() as tx:
        end_what_is_over(tx)


def end_what_is_over(tx: Transaction) -> None:
    """Writes and tells it once. That its time is over counts before anybody writes it."""
    opening = tx.break_glass.over()
    if opening is not None:
        _close(tx, opening, PLATFORM, "its time is over")


def _close(tx: Transaction, opening: Opening, actor: Actor, because: str) -> None:
    if not tx.break_glass.close(opening.id, actor.id, because):
        return
    payload = {"break_glass": opening.id, "person": opening.person, "because": because}
    tx.log("break_glass_closed", actor, payload=payload)
    tx.tell(messages.access.closed(opening, actor.id, because))
    tx.wake()


def _why_not(tx: Transaction, opening: Opening | None, actor: Actor, reason: str) -> str | None:
    """Whoever may open it may close it, alone, and so may whoever has it."""
    if opening is None:
        return "break-glass is not open: there is nothing to close"
    policy = tx.policy()
    if actor.id != opening.person:
        rule = policy.platform.rule(Action.BREAK_GLASS)
        refusal = why_not_one_of_two(rule, actor.id, Matter(team=None), policy.people)
        if refusal is not None:
            return refusal
    return "a reason is needed: what was done, for the review and the log" if says_nothing(reason) else None
