"""Approvals count only for exactly this, by people who still may, while they last."""

from datetime import timedelta
from typing import Any

import pytest

from slipway.domain.grant import Decision, Step
from slipway.domain.policy.grants_count import check, earliest_expiry
from tests.builders import DEV, PROD, people
from tests.facts import NOW, a_grant, a_release, facts
from tests.outside import a_change


def codes(given: Any) -> list[str]:
    return [blocker.code for blocker in check(given, NOW)]


def test_the_right_approval_is_enough() -> None:
    assert not codes(facts())
    assert not codes(facts(PROD))
    assert not codes(facts(DEV, grants=()))


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        (a_grant(decision=Decision.REJECT), "grant_missing"),
        (a_grant(expires_at=NOW), "grant_expired"),
        (a_grant(expires_at=NOW - timedelta(seconds=1)), "grant_expired"),
        (a_grant(voided_because="left"), "grant_void"),
        (a_grant(digest="sha256:other"), "grant_void"),
        (a_grant(policy_hash="older"), "grant_void"),
        (a_grant(person="rob"), "grant_void"),
        (a_grant(person="rita"), "grant_void"),
        (a_grant(person="nobody"), "grant_void"),
    ],
)
def test_an_approval_with_a_fault_does_not_count(grant: Any, code: str) -> None:
    assert codes(facts(grants=(grant,))) == [code]


def test_prod_names_each_missing_signature() -> None:
    assert codes(facts(PROD, grants=())) == ["grant_missing", "grant_missing"]


def cleared_by(*grants: Any, change: Any = None) -> dict[str, str]:
    found = check(facts(PROD, grants=grants, release=a_release(change=change)), NOW)
    return {blocker.message.split()[0]: blocker.cleared_by for blocker in found}


def test_of_a_change_by_hand_one_of_the_two_who_are_missing_must_be_a_manager() -> None:
    missing = cleared_by(change=a_change())
    assert set(missing) == {"authorise", "sign_off"}
    assert all("one of the two who decide must be a manager" in who for who in missing.values())


def test_after_a_senior_authorised_a_change_by_hand_only_a_manager_can_clear_it() -> None:
    missing = cleared_by(a_grant(Step.AUTHORISE, "sam"), change=a_change())
    assert missing["sign_off"].startswith("a manager, because")
    assert "sam, who gave the authorise" in missing["sign_off"]


def test_after_a_manager_authorised_it_a_senior_may_sign_off() -> None:
    missing = cleared_by(a_grant(Step.AUTHORISE, "mona"), change=a_change())
    assert missing == {"sign_off": cleared_by()["sign_off"]}
    assert "senior" in missing["sign_off"]


def test_one_person_twice_does_not_count() -> None:
    twice = (a_grant(Step.AUTHORISE, "sam"), a_grant(Step.SIGN_OFF, "sam"))
    assert codes(facts(PROD, grants=twice)) == ["grant_void"]


def test_two_strangers_to_the_team_do_not_count() -> None:
    signed = (a_grant(Step.AUTHORISE, "selma"), a_grant(Step.SIGN_OFF, "selma"))
    assert set(codes(facts(PROD, grants=signed))) == {"grant_void"}


def test_who_became_a_requester_later_voids_the_own_approval() -> None:
    assert codes(facts(release=a_release(requesters=frozenset({"rita", "sam"})))) == ["grant_void"]


def test_who_left_voids_the_own_approval() -> None:
    assert codes(facts(people=people("sam"))) == ["grant_void"]


def test_the_earliest_expiry_is_the_first_of_the_grants() -> None:
    late = a_grant(Step.SIGN_OFF, "sue", expires_at=NOW + timedelta(days=2))
    assert earliest_expiry(facts(PROD, grants=(late, a_grant(Step.AUTHORISE)))) == NOW + timedelta(hours=1)
    assert earliest_expiry(facts(PROD, grants=())) is None
