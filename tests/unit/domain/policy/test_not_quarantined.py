"""Quarantined work locks its service there, whatever the kind of change."""

import pytest

from slipway.domain.activity import Quarantine
from slipway.domain.policy.decide import decide
from slipway.domain.policy.decision import LeaseHolder
from slipway.domain.policy.not_quarantined import check
from slipway.domain.release import ChangeKind
from tests.facts import NOW, a_release, facts

QUARANTINE = Quarantine(
    activity_id="a1", service="orders", environment="preprod", by="lena and mona", reason="gone", at=NOW, asked_at=NOW
)


def test_nothing_quarantined_is_not_in_the_way() -> None:
    assert not list(check(facts(), NOW))


@pytest.mark.parametrize("kind", ChangeKind)
def test_it_is_the_one_blocker_for_every_kind_of_change(kind: ChangeKind) -> None:
    lease = LeaseHolder(attempt_id="r2.1", role="preprod")
    (blocker,) = decide(facts(release=a_release(kind=kind), quarantine=QUARANTINE, lease=lease), NOW).blockers
    assert (blocker.code, blocker.clears_at) == ("quarantined", None)
    assert "lena and mona (gone)" in blocker.message
