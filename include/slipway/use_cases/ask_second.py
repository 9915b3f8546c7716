"""The first of two people asks for an act; nothing happens until another one seconds it (`authority.md`)."""

from datetime import timedelta

from slipway.domain import messages
from slipway.domain.errors import RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.domain.text_limits import says_nothing
from slipway.domain.two_people import PendingAct, needed, why_not_one_of_two
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.expire_pending import expire_due
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.two_person_act import Subject, as_payload, shown
from slipway.use_cases.two_person_acts import ACTS
from slipway.use_cases.world import World

LIFE = timedelta(minutes=60)
"""How long an act waits for its second person."""


def ask_second(world: World, action: Action, parameters: JsonObject, reason: str, actor: Actor) -> PendingAct:
    """What now waits; the same person asking the same again gets the same. Raises NotFoundError, RefusedError."""
    act = ACTS[action]
    found = act.ask(world, parameters)
    with world.store.transaction() as tx:
        expire_due(tx)
        subject = act.about(tx, parameters)
        about = None if subject.attempt is None else subject.attempt.release_id
        reason = said_of_service(tx, None, about, reason)
        refusal = _may_not(tx, action, subject, reason, actor) or act.why_not_now(world, tx, parameters, found)
        if refusal is None:
            pending, is_new = tx.pending_acts.ask(action, parameters, reason, actor.id, tx.now + LIFE)
            if is_new:
                _announce(tx, pending, subject, actor)
            if pending.first == actor.id:
                return pending
            refusal = f"{pending.first} has asked for the same: second it with `slipway second {pending.id}`"
        payload = {"action": action.value, "parameters": shown(parameters), "reason": reason, "message": refusal}
        tx.log(
            "two_person_act_refused", actor, attempt=subject.attempt, environment=subject.environment, payload=payload
        )
    raise RefusedError(f"may_not_{action}", refusal)


def _may_not(tx: Transaction, action: Action, subject: Subject, reason: str, actor: Actor) -> str | None:
    policy = tx.policy()
    rule = policy.platform.rule(action)
    refusal = why_not_one_of_two(rule, actor.id, subject.matter, policy.people)
    if refusal is None and rule.reason_required and says_nothing(reason):
        return "a reason is needed: say why, for whoever is to second it and for those who read the log later"
    return refusal


def _announce(tx: Transaction, pending: PendingAct, subject: Subject, actor: Actor) -> None:
    tx.log(
        "second_awaited", actor, attempt=subject.attempt, environment=subject.environment, payload=as_payload(pending)
    )
    rule = tx.policy().platform.rule(pending.action)
    tx.tell(messages.two_people.awaited(pending, subject.words, needed(rule)))
