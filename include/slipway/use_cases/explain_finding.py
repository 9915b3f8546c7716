"""Says how an unauthorised change came about, by a senior of the team whose service was changed."""

from slipway.domain.authority import entitled, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.open_finding import LoggedFinding
from slipway.domain.platform import Action
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.finding_matter import finding_matter
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.world import World


def explain_finding(world: World, seq: int, actor: Actor, reason: str) -> LoggedFinding:
    """The finding, explained; again, as often as needed, until it is closed.

    Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        finding = tx.findings.lock(seq)
        entry = finding.entry
        reason = said_of_service(tx, entry.service, entry.release_id, reason)
        refusal = _may_not(tx, finding, actor, reason)
        payload = {"finding": seq, "reason": reason}
        if refusal is None:
            tx.findings.explain(seq, actor.id, reason)
            tx.log("finding_explained", actor, release_id=entry.release_id, service=entry.service, payload=payload)
            return tx.findings.lock(seq)
        payload["message"] = refusal
        tx.log("finding_explain_refused", actor, release_id=entry.release_id, service=entry.service, payload=payload)
    raise RefusedError("may_not_explain_finding", refusal)


def _may_not(tx: Transaction, finding: LoggedFinding, actor: Actor, reason: str) -> str | None:
    if finding.closed is not None:
        return f"finding {finding.seq} was closed by {finding.closed.person} before"
    policy = tx.policy()
    rule, matter = finding_matter(policy, finding, Action.EXPLAIN_DRIFT)
    refusal = why_not(rule, policy.people.find(actor.id), matter, policy.people)
    if refusal is not None:
        return f"{refusal}. It is explained by one of: {', '.join(entitled(rule, matter, policy.people)) or 'nobody'}"
    return "a reason is needed: who changed what, and why past the platform" if says_nothing(reason) else None
