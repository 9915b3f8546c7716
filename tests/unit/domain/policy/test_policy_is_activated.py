"""Files that say otherwise than the policy in effect hold back Preprod and Prod, and name what differs."""

import pytest

from slipway.domain.policy.policy_is_activated import check
from slipway.domain.release import ChangeKind
from slipway.domain.service import StageRole
from tests.builders import DEV, PREPROD, PROD
from tests.facts import NOW, a_release, facts

DIFFERS = ("its team (ordering -> forms)", "the rules for prod")


@pytest.mark.parametrize("role", [PREPROD, PROD])
def test_what_differs_and_who_clears_it_is_said(role: StageRole) -> None:
    (blocker,) = check(facts(role, not_activated=DIFFERS), NOW)
    assert (blocker.code, blocker.clears_at) == ("policy_not_activated", None)
    assert "its team (ordering -> forms); the rules for prod" in blocker.message
    assert "slipway policy activate" in blocker.cleared_by


def test_nothing_differs_and_nothing_stands_in_the_way() -> None:
    assert list(check(facts(PROD), NOW)) == []


def test_dev_goes_on() -> None:
    assert list(check(facts(DEV, not_activated=DIFFERS), NOW)) == []


def test_an_emergency_does_not_pass_it_either() -> None:
    urgent = a_release(kind=ChangeKind.EMERGENCY)
    assert [b.code for b in check(facts(PROD, release=urgent, not_activated=DIFFERS), NOW)] == ["policy_not_activated"]
