"""A stage whose smoke checks may not be sent is not begun; the host and who clears it are said."""

import pytest

from slipway.domain.policy.decide import FOR_PERMIT, OF_A_RESCUE, OF_A_RETURN, decide
from slipway.domain.policy.smoke_host_is_allowed import check
from slipway.domain.release import ChangeKind
from slipway.domain.service import SmokeSuite, StageRole
from tests.builders import PROD, a_stage, platform_rules
from tests.facts import NOW, a_release, a_rollback, facts, stage_at

OTHERS = platform_rules(smoke_hosts=("elsewhere.example.org", "service:8443"))


@pytest.mark.parametrize("role", StageRole)
@pytest.mark.parametrize("kind", [ChangeKind.STANDARD, ChangeKind.EMERGENCY])
def test_the_host_and_who_clears_it_are_said(role: StageRole, kind: ChangeKind) -> None:
    (blocker,) = check(facts(role, platform=OTHERS, release=a_release(kind=kind)), NOW)
    assert (blocker.code, blocker.clears_at) == ("smoke_host_not_allowed", None)
    assert "would ask service, which is none of `smoke_hosts`" in blocker.message
    assert "slipway policy activate" in blocker.cleared_by


def test_a_host_that_is_allowed_stands_in_nobodys_way() -> None:
    assert list(check(facts(PROD), NOW)) == []


def test_where_nothing_is_asked_nothing_need_be_allowed() -> None:
    stage = stage_at(PROD, definition=a_stage(PROD, smoke=None))
    assert list(check(facts(PROD, platform=OTHERS, stage=stage), NOW)) == []


def test_what_may_be_secret_in_an_address_is_not_shown() -> None:
    suite = SmokeSuite(url="https://me:pw@münchen.example.org/?key=hidden", checks=())
    (blocker,) = check(facts(PROD, stage=stage_at(PROD, definition=a_stage(PROD, smoke=suite))), NOW)
    assert "would ask münchen.example.org, which" in blocker.message


def test_going_back_is_not_kept_waiting_by_it() -> None:
    assert check not in {*OF_A_RESCUE, *OF_A_RETURN}
    given = facts(PROD, platform=OTHERS)
    assert decide(given, NOW, FOR_PERMIT).has("smoke_host_not_allowed")
    rescue = facts(PROD, platform=OTHERS, release=a_release(rollback=a_rollback()))
    assert not decide(rescue, NOW, FOR_PERMIT).has("smoke_host_not_allowed")
