"""Closes an unauthorised change that was explained, by a manager who neither explained nor made it."""

from dataclasses import replace

from slipway.domain import messages
from slipway.domain.authority import Matter, entitled, in_matter_of, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.open_finding import LoggedFinding
from slipway.domain.platform import Action, AuthorityRule
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect
from slipway.use_cases.finding_matter import finding_matter
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.world import World


def close_finding(world: World, seq: int, actor: Actor, reason: str) -> LoggedFinding:
    """The finding, closed. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        finding = tx.findings.lock(seq)
        entry = finding.entry
        reason = said_of_service(tx, entry.service, entry.release_id, reason)
        refusal = _may_not(tx, finding, actor, reason)
        payload = {"finding": seq, "reason": reason}
        if refusal is None:
            tx.findings.close(seq, actor.id, reason)
            tx.log("finding_closed", actor, release_id=entry.release_id, service=entry.service, payload=payload)
            tx.tell(messages.past_the_platform.closed(finding, actor.id, reason))
            tx.wake()
            return tx.findings.lock(seq)
        payload["message"] = refusal
        tx.log("finding_close_refused", actor, release_id=entry.release_id, service=entry.service, payload=payload)
    raise RefusedError("may_not_close_finding", refusal)


def _may_not(tx: Transaction, finding: LoggedFinding, actor: Actor, reason: str) -> str | None:
    if finding.closed is not None:
        return f"finding {finding.seq} was closed by {finding.closed.person} before"
    policy = tx.policy()
    rule, matter = finding_matter(policy, finding, Action.CLOSE_FINDING)
    refusal = why_not(rule, policy.people.find(actor.id), matter, policy.people) or _had_a_part(finding, actor.id)
    if refusal is not None:
        others = [one for one in entitled(rule, matter, policy.people) if _had_a_part(finding, one) is None]
        return f"{refusal}. It is closed by one of: {', '.join(others) or 'nobody, as each had a part in it'}"
    if (unexplained := _unexplained(policy, finding, rule, matter)) is not None:
        return f"{unexplained}, by `slipway audit explain {finding.seq} --reason …`"
    return "a reason is needed: what follows from it" if says_nothing(reason) else None


def _unexplained(policy: PolicyInEffect, finding: LoggedFinding, rule: AuthorityRule, matter: Matter) -> str | None:
    """The explanation is what the second person of the row has to do with it."""
    if not finding.explanations:
        return f"nobody has explained finding {finding.seq} yet: a senior does"
    if rule.second is None:
        return None
    first = in_matter_of(matter.team, replace(rule, who=rule.second))
    known = [policy.people.find(one) for one in finding.explained_by]
    if any(person is not None and first.who.admits(person, team=matter.team) for person in known):
        return None
    names = " and ".join(finding.explained_by)
    return f"finding {finding.seq} must be explained by {first.who.describe()}, which {names} is not: one of those does"


def _had_a_part(finding: LoggedFinding, person: str) -> str | None:
    if person in finding.explained_by:
        return f"{person} explained finding {finding.seq}, and whoever closes it must be somebody else"
    if person == finding.entry.actor:
        return f"{person} made the change of finding {finding.seq}, and whoever closes it must be somebody else"
    return None
