"""Takes the turn of a stage in its lane: first in line without blockers, or says what it waits for (R12)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from slipway.domain import messages
from slipway.domain.activity import TurnState, lane_of
from slipway.domain.policy import contains_emergencies, grants_count, migrations_are_proven, proof_holds
from slipway.domain.policy.decide import RENEWABLE, decide
from slipway.domain.policy.decision import Blocker, Decision, Facts
from slipway.domain.release import Attempt, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.announce_beforehand import announced
from slipway.use_cases.contain_emergencies import look_again
from slipway.use_cases.facts import gather, release_of
from slipway.use_cases.overtake import lock_to_overtake, overtake_lane
from slipway.use_cases.who_is_ahead import who_is_ahead
from slipway.use_cases.world import World

FINAL = (
    contains_emergencies.CODES
    | migrations_are_proven.FINAL
    | {
        *("attempt_ended", "stage_ended", "stopped", "not_proven", "grant_missing", "bad_version"),
        "newer_attempt",
        *("artefact_differs", "exception_over"),
    }
)
"""Blockers that no waiting clears: the stage is refused."""


_ENDED_BY_PEOPLE = frozenset({"hold", "verdict_owed"})


class TurnAnswer(StrEnum):
    """What `take_turn` came to."""

    NOT_NEEDED = "not_needed"
    TAKEN = "taken"
    WAIT = "wait"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class TurnResult:
    """The answer, with what stands in the way and when to look again at the latest."""

    answer: TurnAnswer
    lane: str
    blockers: tuple[Blocker, ...] = ()
    look_again_at: datetime | None = None
    outcome: StageOutcome | None = None


def take_turn(world: World, attempt_id: str, role: StageRole, actor: Actor) -> TurnResult:
    """Queues the stage if it is not queued, and takes the lane if it is free and nobody without blockers is ahead."""
    look_again(world, attempt_id, role, actor)
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        lane = lane_of(role, attempt.service)
        stage = tx.stages.get(attempt_id, role)
        if (stage.outcome is not None and stage.outcome.has_no_work) or _is_rescue(tx, attempt):
            return TurnResult(answer=TurnAnswer.NOT_NEEDED, lane=lane)
        tx.turns.lock_lane(lane)
        lock_to_overtake(tx, attempt, tx.turns.holder(lane))
        facts = gather(tx, attempt, role)
        decision = decide(facts, tx.now)
        turn = facts.turn
        if turn is not None and turn.state is TurnState.HOLDING and not decision.has("stage_ended", "stopped"):
            return TurnResult(answer=TurnAnswer.TAKEN, lane=lane)
        if _was_overtaken(tx, facts) and not decision.has("stage_ended", "stopped"):
            return TurnResult(answer=TurnAnswer.NOT_NEEDED, lane=lane)  # it goes on without the lane
        ended = _end_if_hopeless(tx, facts, decision, actor)
        if ended is not None:
            return TurnResult(answer=TurnAnswer.ENDED, lane=lane, blockers=decision.blockers, outcome=ended)
        facts = announced(tx, facts, actor)
        decision = decide(facts, tx.now)
        is_new = turn is None or turn.state is TurnState.FREED
        if is_new:
            _enqueue(tx, facts, decision, actor)
        blockers = (*decision.blockers, *who_is_ahead(tx, facts))
        if is_new and blockers:
            _tell_its_place(tx, facts, lane, blockers)
        if blockers:
            return TurnResult(
                answer=TurnAnswer.WAIT,
                lane=lane,
                blockers=blockers,
                look_again_at=_next_look(facts, blockers, tx.now),
            )
        mine, holder = tx.turns.find(attempt_id, role), facts.lane_holder
        assert mine is not None, "queued above"
        if holder is not None:
            overtake_lane(tx, facts, mine, holder, actor)
        taken = tx.turns.take(mine.id)
        payload = {
            "lane": lane,
            "fencing": taken.fencing,
            "waited_since": taken.ready_at.isoformat(),
            "overtakes": holder.attempt_id if holder else None,
        }
        tx.log("turn_taken", actor, attempt=attempt, environment=stage.environment, payload=payload)
        return TurnResult(answer=TurnAnswer.TAKEN, lane=lane)


def _is_rescue(tx: Transaction, attempt: Attempt) -> bool:
    """It takes its service only, and waits in no queue."""
    rollback = release_of(tx, attempt).rollback if attempt.is_rollback else None
    return rollback is not None and rollback.is_rescue


def _was_overtaken(tx: Transaction, facts: Facts) -> bool:
    """Its work is done and its lane is somebody else's: nothing that would end a stage that waits ends it."""
    freed = facts.turn is not None and facts.turn.state is TurnState.FREED
    return freed and tx.permits.find(facts.attempt.id, facts.stage.role) is not None


