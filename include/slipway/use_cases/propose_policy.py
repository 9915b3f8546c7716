"""Proposes the catalogue on disk as the policy in effect; anyone signed in may, and it changes nothing yet (R26)."""

from collections.abc import Callable

from slipway.domain import messages
from slipway.domain.authority import Matter, entitled
from slipway.domain.errors import RefusedError, Remedy, SlipwayError
from slipway.domain.governed import Governed
from slipway.domain.identities import reused
from slipway.domain.platform import Action
from slipway.domain.policy_difference import differences
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect, Proposal
from slipway.use_cases.watch_catalogue import see
from slipway.use_cases.world import World


def propose_policy(world: World, read_catalogue: Callable[[], Governed], actor: Actor) -> Proposal:
    """The proposal, to be activated by its digest. Raises RefusedError, which is in the log."""
    try:
        governed = read_catalogue()
    except SlipwayError as error:
        if error.remedy is not Remedy.FAIL:
            raise
        refusal = RefusedError("bad_catalogue", str(error))
        with world.store.transaction() as tx:
            _log_refusal(tx, actor, refusal, None)
        raise refusal from error
    with world.store.transaction() as tx:
        tx.policies.lock()
        before = tx.policy()
        see(tx, governed)
        lines = differences(before.governed, governed)
        refusal_or_none = _not_a_person(before, actor) or _why_not(governed, lines) or _reuses(tx, governed)
        if refusal_or_none is None:
            return _propose(tx, governed, lines, actor)
        _log_refusal(tx, actor, refusal_or_none, governed.digest)
    raise refusal_or_none


def _not_a_person(policy: PolicyInEffect, actor: Actor) -> RefusedError | None:
    """Machines, and accounts that only the files know, would let one person act as two."""
    if policy.people.find(actor.id) is not None:
        return None
    return RefusedError("not_a_person", f"{actor.id} is nobody in the policy in effect: a person proposes")


def _why_not(governed: Governed, lines: tuple[str, ...]) -> RefusedError | None:
    if not lines:
        return RefusedError("nothing_to_propose", "the catalogue on disk is the policy in effect: nothing differs")
    rule = governed.platform.rule(Action.ACTIVATE_POLICY)
    if not entitled(rule, Matter(team=None), governed.people):
        message = f"nobody could activate the policy after it: {rule.who.describe()} is needed"
        return RefusedError("nobody_could_activate", message)
    return None


def _reuses(tx: Transaction, governed: Governed) -> RefusedError | None:
    """An id in the log, and a subject at the sign-in, mean one person for ever."""
    found = reused(tx.policies.identities(), governed.people)
    if not found:
        return None
    message = f"{'; '.join(found)}: ids and subjects are never given to somebody else. Give that person a new id"
    return RefusedError("identity_reused", message)


def _propose(tx: Transaction, governed: Governed, lines: tuple[str, ...], actor: Actor) -> Proposal:
    in_effect = tx.policy().digest
    tx.policies.propose(governed, lines, actor.id)
    proposal = tx.policies.proposal(governed.digest)
    assert proposal is not None, "written above"
    payload = {"digest": governed.digest, "in_effect": in_effect, "differences": list(lines)}
    tx.log("policy_proposed", actor, payload=payload)
    tx.tell(messages.policy.proposed(governed.digest, in_effect, actor.id, len(lines)))
    return proposal


def _log_refusal(tx: Transaction, actor: Actor, refusal: RefusedError, digest: str | None) -> None:
    payload = {"code": refusal.code, "message": str(refusal), "digest": digest}
    tx.log("policy_proposal_refused", actor, payload=payload)
