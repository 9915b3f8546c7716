"""Settles a verdict that was still owed when the attempt had ended: by a named person who did not ask for it (R17)."""

from collections.abc import Sequence

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.platform import Action, Party
from slipway.domain.release import Attempt, Outcome, Release, ReleaseState, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.text_limits import says_nothing
from slipway.domain.verdict import Verdict
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.keep_private import said_of
from slipway.use_cases.world import World

PROD = StageRole.PROD


def settle_verdict(world: World, release_id: str, *, passed: bool, actor: Actor, reason: str) -> str:
    """What follows, in words. Raises NotFoundError, RefusedError; a refusal is in the log."""
    with world.store.transaction() as tx:
        release = tx.releases.get(release_id)
        if release is None:
            raise NotFoundError(f"there is no release {release_id}; `slipway status` lists them")
        tx.releases.lock_service(release.service)
        attempts = tx.releases.attempts(release_id)
        refusal = _may_not(tx, release, actor, reason) or _is_not_owed(tx, release, attempts)
        if refusal is None:
            verdict = Verdict.PASS if passed else Verdict.FAIL
            return _settle(tx, release, attempts[-1], verdict, actor, said_of(release, reason))
        payload = {"passed": passed, "message": refusal}
        tx.log("verdict_refused", actor, release_id=release.id, service=release.service, payload=payload)
    raise RefusedError("may_not_settle_verdict", refusal)


def _may_not(tx: Transaction, release: Release, actor: Actor, reason: str) -> str | None:
    policy = tx.policy()
    owned = policy.governed.owned(release)
    matter = Matter(team=owned.team, parties={Party.REQUESTER: release.requesters}, product_owner=owned.product_owner)
    refusal = why_not(policy.platform.rule(Action.VERDICT), policy.people.find(actor.id), matter, policy.people)
    if refusal is None and says_nothing(reason):
        return "a reason is needed: say who looked at live, at what, and what they saw"
    return refusal


def _is_not_owed(tx: Transaction, release: Release, attempts: Sequence[Attempt]) -> str | None:
    last = attempts[-1] if attempts else None
    if last is None or last.outcome is None:
        asks = f"while it is open it asks by itself: `slipway approve {release.id} verdict`, or `reject`"
        return f"{release.id} has not ended, so no verdict is owed; {asks}"
    stage = tx.stages.lock(last.id, PROD)
    if stage.outcome is not StageOutcome.UNVERIFIED:
        return f"{last.id} ended as {last.outcome}: no verdict is owed"
    return None if stage.judged is None else f"the verdict on {last.id} was given before: {stage.judged}"


def _settle(tx: Transaction, release: Release, attempt: Attempt, verdict: Verdict, actor: Actor, reason: str) -> str:
    stage = tx.stages.get(attempt.id, PROD)
    tx.stages.set_verdict(attempt.id, PROD, verdict)
    payload = {"verdict": verdict, "reason": reason}
    tx.log("verdict_given", actor, attempt=attempt, environment=stage.environment, payload=payload)
    follow = _good if verdict is Verdict.PASS else _bad
    detail = follow(tx, release, attempt, actor, reason)
    tx.tell(messages.watches.verdict_given(attempt, actor.id, verdict, reason, detail))
    tx.wake()
    return detail


def _good(tx: Transaction, release: Release, attempt: Attempt, actor: Actor, reason: str) -> str:
    """The release is live for good, and the hold of its end has done its work."""
    tx.releases.set_state(release.id, ReleaseState.ENDED, Outcome.LIVE)
    held = [hold for hold in tx.records.holds_of_failure(release.id) if tx.records.lift_hold(hold, actor.id, reason)]
    for hold in held:
        payload = {"hold": hold, "reason": reason, "placed_by": "platform"}
        tx.log("hold_lifted", actor, attempt=attempt, payload=payload)
        tx.tell(messages.holds.lifted(hold, by=actor.id, placed_by="platform", reason=reason))
    return f"{release.id} is live" + "".join(f", and hold {hold} is lifted" for hold in held)


def _bad(tx: Transaction, release: Release, attempt: Attempt, actor: Actor, reason: str) -> str:
    """It still runs: the version is not released again as it is, and the hold stays for all but what fixes it."""
    tx.records.mark_bad(attempt, reason, actor.id)
    payload = {"digest": attempt.digest, "version": attempt.version, "because": reason}
    tx.log("version_marked_bad", actor, attempt=attempt, payload=payload)
    return (
        f"{attempt.version} is marked bad and still runs, and {release.service} stays held. Bring back what ran before"
        f" (`slipway rollback {release.service} prod`), or release a fix with `--fixes {release.id}`"
    )
