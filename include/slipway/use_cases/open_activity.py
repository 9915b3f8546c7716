"""Opens a piece of outside work: the permit's full re-check, the lease, and the activity's row, in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from slipway.domain import messages
from slipway.domain.activity import Activity, ActivityKind, Permit, Worker, why_not_next
from slipway.domain.errors import HeldBackError, RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.policy.decide import FOR_PERMIT, RENEWABLE, decide
from slipway.domain.policy.decision import Blocker, Decision, Facts
from slipway.domain.policy.next_attempt import by_next_attempt
from slipway.domain.policy.no_hold import passed_holds
from slipway.domain.policy.targets_agree import TRANSIENT, passes_drift_because
from slipway.domain.release import StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.way_back_rehearsal import brought_by
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.ask_targets import Answers, ask_targets, record_drift, still_valid, void_disproved
from slipway.use_cases.contain_emergencies import look_again
from slipway.use_cases.facts import gather
from slipway.use_cases.in_place_of_nothing import what_ran_before
from slipway.use_cases.overtake import lock_to_overtake, overtake_service
from slipway.use_cases.world import World

LOOK_EVERY = timedelta(seconds=5)
"""How long before a target that gave no clear answer is asked again."""


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


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """The activity to open."""

    attempt_id: str
    role: StageRole
    kind: ActivityKind
    id: str
    worker: Worker
    seconds: float
    actor: Actor
    number: int


@dataclass(frozen=True, kw_only=True)
class _Wait:
    """Since when targets are asked, and how often again."""

    since: datetime
    asked_again: int = 0

    def lasted(self, until: datetime) -> timedelta:
        """By the clock, or by the number of times."""
        return max(self.asked_again * LOOK_EVERY, until - self.since)


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
    number: int = 1,
) -> Opening:
    """Migrate, deploy or act. Raises NotPermittedError, which is in the log and ends the stage.

    Raises HeldBackError while a rescue runs, which nobody waits for in here (see `await_rescue`), and where a target
    gives no clear answer to somebody who asks from outside: no request lasts that long. `number` counts what a stage
    does of one kind."""
    wanted = _Wanted(
        attempt_id=attempt_id,
        role=role,
        kind=kind,
        id=activity_id,
        worker=worker,
        seconds=seconds,
        actor=actor,
        number=number,
    )
    look_again(world, attempt_id, role, actor)
    answers = ask_targets(world, attempt_id, role)
    wait = _Wait(since=answers.at)
    while True:
        opening = _open(world, wanted, answers, wait)
        if isinstance(opening, Opening):
            return opening
        if isinstance(opening, Decision):
            raise NotPermittedError(opening)
        if isinstance(opening, HeldBackError):
            raise opening
        wait = opening
        world.sleep(LOOK_EVERY.total_seconds())
        answers = ask_targets(world, attempt_id, role)


def _open(world: World, wanted: _Wanted, answers: Answers, wait: _Wait) -> Opening | Decision | HeldBackError | _Wait:
    """Opened, refused, or to be tried again: when a rescue has ended, or since a target may yet answer."""
    role, kind, actor = wanted.role, wanted.kind, wanted.actor
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(wanted.attempt_id)
        stage = tx.stages.lock(attempt.id, role)
        lock_to_overtake(tx, attempt, tx.leases.live(attempt.service, stage.environment))
        permit = tx.permits.find(attempt.id, role)
        before = tx.activities.of_stage(attempt.id, role)
        existing = next((a for a in before if (a.kind, a.number) == (kind, wanted.number)), None)
        if existing is not None:
            payload = {"activity": existing.id, "kind": kind.value, "state": existing.state.value}
            tx.log("activity_start_repeated", actor, attempt=attempt, payload=payload)
            return Opening(activity=existing, mine=False)
        facts = replace(gather(tx, attempt, role), sightings=still_valid(tx, attempt.service, answers.sightings))
        decision = _may_work(facts, permit, tx.now, why_not_next(before, kind))
        if decision.allowed:
            permit = permit or _issue_permit(tx, facts, actor)
            deadline = tx.now + timedelta(seconds=wanted.seconds)
            digest = brought_by(attempt, stage, kind, wanted.number)
            activity = tx.activities.open(permit, wanted.id, kind, wanted.number, digest, wanted.worker, deadline)
            log_starting(tx, activity, facts.stage.environment, actor)
            return Opening(activity=activity, mine=True)
        if held_back_by_a_rescue(decision):
            _log_blockers(tx, "start_held_back", facts, decision, actor)
            return HeldBackError(f"held back: {_rescues(decision)}; ask again when it has ended")
        if _may_clear_by_itself(facts, decision, wait.lasted(answers.at)):
            if kind is ActivityKind.ACT:
                _log_blockers(tx, "start_held_back", facts, decision, actor)
                return HeldBackError(f"held back, and nothing is begun: {decision}. Ask again when it has cleared")
            if not wait.asked_again:
                _log_blockers(tx, "target_asked_again", facts, decision, actor)
            return replace(wait, asked_again=wait.asked_again + 1)
        _refuse(tx, facts, decision, permit, actor)
        return decision


def log_starting(tx: Transaction, activity: Activity, environment: str, actor: Actor) -> None:
    """Writes that outside work begins, before it does."""
    attempt = tx.releases.attempt(activity.attempt_id)
    payload = {
        "activity": activity.id,
        "number": activity.number,
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
        blockers.append(Blocker(code="out_of_order", message=out_of_order, cleared_by=by_next_attempt(facts)))
    return Decision(blockers=tuple(blockers))


def held_back_by_a_rescue(decision: Decision) -> bool:
    """Its own service may be the one that is being brought back: then it is busy for as long."""
    ends_with_it = _CLEARS_BY_ITSELF | {_RESCUE}
    return decision.has(_RESCUE) and all(blocker.code in ends_with_it for blocker in decision.blockers)


def _rescues(decision: Decision) -> str:
    return "; ".join(blocker.message for blocker in decision.blockers if blocker.code == _RESCUE)


def _may_clear_by_itself(facts: Facts, decision: Decision, waited: timedelta) -> bool:
    patience = timedelta(seconds=facts.platform.target_patience_seconds)
    return waited < patience and all(blocker.code in _CLEARS_BY_ITSELF for blocker in decision.blockers)


_RESCUE = "rescue_running"
_CLEARS_BY_ITSELF = TRANSIENT | {"service_busy"}
"""Busy in spite of the turn is only a service that was to be overtaken, and is about to be brought back instead."""
_STOPS_A_STAGE_AT_WORK = frozenset(
    {"attempt_ended", "stage_ended", "stopped", "no_turn", "service_busy", "quarantined"}
)


def _issue_permit(tx: Transaction, facts: Facts, actor: Actor) -> Permit:
    attempt, stage = facts.attempt, facts.stage
    assert facts.turn is not None, "lane_is_ours checked it"
    assert facts.turn.fencing is not None, "whoever holds a lane has a fencing number"
    overtaken = overtake_service(tx, facts, actor)
    permit = tx.permits.issue(
        replace(stage, policy_hash=facts.policy_hash), attempt.digest, facts.turn.fencing, facts.grants
    )
    tx.leases.take(attempt.service, stage.environment, permit)
    before = what_ran_before(stage, tx.records.deployed(attempt.service, stage.environment))
    tx.stages.set_previous(attempt.id, stage.role, before)
    payload = {
        "permit": permit.id,
        "digest": permit.digest,
        "fencing": permit.fencing,
        "policy_hash": permit.policy_hash,
        "grants": [grant.id for grant in facts.grants],
        "passed_holds": list(passed_holds(facts)),
        "targets": _answers(facts),
        "overtakes": overtaken,
    }
    drifted = {sighting.environment for sighting in facts.sightings if sighting.drifted}
    if stage.role is StageRole.PROD and stage.environment in drifted:
        payload["goes_on_because"] = passes_drift_because(facts.release)
    record_drift(tx, facts, actor)
    tx.log("permit_issued", actor, attempt=attempt, environment=stage.environment, payload=payload)
    if stage.role.on_live_path and stage.definition.act is None:
        tx.tell(messages.releases.stage_began(attempt, replace(stage, previous_version=before.version)))
    return permit


def _refuse(tx: Transaction, facts: Facts, decision: Decision, permit: Permit | None, actor: Actor) -> None:
    attempt, stage = facts.attempt, facts.stage
    if permit is None and stage.ending is None and stage.outcome is None:
        tx.stages.set_ending(attempt.id, stage.role, _ending(decision), str(decision))
    record_drift(tx, facts, actor)
    void_disproved(tx, facts, decision)
    _log_blockers(tx, "permit_refused", facts, decision, actor)


def _ending(decision: Decision) -> StageOutcome:
    if decision.has("stopped"):
        return StageOutcome.WITHDRAWN
    if decision.has("newer_attempt"):
        return StageOutcome.SUPERSEDED
    if decision.has("live_drift"):
        return StageOutcome.REFUSED
    return StageOutcome.RENEWED if decision.has(*RENEWABLE) else StageOutcome.REFUSED


def _log_blockers(tx: Transaction, kind: str, facts: Facts, decision: Decision, actor: Actor) -> None:
    blockers = [f"{blocker.code}: {blocker.message}" for blocker in decision.blockers]
    payload = {"blockers": blockers, "targets": _answers(facts)}
    tx.log(kind, actor, attempt=facts.attempt, environment=facts.stage.environment, payload=payload)


def _answers(facts: Facts) -> list[JsonObject]:
    return [sighting.as_json() for sighting in facts.sightings]
