"""The second of two people agrees, and what the first asked for takes effect, in the same transaction."""

from dataclasses import dataclass
from typing import Any

from slipway.domain import messages
from slipway.domain.errors import RefusedError
from slipway.domain.two_people import PendingAct, PendingState, why_not_these_two
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.expire_pending import end_if_never, expire_due
from slipway.use_cases.settle import Found
from slipway.use_cases.two_person_act import Subject, as_payload
from slipway.use_cases.two_person_acts import ACTS
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Seconded:
    """`now` False: the same person had seconded it before, and nothing was done again."""

    pending: PendingAct
    now: bool


def give_second(world: World, number: int, actor: Actor) -> Seconded:
    """What took effect. Raises NotFoundError, RefusedError; a refusal is in the log, and the act goes on waiting."""
    with world.store.transaction() as tx:
        asked = tx.pending_acts.lock(number)
    found = ACTS[asked.action].ask(world, asked.parameters) if asked.state is PendingState.WAITING else None
    with world.store.transaction() as tx:
        expire_due(tx)
        pending = tx.pending_acts.lock(number)
        if pending.state is PendingState.EFFECTIVE and pending.second == actor.id:
            return Seconded(pending=pending, now=False)
        refusal = (
            _too_late(tx, pending, actor) or _never(tx, pending, actor) or _second(world, tx, pending, actor, found)
        )
        if refusal is None:
            return Seconded(pending=tx.pending_acts.lock(number), now=True)
    raise RefusedError("may_not_second", refusal)


def _too_late(tx: Transaction, pending: PendingAct, actor: Actor) -> str | None:
    """Whoever comes after the second person agreed to nothing: they are told so, and not that it worked."""
    if pending.state is not PendingState.EFFECTIVE:
        return None
    refusal = (
        f"{pending.second} has seconded pending {pending.id} before: {pending.result}. You are not the second person,"
        " and nothing was done again"
    )
    tx.log("second_refused", actor, payload={**as_payload(pending), "message": refusal})
    return refusal


def _never(tx: Transaction, pending: PendingAct, actor: Actor) -> str | None:
    because = end_if_never(tx, pending) if pending.state is PendingState.WAITING else None
    if because is not None:
        tx.log("second_refused", actor, payload={**as_payload(pending), "message": because})
    return because


def _second(world: World, tx: Transaction, pending: PendingAct, actor: Actor, found: Found | None) -> str | None:
    """None where it took effect; else why not, which is in the log."""
    act = ACTS[pending.action]
    subject = act.about(tx, pending.parameters)
    refusal = _may_not(tx, pending, subject, actor) or act.why_not_now(world, tx, pending.parameters, found)
    payload = as_payload(pending)
    where: dict[str, Any] = {"attempt": subject.attempt, "environment": subject.environment}
    if refusal is not None:
        tx.log("second_refused", actor, **where, payload={**payload, "message": refusal})
        return refusal
    tx.log("seconded", actor, **where, payload=payload)
    result = act.take_effect(world, tx, pending, actor)
    tx.pending_acts.end(pending.id, PendingState.EFFECTIVE, actor.id, result)
    tx.tell(messages.two_people.seconded(pending, actor.id, subject.words, result))
    tx.wake()
    return None


def _may_not(tx: Transaction, pending: PendingAct, subject: Subject, actor: Actor) -> str | None:
    """Judged by the policy in effect now: the first person may have lost the right since."""
    if pending.state is PendingState.EXPIRED:
        if pending.ended_at is not None and pending.ended_at < pending.expires_at:
            return f"pending {pending.id} has ended: {pending.result}"
        return f"pending {pending.id} expired at {pending.expires_at:%Y-%m-%d %H:%M} UTC: it must be asked for again"
    if subject.gains == actor.id != pending.first:
        return f"{actor.id} gains by it: another person must second it"
    policy = tx.policy()
    rule = policy.platform.rule(pending.action)
    return why_not_these_two(rule, pending.first, actor.id, subject.matter, policy.people)
