"""Asks nobody to confirm a release in live where a manager waived that, and those who authorised it knew (R16)."""

from dataclasses import replace

from slipway.domain import messages
from slipway.domain.grant import Step
from slipway.domain.policy.confirmation_is_waived import counts
from slipway.domain.policy.decision import Facts
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor

PROD = StageRole.PROD


def told_who_confirms(tx: Transaction, facts: Facts, step: Step) -> Facts:
    """The facts for whoever authorises: with the waiver that counts now. Whoever signs off is told of the same one.

    None for a change made outside: who made it reports what became of it."""
    if step is not Step.AUTHORISE or facts.stage.definition.act:
        return facts
    waivers = tx.confirmation_waivers.standing(facts.release.service)
    waiver = next((one for one in waivers if counts(one, facts, tx.now)), None)
    tx.stages.note_confirmation_waiver(facts.attempt.id, PROD, None if waiver is None else waiver.id)
    return replace(facts, confirmation_waiver=waiver)


def left_out(tx: Transaction, facts: Facts, actor: Actor) -> str | None:
    """Why nobody is asked, which is in the log; None where somebody is. Safe to ask twice."""
    waiver = facts.confirmation_waiver
    if waiver is None:
        return None
    detail = f"nobody is asked to confirm it: {waiver}, because {waiver.reason}"
    if facts.stage.confirmed == "waived":
        return detail
    if not counts(waiver, facts, tx.now):
        return None
    tx.stages.set_confirmed(facts.attempt.id, PROD, "waived")
    environment = facts.stage.environment
    payload = {
        "waiver": waiver.id,
        "by": waiver.by,
        "expires_at": waiver.expires_at.isoformat(),
        "reason": waiver.reason,
    }
    tx.log("confirmation_left_out", actor, attempt=facts.attempt, environment=environment, payload=payload)
    tx.tell(messages.confirmations.left_out(facts.attempt, environment, waiver))
    return detail
