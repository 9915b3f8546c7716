"""Puts a proposed policy into effect: a manager who is not its proposer and who gains no role by it (R26)."""

from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.gained_roles import gained_roles
from slipway.domain.platform import Action, Party
from slipway.ports.outside import Message
from slipway.ports.store import Actor, PolicyInEffect, Proposal, Transaction
from slipway.use_cases.world import World


def activate_policy(world: World, digest: str, actor: Actor, reason: str) -> Proposal:
    """What is now in effect. Raises RefusedError, which is in the log. Judged by the policy in effect until then."""
    with world.store.transaction() as tx:
        tx.policies.lock()
        policy, proposal = tx.policy(), tx.policies.proposal(digest)
        refusal = _may_not(policy, proposal, digest, actor, reason)
        if refusal is None and proposal is not None:
            tx.policies.activate(proposal.governed, actor.id, reason)
            _say(tx, policy, proposal, actor, reason)
            return proposal
        assert refusal is not None, "a digest that nobody proposed is refused"
        payload = {"code": refusal.code, "message": str(refusal), "digest": digest, "reason": reason}
        tx.log("policy_activation_refused", actor, payload=payload)
    raise refusal


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
    gained = gained_roles(policy.governed, proposal.governed, actor.id) if rule.gains_nothing else ()
    if gained:
        message = f"{actor.id} would become {', '.join(gained)} by it: another manager must activate it"
        return RefusedError("gains_by_it", message)
    if proposal.outdated:
        message = "another policy was activated since it was proposed: look at `slipway policy diff` and propose again"
        return RefusedError("proposal_outdated", message)
    if rule.reason_required and not reason.strip():
        return RefusedError("reason_missing", "a reason is needed: say why, for those who read the log later")
    return None


def _say(tx: Transaction, before: PolicyInEffect, proposal: Proposal, actor: Actor, reason: str) -> None:
    payload = {
        "digest": proposal.digest,
        "before": before.digest,
        "bootstrap": False,
        "proposed_by": sorted(proposal.proposers),
        "differences": list(proposal.differences),
        "reason": reason,
    }
    tx.log("policy_activated", actor, payload=payload)
    text = f"{actor.id} puts policy {proposal.digest[:12]} into effect: {reason}"
    activation = tx.policies.activation()
    assert activation is not None, "written above"
    tx.tell(Message(key=f"policy:activated:{activation.activated_at.isoformat()}", channel="deploy", text=text))
    tx.wake()
