"""The histories find what they are for: each of these faults, planted in the use cases, makes one of them fail (R12).

The faults are those that only show where several releases meet: a rescue beside another release, an emergency that
takes over, a place in the queue that outlives its grants. A change of the weights that lets them come up too rarely
fails here, and not by passing ten thousand histories that look at nothing.
"""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from slipway.domain.policy import no_rescue_runs
from slipway.domain.policy.decide import BEFORE_TURN, FOR_PERMIT, decide
from slipway.use_cases.overtake import overtake_lane
from tests.fakes.release_store import MemoryGrants
from tests.integration.interleavings.compare import DifferentError, in_memory, play
from tests.integration.interleavings.play import Player

HISTORIES = 1_000
Patch = pytest.MonkeyPatch


def a_rescue_holds_nobody_back(patch: Patch) -> None:
    for_turn, for_permit = ([r for r in rules if r is not no_rescue_runs.check] for rules in (BEFORE_TURN, FOR_PERMIT))
    patch.setattr(decide, "__defaults__", (for_turn,))
    patch.setattr("slipway.use_cases.open_activity.FOR_PERMIT", for_permit)


def the_lane_is_given_twice(patch: Patch) -> None:
    patch.setattr("slipway.use_cases.take_turn.who_is_ahead", lambda *_: ())
    patch.setattr("slipway.use_cases.take_turn.overtake_lane", lambda *_: None)


def a_waiter_is_lost_at_overtaking(patch: Patch) -> None:
    def overtake_and_lose(tx, facts, mine, holder, actor):
        overtake_lane(tx, facts, mine, holder, actor)
        for other in tx.turns.waiting(mine.lane):
            if other.id != mine.id:
                tx.turns.free(other.attempt_id, other.role)

    patch.setattr("slipway.use_cases.take_turn.overtake_lane", overtake_and_lose)


def a_renewed_attempt_goes_to_the_end_of_the_queue(patch: Patch) -> None:
    def last_authorised(self, release_id, environment):
        return max(self.authorised(release_id, environment), default=None)

    patch.setattr(MemoryGrants, "first_authorised", last_authorised)


def overtaking_on_the_same_service_leaves_the_lease(patch: Patch) -> None:
    patch.setattr("slipway.use_cases.open_activity.overtake_service", lambda *_: None)


FAULTS = (
    a_rescue_holds_nobody_back,
    the_lane_is_given_twice,
    a_waiter_is_lost_at_overtaking,
    a_renewed_attempt_goes_to_the_end_of_the_queue,
    overtaking_on_the_same_service_leaves_the_lease,
)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(plant: Callable[[Patch], None], monkeypatch: Patch) -> None:
    plant(monkeypatch)
    with tempfile.TemporaryDirectory() as folder:
        make, look = in_memory(Path(folder))
        assert any(differs(seed, make, look) for seed in range(HISTORIES))


def differs(seed: int, make: Callable[[datetime], Player], look: Callable[[], None]) -> bool:
    try:
        play(seed, make, look)
    except DifferentError:
        return True
    return False
