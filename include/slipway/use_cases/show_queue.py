"""The queue of the live lane: position, age, expected start, overtakes with their reason, who holds it (R12)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from slipway.domain.activity import LIVE_LANE, Turn
from slipway.domain.json_value import JsonObject
from slipway.domain.policy.decide import decide
from slipway.domain.policy.decision import Decision, Facts
from slipway.domain.release import Release
from slipway.ports.store import ReleaseStore, Transaction
from slipway.use_cases.facts import gather


@dataclass(frozen=True, kw_only=True)
class QueuePlace:
    """One stage in the queue, or the one that holds the lane (`position` 0)."""

    position: int
    release: Release
    attempt_id: str
    version: str
    environment: str
    ready_at: datetime
    age_seconds: float
    decision: Decision
    expected_start: datetime | None
    """When its own blockers clear, as far as that is known; None where nobody knows."""
    overtakes: tuple[str, ...] = ()
    """Attempts that were ready before it and still go after it; of the holder: those whose lane it took over."""
    why_overtakes: str = ""
    slot_parked: bool

    def as_json(self) -> JsonObject:
        """For REST and `--json`; `state` is holding or waiting."""
        return {
            "position": self.position,
            "state": "waiting" if self.position else "holding",
            "release_id": self.release.id,
            "attempt": self.attempt_id,
            "service": self.release.service,
            "version": self.version,
            "environment": self.environment,
            "change_kind": self.release.kind.value,
            "at": self.ready_at,
            "age_seconds": round(self.age_seconds),
            "expected_start": self.expected_start,
            "blockers": [asdict(blocker) for blocker in self.decision.blockers],
            "overtakes": list(self.overtakes),
            "why_overtakes": self.why_overtakes,
            "slot_parked": self.slot_parked,
        }


def show_queue(store: ReleaseStore, lane: str = LIVE_LANE) -> Sequence[QueuePlace]:
    """The holder, if there is one, then who waits, first in line first."""
    with store.transaction() as tx:
        holder, waiting = tx.turns.holder(lane), tx.turns.waiting(lane)
        places = [_holder(tx, holder)] if holder else []
        for position, turn in enumerate(waiting, start=1):
            places.append(_waiter(tx, turn, position, waiting[position:]))
        return places


def _holder(tx: Transaction, turn: Turn) -> QueuePlace:
    overtaken = tx.turns.overtaken_by(turn.id)
    why = next((f"{one.because}; what it took the lane from is watched on without it" for one in overtaken), "")
    place = _place(tx, turn, 0)
    return replace(place, overtakes=tuple(one.attempt_id for one in overtaken), why_overtakes=why)


def _waiter(tx: Transaction, turn: Turn, position: int, behind: Sequence[Turn]) -> QueuePlace:
    overtaken = tuple(later.attempt_id for later in behind if later.ready_at < turn.ready_at)
    place = _place(tx, turn, position)
    why = f"{place.release.kind} changes go first" if overtaken else ""
    return replace(place, overtakes=overtaken, why_overtakes=why)


def _place(tx: Transaction, turn: Turn, position: int) -> QueuePlace:
    attempt = tx.releases.attempt(turn.attempt_id)
    assert attempt is not None, "a turn refers to its attempt by foreign key"
    facts = gather(tx, attempt, turn.role)
    decision = decide(facts, tx.now) if position else Decision(blockers=())
    return QueuePlace(
        position=position,
        release=facts.release,
        attempt_id=attempt.id,
        version=attempt.version,
        environment=facts.stage.environment,
        ready_at=turn.ready_at,
        age_seconds=(tx.now - turn.ready_at).total_seconds(),
        decision=decision,
        expected_start=_expected_start(decision, position, facts, tx.now),
        slot_parked=turn.slot_parked,
    )


def _expected_start(decision: Decision, position: int, facts: Facts, now: datetime) -> datetime | None:
    if position == 0:
        return None
    if decision.allowed:
        return now if position == 1 and facts.lane_holder is None else None
    instants = [blocker.clears_at for blocker in decision.blockers]
    known = [instant for instant in instants if instant is not None]
    return max(known) if len(known) == len(instants) else None
