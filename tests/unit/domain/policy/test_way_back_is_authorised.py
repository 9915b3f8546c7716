"""A rollback rests on the grants of what it takes back, or on two people."""

from typing import Any

import pytest

from slipway.domain.activity import Rescue
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Eligibility
from slipway.domain.policy.decide import FOR_PERMIT, decide
from slipway.domain.policy.decision import Facts
from slipway.domain.release_window import ReleaseWindow
from slipway.domain.rollback import Basis
from tests.builders import AUTHORITY, PROD, platform_rules
from tests.facts import DIGEST, NOW, a_release, a_rollback, facts

RULES = {**AUTHORITY, Action.ROLLBACK: AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER))}


def asked(basis: Basis, *, by: str = "rita", **changes: Any) -> Facts:
    release = a_release(rollback=a_rollback(basis=basis), requested_by=by)
    rules = platform_rules(authority=RULES, window=ReleaseWindow(days={}))
    return facts(PROD, release=release, platform=rules, **{"grants": (), "turn": None, **changes})


def codes(given: Facts) -> list[str]:
    return [blocker.code for blocker in decide(given, NOW, FOR_PERMIT).blockers]


def test_one_person_goes_back_to_what_the_grants_name_whatever_else_stands_in_the_way() -> None:
    busy = Rescue(attempt_id="r7.2", service="forms", environment="live")
    given = asked(Basis.PRE_AUTHORISED, named_before=DIGEST, rescues=(busy,), not_activated=("people",), proofs={})
    assert codes(given) == []


@pytest.mark.parametrize("named", [None, "sha256:" + "3" * 64])
def test_and_to_nothing_else(named: str | None) -> None:
    assert codes(asked(Basis.PRE_AUTHORISED, named_before=named)) == ["not_pre_authorised"]


@pytest.mark.parametrize("by", ["selma", "nobody"])
def test_whoever_lost_the_right_meanwhile_is_not_one_person(by: str) -> None:
    assert codes(asked(Basis.PRE_AUTHORISED, named_before=DIGEST, by=by)) == ["not_pre_authorised"]


def test_elsewhere_nothing_is_touched_before_the_second_agrees() -> None:
    assert codes(asked(Basis.TWO_PEOPLE)) == ["second_missing"]
    assert codes(asked(Basis.TWO_PEOPLE, seconded_by="sam")) == []


def test_in_an_incident_the_second_follows() -> None:
    assert codes(asked(Basis.INCIDENT)) == []


def test_a_release_is_not_asked_this() -> None:
    assert decide(facts(PROD), NOW, FOR_PERMIT).allowed
