"""A standing hold stops what has not started, until it is over."""

from datetime import timedelta

from slipway.domain.policy.decision import StandingHold
from slipway.domain.policy.no_hold import check
from tests.facts import NOW, facts


def test_each_hold_is_named_with_who_and_until_when() -> None:
    until = NOW + timedelta(hours=1)
    holds = tuple(StandingHold(id=n, scope="all", reason=f"reason {n}", placed_by="lena", until=until) for n in (1, 2))
    blockers = list(check(facts(holds=holds), NOW))
    assert [(b.code, b.clears_at) for b in blockers] == [("hold", until)] * 2
    assert "reason 2" in blockers[1].message
    assert not list(check(facts(holds=holds), until))
