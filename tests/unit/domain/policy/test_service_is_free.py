"""One attempt works on a service in an environment at a time."""

import pytest

from slipway.domain.policy.decision import LeaseHolder
from slipway.domain.policy.service_is_free import check
from tests.facts import NOW, facts


@pytest.mark.parametrize("lease", [None, LeaseHolder(attempt_id="r1.1", role="preprod")])
def test_nobody_or_oneself_is_not_in_the_way(lease: LeaseHolder | None) -> None:
    assert not list(check(facts(lease=lease), NOW))


def test_another_attempt_is() -> None:
    (blocker,) = check(facts(lease=LeaseHolder(attempt_id="r2.1", role="preprod")), NOW)
    assert blocker.code == "service_busy"
    assert "r2.1" in blocker.message
