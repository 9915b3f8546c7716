"""A rescue holds back every new start on the live path, whatever its kind or service."""

import pytest

from slipway.domain.activity import Rescue
from slipway.domain.policy.decide import FOR_PERMIT, decide
from slipway.domain.policy.no_rescue_runs import check
from slipway.domain.release import ChangeKind
from tests.builders import DEV, PREPROD, PROD
from tests.facts import NOW, a_release, facts

RESCUE = Rescue(attempt_id="r7.2", service="forms", environment="live")


def test_without_a_rescue_nothing_is_in_the_way() -> None:
    assert not list(check(facts(PROD), NOW))


@pytest.mark.parametrize("role", [PREPROD, PROD])
@pytest.mark.parametrize("kind", ChangeKind)
def test_each_is_named_for_every_kind_of_change(role: object, kind: ChangeKind) -> None:
    given = facts(role, release=a_release(kind=kind), rescues=(RESCUE,))  # type: ignore[arg-type]
    (blocker,) = decide(given, NOW, FOR_PERMIT).blockers
    assert (blocker.code, blocker.clears_at) == ("rescue_running", None)
    assert "r7.2 is bringing forms in live back" in blocker.message


def test_dev_goes_on() -> None:
    assert decide(facts(DEV, rescues=(RESCUE,)), NOW).allowed
