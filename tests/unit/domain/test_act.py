"""How long work outside may hold the lane, and what of that remains."""

from datetime import timedelta

from slipway.domain.act import act_needs, act_until
from slipway.domain.activity import TurnState
from slipway.domain.service import ActedBy, ActSettings, SmokeSuite
from tests.builders import PROD, a_stage
from tests.facts import NOW, a_turn

HOUR = timedelta(hours=1)
BY_HAND = a_stage(PROD, target=None, smoke=None, act=ActSettings(by=ActedBy.PERSON))
CHECKED = a_stage(PROD, target=None, smoke=SmokeSuite(url="http://x", checks=(), deadline_seconds=60), act=BY_HAND.act)


def test_the_deadline_counts_from_the_turn() -> None:
    assert act_until(BY_HAND, a_turn(taken_at=NOW)) == NOW + HOUR
    assert act_until(BY_HAND, a_turn(TurnState.WAITING)) is None
    assert act_until(BY_HAND, None) is None
    assert act_until(a_stage(PROD), a_turn(taken_at=NOW)) is None


def test_before_the_turn_all_of_it_and_the_check_must_fit_the_window() -> None:
    assert act_needs(BY_HAND, None, NOW) == HOUR
    assert act_needs(CHECKED, None, NOW) == HOUR + timedelta(minutes=1)


def test_after_it_only_what_remains() -> None:
    turn = a_turn(taken_at=NOW)
    assert act_needs(CHECKED, turn, NOW + timedelta(minutes=45)) == timedelta(minutes=16)
    assert act_needs(CHECKED, turn, NOW + 2 * HOUR) == timedelta(minutes=1)