def may_go_on(world: World, attempt_id: str, role: StageRole) -> bool:
    """Whether a waiting stage should be woken: its turn has come, or it must end. Reads only."""
    with world.store.transaction() as tx:
        attempt = tx.releases.attempt(attempt_id)
        if attempt is None:
            return True
        facts = gather(tx, attempt, role)
        decision = decide(facts, tx.now)
        if decision.has(*FINAL, *RENEWABLE):
            return True
        return decision.allowed and not who_is_ahead(tx, facts)


def _enqueue(tx: Transaction, facts: Facts, decision: Decision, actor: Actor) -> None:
    release, stage = facts.release, facts.stage
    ready_at = tx.grants.first_authorised(release.id, stage.environment) or tx.now
    lane = lane_of(stage.role, release.service)
    tx.turns.enqueue(lane, facts.attempt.id, stage.role, release.kind.rank, ready_at)
    payload = {"lane": lane, "blockers": [blocker.code for blocker in decision.blockers]}
    tx.log("turn_queued", actor, attempt=facts.attempt, environment=stage.environment, payload=payload)
    for blocker in decision.blockers:
        if blocker.code == "never_fits":
            tx.tell(messages.queue.never_fits(facts.attempt, stage.role, blocker.message))


def _tell_its_place(tx: Transaction, facts: Facts, lane: str, blockers: Sequence[Blocker]) -> None:
    """Once: where people wait for each other, and in Dev where what somebody wants in live waits for a person."""
    if not facts.stage.role.on_live_path:
        if facts.release.to.on_live_path and any(one.code in _ENDED_BY_PEOPLE for one in blockers):
            tx.tell(messages.queue.waits_in_dev(facts.attempt, facts.stage, blockers))
        return
    line = [(turn.attempt_id, turn.role) for turn in tx.turns.waiting(lane)]
    place = 1 + line.index((facts.attempt.id, facts.stage.role))
    tx.tell(messages.queue.waits(facts.attempt, facts.stage, place, blockers))


def _end_if_hopeless(tx: Transaction, facts: Facts, decision: Decision, actor: Actor) -> StageOutcome | None:
    """What can't be cleared by waiting ends the stage: renewed where new approvals or a new proof help."""
    ending = _ending(facts, decision)
    if ending is None:
        return None
    tx.stages.set_ending(facts.attempt.id, facts.stage.role, ending, str(decision))
    payload = {"ending": ending.value, "blockers": [f"{b.code}: {b.message}" for b in decision.blockers]}
    tx.log("turn_ended", actor, attempt=facts.attempt, environment=facts.stage.environment, payload=payload)
    tx.wake()
    return ending


def _ending(facts: Facts, decision: Decision) -> StageOutcome | None:
    if facts.stage.ending is not None or facts.stage.outcome is not None:
        return facts.stage.ending or facts.stage.outcome
    if decision.has("stopped"):
        return StageOutcome.WITHDRAWN
    if decision.has("newer_attempt"):
        return StageOutcome.SUPERSEDED
    if decision.has(*FINAL):
        return StageOutcome.REFUSED
    if decision.has(*RENEWABLE):
        return StageOutcome.RENEWED
    return None


def _next_look(facts: Facts, blockers: tuple[Blocker, ...], now: datetime) -> datetime:
    """The earliest instant at which something known changes: a blocker clears, or a grant or proof expires."""
    instants = [blocker.clears_at for blocker in blockers if blocker.clears_at is not None]
    rules = (grants_count, proof_holds, migrations_are_proven)
    expiries = [rule.earliest_expiry(facts) for rule in rules]
    later = [instant for instant in (*instants, *expiries) if instant is not None and instant > now]
    return min(later, default=now + timedelta(hours=1))
