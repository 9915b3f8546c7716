"""A standing hold stops what has not started, until it is over."""

from datetime import timedelta

import pytest

from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility
from slipway.domain.policy.decision import StandingHold
from slipway.domain.policy.no_hold import check, passed_holds
from slipway.domain.release import ChangeKind
from tests.builders import AUTHORITY, platform_rules
from tests.facts import NOW, a_release, facts


@pytest.mark.parametrize("kind", ChangeKind)
@pytest.mark.parametrize("absolute", [False, True])
def test_an_ordinary_hold_lets_urgent_changes_pass_an_absolute_one_nobody(kind: ChangeKind, absolute: bool) -> None:
    hold = StandingHold(id=7, scope="all", reason="incident", placed_by="lena", until=None, absolute=absolute)
    given = facts(holds=(hold,), release=a_release(kind=kind))
    passes = kind is not ChangeKind.STANDARD and not absolute
    assert (not list(check(given, NOW)), passed_holds(given)) == (passes, (7,) if passes else ())


def test_each_hold_is_named_with_who_and_until_when() -> None:
    until = NOW + timedelta(hours=1)
    holds = tuple(StandingHold(id=n, scope="all", reason=f"reason {n}", placed_by="lena", until=until) for n in (1, 2))
    blockers = list(check(facts(holds=holds), NOW))
    assert [(b.code, b.clears_at) for b in blockers] == [("hold", until)] * 2
    assert "reason 2" in blockers[1].message
    assert not list(check(facts(holds=holds), until))


@pytest.mark.parametrize(
    ("scope", "by", "on", "who"),
    [
        (
            "all",
            "rob",
            "on all by rob",
            "rob, or with --reason a senior of any team or above, or second line: slipway hold lift 7",
        ),
        (
            "environment",
            "lena",
            "on environment preprod by",
            "lena, or with --reason a senior of any team or above, or second line: slipway hold lift 7",
        ),
        (
            "service",
            "rob",
            "on service orders by",
            "rob, or with --reason a senior of the owning team or above, or second line: ",
        ),
        (
            "service",
            "platform",
            "on service orders by platform",
            "a senior of the owning team or above, or second line: slipway hold lift 7 --reason …",
        ),
    ],
)
def test_a_hold_says_what_it_binds_and_who_may_lift_it(scope: str, by: str, on: str, who: str) -> None:
    hold = StandingHold(id=7, scope=scope, reason="incident", placed_by=by, until=None)
    lift = AuthorityRule(who=Eligibility(own_team=TeamRole.SENIOR, also=frozenset({Duty.SECOND_LINE})))
    rules = platform_rules(authority={**AUTHORITY, Action.HOLD_LIFT: lift})
    (blocker,) = check(facts(holds=(hold,), platform=rules), NOW)
    assert on in blocker.message
    assert blocker.cleared_by.startswith(who)


def test_the_hold_of_a_failure_says_who_may_not_lift_it_and_what_passes_it() -> None:
    hold = StandingHold(id=7, scope="service", reason="it failed", placed_by="platform", until=None, failed="r5")
    (blocker,) = check(facts(holds=(hold,)), NOW)
    assert ", who did not ask for r5: slipway hold lift 7 --reason …; " in blocker.cleared_by
    assert blocker.cleared_by.endswith("the next attempt of r5, and a release with --fixes r5, pass it")


@pytest.mark.parametrize("kind", ChangeKind)
def test_the_hold_of_an_unverified_release_says_that_its_verdict_is_owed(kind: ChangeKind) -> None:
    reason = "1.0 ended in prod as unverified"
    hold = StandingHold(
        id=7, scope="service", reason=reason, placed_by="platform", until=None, absolute=True, unverified="r1"
    )
    (blocker,) = check(facts(holds=(hold,), release=a_release(id="r2", kind=kind)), NOW)
    assert blocker.code == "verdict_owed"
    assert "slipway verdict r1 pass|fail" in blocker.cleared_by
