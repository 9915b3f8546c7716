"""The queue of the live lane: position, age, expected start, overtakes with their reason, who holds it (R12)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from slipway.domain.act import act_needs
from slipway.domain.activity import LIVE_LANE, Turn
from slipway.domain.expected_start import Expected, InLine, expected_starts, lane_free, nine_in_ten
from slipway.domain.json_value import JsonObject
from slipway.domain.policy import grants_count, migrations_are_proven, proof_holds
from slipway.domain.policy.decide import decide
from slipway.domain.policy.decision import Blocker, Decision, Facts
from slipway.domain.release import Release
from slipway.ports.store import ReleaseStore, Transaction
from slipway.use_cases.facts import gather

OF_THE_WINDOW = frozenset({"window_closed", "window_too_short"})
"""Blockers whose end is looked for anew from the instant at which the lane comes free."""


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
    expected: Expected
    """When it may be expected to start; of the holder, when the lane may be expected to be free."""
    overtakes: tuple[str, ...]
    """Attempts that were ready before it and go after it; of the holder, also those whose lane it took over."""
    why_overtakes: str
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
            "expected_start": self.expected.at if self.position else None,
            "expected_end": None if self.position else self.expected.at,
            "at_the_latest": self.expected.at_the_latest,
            "unknown_because": self.expected.because,
            "blockers": [asdict(blocker) for blocker in self.decision.blockers],
            "overtakes": list(self.overtakes),
            "why_overtakes": self.why_overtakes,
            "slot_parked": self.slot_parked,
        }


def show_queue(store: ReleaseStore, lane: str = LIVE_LANE) -> Sequence[QueuePlace]:
    """The holder, if there is one, then who waits, first in line first."""
    with store.transaction() as tx:
        holder = tx.turns.holder(lane)
        waiting = [_Waiting.of(tx, turn) for turn in tx.turns.waiting(lane)]
        turns = [one.turn for one in waiting]
        places = []
        free = Expected(at=tx.now)
        if holder is not None:
            facts = _facts(tx, holder)
            free = lane_free(tx.now, _in_line(tx, facts, Decision(blockers=())), holder.taken_at or tx.now)
            overtakes = [*_taken_from(tx, holder), *_gone_before(holder, turns, facts)]
            places.append(_place(facts, holder, 0, Decision(blockers=()), free, overtakes, tx.now))
        starts = expected_starts(free, [one.in_line for one in waiting])
        for position, (one, start) in enumerate(zip(waiting, starts, strict=True), start=1):
            overtakes = _gone_before(one.turn, turns[position:], one.facts)
            places.append(_place(one.facts, one.turn, position, one.decision, start, overtakes, tx.now))
        return places


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """A turn that waits, with what the decision says about its stage."""

    turn: Turn
    facts: Facts
    decision: Decision
    in_line: InLine

    @classmethod
    def of(cls, tx: Transaction, turn: Turn) -> "_Waiting":
        facts = _facts(tx, turn)
        decision = decide(facts, tx.now)
        return cls(turn=turn, facts=facts, decision=decision, in_line=_in_line(tx, facts, decision))


def _facts(tx: Transaction, turn: Turn) -> Facts:
    attempt = tx.releases.attempt(turn.attempt_id)
    assert attempt is not None, "a turn refers to its attempt by foreign key"
    return gather(tx, attempt, turn.role)


@dataclass(frozen=True, kw_only=True)
class _Overtake:
    attempt_id: str
    why: str


def _taken_from(tx: Transaction, holder: Turn) -> list[_Overtake]:
    return [
        _Overtake(attempt_id=one.attempt_id, why=f"{one.because}; what it took the lane from is watched on without it")
        for one in tx.turns.overtaken_by(holder.id)
    ]


def _gone_before(turn: Turn, behind: Sequence[Turn], facts: Facts) -> list[_Overtake]:
    first = f"{facts.release.kind} changes go first"
    not_ready = "what was ready earlier could not start when the lane came free"
    return [
        _Overtake(attempt_id=later.attempt_id, why=first if later.rank < turn.rank else not_ready)
        for later in behind
        if later.ready_at < turn.ready_at
    ]


def _place(
    facts: Facts,
    turn: Turn,
    position: int,
    decision: Decision,
    expected: Expected,
    overtakes: Sequence[_Overtake],
    now: datetime,
) -> QueuePlace:
    return QueuePlace(
        position=position,
        release=facts.release,
        attempt_id=facts.attempt.id,
        version=facts.attempt.version,
        environment=facts.stage.environment,
        ready_at=turn.ready_at,
        age_seconds=(now - turn.ready_at).total_seconds(),
        decision=decision,
        expected=expected,
        overtakes=tuple(one.attempt_id for one in overtakes),
        why_overtakes="; ".join(dict.fromkeys(one.why for one in overtakes)),
        slot_parked=turn.slot_parked,
    )


def _in_line(tx: Transaction, facts: Facts, decision: Decision) -> InLine:
    service, environment = facts.release.service, facts.stage.environment
    definition = facts.stage.definition
    seen = nine_in_ten(tx.turns.seconds_held(service, environment))
    rules = (grants_count, proof_holds, migrations_are_proven)
    expiries = [rule.earliest_expiry(facts) for rule in rules]
    return InLine(
        attempt_id=facts.attempt.id,
        where=f"{service} in {environment}",
        ready=_ready(facts, decision, tx.now),
        first_fit=lambda at: at if facts.release.kind.rank else facts.calendar.first_fit(at, facts.stage_needs),
        lasts=seen if definition.act is None else act_needs(definition, None, tx.now),
        expires_at=min((one for one in expiries if one is not None), default=None),
        waits_for_an_act=definition.act is not None,
    )


def _ready(facts: Facts, decision: Decision, now: datetime) -> Expected:
    """When the last of its own blockers clears; unknown because of the first whose end nobody knows."""
    own = [b for b in decision.blockers if b.code not in OF_THE_WINDOW and not _ends_with_the_lane(facts, b)]
    endless = next((blocker for blocker in own if blocker.clears_at is None), None)
    if endless is not None:
        return Expected(because=f"{endless.code}: {endless.message}")
    return Expected(at=max((b.clears_at for b in own if b.clears_at is not None), default=now))


def _ends_with_the_lane(facts: Facts, blocker: Blocker) -> bool:
    held, lease = facts.lane_holder, facts.lease
    works = held is not None and lease is not None and (held.attempt_id, held.role) == (lease.attempt_id, lease.role)
    return blocker.code == "service_busy" and works
