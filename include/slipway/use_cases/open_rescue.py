"""Opens the work of a rollback: its permit, its service's lease and nothing else, in one transaction (R18)."""

from dataclasses import replace
from datetime import timedelta

from slipway.domain import messages
from slipway.domain.activity import ActivityKind, Permit, Worker
from slipway.domain.errors import HeldBackError
from slipway.domain.json_value import JsonObject
from slipway.domain.policy.decide import FOR_PERMIT, decide
from slipway.domain.policy.decision import Decision, Facts
from slipway.domain.release import StageOutcome
from slipway.domain.rollback import Rollback
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.end_stage import hold_for_failure
from slipway.use_cases.facts import gather
from slipway.use_cases.open_activity import NotPermittedError, Opening, log_starting
from slipway.use_cases.rollback_facts import attempt_rolled_back
from slipway.use_cases.undo import say_what_it_runs_beside
from slipway.use_cases.world import World

_CLEARS = frozenset({"service_busy", "quarantined"})
"""What a rollback waits for: work on its service that is not over, or that nobody knows the end of."""


def open_rescue(
    world: World,
    attempt_id: str,
    role: StageRole,
    kind: ActivityKind,
    *,
    activity_id: str,
    worker: Worker,
    seconds: float,
    actor: Actor,
) -> Opening:
    """Raises HeldBackError while its service is at work; NotPermittedError, which is in the log, where it may not.

    No target is asked: one that is silent, or runs what nobody knows of, is the reason for a rescue and no obstacle."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stage = tx.stages.lock(attempt.id, role)
        existing = next(iter(tx.activities.of_stage(attempt.id, role)), None)
        if existing is not None:
            payload = {"activity": existing.id, "kind": kind.value, "state": existing.state.value}
            tx.log("activity_start_repeated", actor, attempt=attempt, payload=payload)
            return Opening(activity=existing, mine=False)
        facts = gather(tx, attempt, role)
        rollback = facts.release.rollback
        assert rollback is not None, "only rollbacks are opened here"
        decision = decide(facts, tx.now, FOR_PERMIT)
        if decision.allowed:
            permit = _issue_permit(tx, facts, rollback, actor)
            deadline = tx.now + timedelta(seconds=seconds)
            activity = tx.activities.open(permit, activity_id, kind, 1, attempt.digest, worker, deadline)
            log_starting(tx, activity, stage.environment, actor)
            return Opening(activity=activity, mine=True)
        waits = all(blocker.code in _CLEARS for blocker in decision.blockers)
        if not waits:
            _refuse(tx, facts, decision, actor)
    if waits:
        raise HeldBackError(f"its service is not free yet: {decision}")
    raise NotPermittedError(decision)


def _issue_permit(tx: Transaction, facts: Facts, rollback: Rollback, actor: Actor) -> Permit:
    attempt, stage = facts.attempt, replace(facts.stage, policy_hash=facts.policy_hash)
    permit = tx.permits.issue(stage, attempt.digest, tx.permits.next_fencing(), ())
    tx.leases.take(attempt.service, stage.environment, permit)
    before = tx.records.deployed(attempt.service, stage.environment)
    tx.stages.set_previous(attempt.id, stage.role, before)
    payload: JsonObject = {
        "permit": permit.id,
        "digest": permit.digest,
        "fencing": permit.fencing,
        "policy_hash": permit.policy_hash,
        "basis": rollback.basis.value,
        "asked_by": facts.release.requested_by,
        "seconded_by": facts.seconded_by,
        "passed_holds": [hold.id for hold in facts.holds],
    }
    tx.log("permit_issued", actor, attempt=attempt, environment=stage.environment, payload=payload)
    if rollback.condemns:
        _condemn(tx, facts, rollback, actor)
    say_what_it_runs_beside(tx, attempt, stage, actor)
    tx.tell(messages.releases.stage_began(attempt, replace(stage, previous_version=before.version)))
    return permit


def _refuse(tx: Transaction, facts: Facts, decision: Decision, actor: Actor) -> None:
    attempt, stage = facts.attempt, facts.stage
    if stage.ending is None and stage.outcome is None:
        ending = StageOutcome.WITHDRAWN if decision.has("stopped") else StageOutcome.REFUSED
        tx.stages.set_ending(attempt.id, stage.role, ending, str(decision))
    blockers = [f"{blocker.code}: {blocker.message}" for blocker in decision.blockers]
    payload = {"blockers": blockers, "targets": []}
    tx.log("permit_refused", actor, attempt=attempt, environment=stage.environment, payload=payload)


def _condemn(tx: Transaction, facts: Facts, rollback: Rollback, actor: Actor) -> None:
    """What ran is marked bad everywhere; in Prod its service is held for all but the declared fix."""
    release, attempt = facts.release, facts.attempt
    because = f"rolled back in {rollback.environment} by {release.requested_by} ({release.id}): {release.summary}"
    assert rollback.from_version is not None, "it ran"
    assert rollback.from_digest is not None, "`condemns` says so"
    bad = replace(attempt, version=rollback.from_version, digest=rollback.from_digest)
    tx.records.mark_bad(bad, because, release.requested_by)
    payload = {"digest": bad.digest, "version": bad.version, "because": because}
    tx.log("version_marked_bad", actor, attempt=attempt, payload=payload)
    if facts.stage.role is not StageRole.PROD:
        return
    for hold in tx.records.holds_of_failure(rollback.from_release):
        why = f"{release.id} rolls back what it was placed for, and places its own"
        tx.records.lift_hold(hold, actor.id, why)
        lifted = {"hold": hold, "reason": why, "placed_by": "platform"}
        tx.log("hold_lifted", actor, service=attempt.service, environment=rollback.environment, payload=lifted)
    hold_for_failure(tx, attempt, facts.stage, rollback.from_release, f"{bad.version} was {because}", actor)
    tx.tell(messages.rollbacks.condemned(attempt, rollback, attempt_rolled_back(tx, rollback)))
