"""No permit without the turn, and on the live path without the parked slot."""

import pytest

from slipway.domain.activity import TurnState
from slipway.domain.policy.lane_is_ours import check
from tests.builders import DEV
from tests.facts import NOW, a_turn, facts


def test_the_holder_with_a_parked_slot_may_work() -> None:
    assert not list(check(facts(), NOW))


@pytest.mark.parametrize("turn", [None, a_turn(TurnState.WAITING), a_turn(TurnState.FREED)])
def test_whoever_does_not_hold_the_lane_may_not(turn: object) -> None:
    assert [blocker.code for blocker in check(facts(turn=turn), NOW)] == ["no_turn"]


def test_the_slot_must_be_parked_but_not_in_dev() -> None:
    turn = a_turn(slot_parked=False)
    assert [blocker.code for blocker in check(facts(turn=turn), NOW)] == ["slot_not_parked"]
    assert not list(check(facts(DEV, turn=turn), NOW))
