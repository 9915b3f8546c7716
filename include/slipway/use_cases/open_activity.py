"""Opens a piece of outside work: the permit's full re-check, the lease, and the activity's row, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from slipway.domain.activity import Activity, ActivityKind, Permit, Worker, why_not_next
from slipway.domain.errors import RefusedError
from slipway.domain.policy.decide import FOR_PERMIT, decide
from slipway.domain.policy.decision import Blocker, Decision, Facts
from slipway.domain.policy.grants_count import RENEWABLE
from slipway.domain.policy.no_hold import passed_holds
from slipway.domain.release import StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import Actor, Transaction
from slipway.use_cases.facts import gather
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Opening:
    """`mine`: opened just now, do the work. Else somebody opened it before: settle, never repeat."""

    activity: Activity
    mine: bool


class NotPermittedError(RefusedError):
    """The re-check at the last instant said no; nothing was touched."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.blockers[0].code, f"no permit: {decision}")
        self.decision = decision


def open_activity(
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
    """Migrate or deploy. Raises NotPermittedError, which is in the log and ends the stage."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        tx.stages.lock(attempt_id, role)
        permit = tx.permits.find(attempt_id, role)
        before = tx.activities.of_stage(attempt_id, role)
        existing = next((a for a in before if a.kind is kind), None)
        if existing is not None:
            payload = {"activity": existing.id, "kind": kind.value, "state": existing.state.value}
            tx.log("activity_start_repeated", actor, attempt=attempt, payload=payload)
            return Opening(activity=existing, mine=False)
        facts = gather(tx, attempt, role)
        decision = _may_work(facts, permit, tx.now, why_not_next(before, kind))
        if not decision.allowed:
            _refuse(tx, facts, decision, permit, actor)
        else:
            permit = permit or _issue_permit(tx, facts, actor)
            deadline = tx.now + timedelta(seconds=seconds)
            activity = tx.activities.open(permit, activity_id, kind, 1, attempt.digest, worker, deadline)
            log_starting(tx, activity, facts.stage.environment, actor)
    if not decision.allowed:
        raise NotPermittedError(decision)
    return Opening(activity=activity, mine=True)


def log_starting(tx: Transaction, activity: Activity, environment: str, actor: Actor) -> None:
    """Writes that outside work begins, before it does."""
    attempt = tx.releases.attempt(activity.attempt_id)
    payload = {
        "activity": activity.id,
        "digest": activity.digest,
        "fencing": activity.fencing,
        "deadline": activity.deadline.isoformat(),
        "task_instance": activity.worker.task_instance,
    }
    tx.log(f"{activity.kind}_started", actor, attempt=attempt, environment=environment, payload=payload)


def _may_work(facts: Facts, permit: Permit | None, now: datetime, out_of_order: str | None) -> Decision:
    """The full check before the permit; after it the permit stands unless the stage ended, failed or was stopped."""
    decision = decide(facts, now, FOR_PERMIT)
    if permit is None:
        return decision
    blockers = [b for b in decision.blockers if b.code in _STOPS_A_STAGE_AT_WORK]
    if out_of_order is not None:
        blockers.append(Blocker(code="out_of_order", message=out_of_order, cleared_by="a new attempt: slipway retry"))
    return Decision(blockers=tuple(blockers))


_STOPS_A_STAGE_AT_WORK = frozenset(
    {"attempt_ended", "stage_ended", "stopped", "no_turn", "service_busy", "quarantined"}
)


def _issue_permit(tx: Transaction, facts: Facts, actor: Actor) -> Permit:
    attempt, stage = facts.attempt, facts.stage
    assert facts.turn is not None, "lane_is_ours checked it"
    assert facts.turn.fencing is not None, "whoever holds a lane has a fencing number"
    permit = tx.permits.issue(
        replace(stage, policy_hash=facts.policy_hash), attempt.digest, facts.turn.fencing, facts.grants
    )
    tx.leases.take(attempt.service, stage.environment, permit)
    tx.stages.set_previous(attempt.id, stage.role, tx.records.deployed(attempt.service, stage.environment))
    payload = {
        "permit": permit.id,
        "digest": permit.digest,
        "fencing": permit.fencing,
        "policy_hash": permit.policy_hash,
        "grants": [grant.id for grant in facts.grants],
        "passed_holds": list(passed_holds(facts)),
    }
    tx.log("permit_issued", actor, attempt=attempt, environment=stage.environment, payload=payload)
    return permit


def _refuse(tx: Transaction, facts: Facts, decision: Decision, permit: Permit | None, actor: Actor) -> None:
    attempt, stage = facts.attempt, facts.stage
    if permit is None and stage.ending is None and stage.outcome is None:
        ending = StageOutcome.RENEWED if decision.has(*RENEWABLE, "preprod_moved_on") else StageOutcome.REFUSED
        ending = StageOutcome.WITHDRAWN if decision.has("stopped") else ending
        tx.stages.set_ending(attempt.id, stage.role, ending, str(decision))
    payload = {"blockers": [f"{b.code}: {b.message}" for b in decision.blockers]}
    tx.log("permit_refused", actor, attempt=attempt, environment=stage.environment, payload=payload)
