"""Puts a proposed policy into effect: a manager who is not its proposer and who gains nothing by it (R26)."""

from dataclasses import dataclass

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.gained_rights import gained_rights, gains_of_activators
from slipway.domain.gained_roles import gained_roles
from slipway.domain.platform import Action, Party
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect, Proposal
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Activated:
    """What is in effect now, and the rights that its activator gained because nobody could have gained none."""

    proposal: Proposal
    gained: tuple[str, ...]


def activate_policy(world: World, digest: str, actor: Actor, reason: str) -> Activated:
    """What is now in effect. Raises RefusedError, which is in the log. Judged by the policy in effect until then."""
    with world.store.transaction() as tx:
        tx.policies.lock()
        policy, proposal = tx.policy(), tx.policies.proposal(digest)
        refusal = _in_effect_already(tx, digest) or _may_not(policy, proposal, digest, actor, reason)
        if refusal is None and proposal is not None:
            gained = gained_rights(policy.governed, proposal.governed, actor.id)
            tx.policies.activate(proposal.governed, actor.id, reason)
            _say(tx, policy, proposal, actor, reason, gained)
            return Activated(proposal=proposal, gained=gained)
        assert refusal is not None, "a digest that nobody proposed is refused"
        payload = {"code": refusal.code, "message": str(refusal), "digest": digest, "reason": reason}
        tx.log("policy_activation_refused", actor, payload=payload)
    raise refusal


def _in_effect_already(tx: Transaction, digest: str) -> RefusedError | None:
    now = tx.policies.activation()
    if now is None or now.digest != digest:
        return None
    message = (
        f"policy {digest[:12]} is in effect already: {now.activated_by} activated it at"
        f" {now.activated_at:%Y-%m-%d %H:%M} UTC, and nothing is left to do"
    )
    return RefusedError("already_in_effect", message)


def _may_not(
    policy: PolicyInEffect, proposal: Proposal | None, digest: str, actor: Actor, reason: str
) -> RefusedError | None:
    if proposal is None:
        return RefusedError("not_proposed", f"nobody proposed {digest}; `slipway policy status` lists proposals")
    rule = policy.platform.rule(Action.ACTIVATE_POLICY)
    matter = Matter(team=None, parties={Party.PROPOSER: proposal.proposers}, about="this policy")
    stranger = why_not(rule, policy.people.find(actor.id), matter, policy.people)
    if stranger is not None:
        return RefusedError("may_not_activate", stranger)
    gains = _gains(policy, proposal, actor) if rule.gains_nothing else None
    if gains is not None:
        return RefusedError("gains_by_it", gains)
    if proposal.outdated:
        message = "another policy was activated since it was proposed: look at `slipway policy diff` and propose again"
        return RefusedError("proposal_outdated", message)
    if rule.reason_required and says_nothing(reason):
        return RefusedError("reason_missing", "a reason is needed: say why, for those who read the log later")
    return None


def _gains(policy: PolicyInEffect, proposal: Proposal, actor: Actor) -> str | None:
    """Nobody activates a role of their own; nor a right of their own, as long as somebody gains none (ADR 0016)."""
    before, after = policy.governed, proposal.governed
    roles = gained_roles(before, after, actor.id)
    if roles:
        return f"{actor.id} would become {', '.join(roles)} by it: another manager must activate it"
    of_all = gains_of_activators(before, after, proposal.proposers)
    gain_none = [one for one, rights in of_all.items() if not rights]
    if of_all[actor.id] and gain_none:
        rights = "; ".join(of_all[actor.id])
        return f"{actor.id} would gain by it: {rights}. {' or '.join(gain_none)} gains nothing, and must activate it"
    return None


def _say(
    tx: Transaction,
    before: PolicyInEffect,
    proposal: Proposal,
    actor: Actor,
    reason: str,
    gained: tuple[str, ...],
) -> None:
    payload = {
        "digest": proposal.digest,
        "before": before.digest,
        "bootstrap": False,
        "proposed_by": sorted(proposal.proposers),
        "differences": list(proposal.differences),
        "reason": reason,
        "activator_gains": list(gained),
    }
    tx.log("policy_activated", actor, payload=payload)
    activation = tx.policies.activation()
    assert activation is not None, "written above"
    tx.tell(messages.policy.activated(proposal.digest, actor.id, reason, activation.activated_at))
    if gained:
        tx.tell(messages.policy.gained(proposal.digest, actor.id, gained, activation.activated_at))
    tx.wake()
