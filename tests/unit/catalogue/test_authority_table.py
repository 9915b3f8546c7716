"""The authority table of the demo, cell by cell: who may do what about `orders`, first and second person."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from slipway.catalogue.load import load_people, load_platform
from slipway.domain.authority import Matter, entitled, why_not
from slipway.domain.platform import Action, Eligibility, Party

FOLDER = Path(__file__).parents[3] / "include" / "catalogue"
PLATFORM, PEOPLE = load_platform(FOLDER), load_people(FOLDER)

RELEASERS, SENIORS, MANAGERS = {"rita", "rob"}, {"sam", "sue"}, {"mona", "mark"}
OTHER_RELEASERS = {"finn", "faye", "gus", "gina"}
OTHER_SENIORS, OTHER_MANAGERS = {"selma", "stan", "sofia", "seth"}, {"fiona", "fred", "greta", "grace"}
SECOND_LINE, OWNER, AUDITOR, ENGINEER = {"lena", "luke"}, {"pat"}, {"audrey"}, {"piet"}

SENIOR_UP = SENIORS | MANAGERS
TEAM = RELEASERS | SENIOR_UP
ANY_MANAGER = MANAGERS | OTHER_MANAGERS
ANY_SENIOR_UP = SENIOR_UP | OTHER_SENIORS | OTHER_MANAGERS
ANY_TEAM = TEAM | OTHER_RELEASERS | OTHER_SENIORS | OTHER_MANAGERS

FIRST: Mapping[Action, set[str]] = {
    Action.REQUEST_RELEASE: TEAM | SECOND_LINE,
    Action.APPROVE_PREPROD: SENIOR_UP,
    Action.AUTHORISE_PROD: SENIOR_UP,
    Action.SIGN_OFF_PROD: ANY_SENIOR_UP,
    Action.STOP: TEAM | SECOND_LINE,
    Action.ROLLBACK: TEAM | SECOND_LINE,
    Action.ROLLBACK_ELSEWHERE: SENIOR_UP,
    Action.CONFIRM: TEAM | OWNER,
    Action.VERDICT: SENIOR_UP | SECOND_LINE,
    Action.HOLD_PLACE: ANY_TEAM | SECOND_LINE,
    Action.HOLD_LIFT_OWN: ANY_TEAM | SECOND_LINE,
    Action.HOLD_LIFT: SENIOR_UP | SECOND_LINE,
    Action.HOLD_ABSOLUTE: ANY_MANAGER | SECOND_LINE,
    Action.RETRY_BAD_VERSION: SENIOR_UP,
    Action.DECLARE_EMERGENCY: SENIOR_UP | SECOND_LINE,
    Action.CLOSE_REVIEW: MANAGERS,
    Action.WAIVE_CONFIRM: MANAGERS,
    Action.WAIVE_MIGRATION: MANAGERS,
    Action.EXPLAIN_DRIFT: SENIOR_UP,
    Action.CLOSE_FINDING: MANAGERS,
    Action.BREAK_LEASE: SECOND_LINE,
    Action.QUARANTINE_ACTIVITY: SECOND_LINE,
    Action.SETTLE_ACTIVITY: SECOND_LINE,
    Action.ACTIVATE_POLICY: ANY_MANAGER,
    Action.ISSUE_TOKEN: MANAGERS,
    Action.BREAK_GLASS: ENGINEER,
    Action.READ_EVERYTHING: ANY_MANAGER | SECOND_LINE | AUDITOR,
    Action.READ_SECURITY: {"lena"},
    Action.SUPPORT_BOOK: TEAM,
    Action.SUPPORT_ACCEPT: SECOND_LINE,
    Action.SUPPORT_WAIVE: MANAGERS | SECOND_LINE,
    Action.ACKNOWLEDGE_UNDELIVERED: MANAGERS | SECOND_LINE,
}
SECOND: Mapping[Action, set[str]] = {
    Action.ROLLBACK_ELSEWHERE: SENIOR_UP | SECOND_LINE,
    Action.CLOSE_FINDING: SENIOR_UP,
    Action.BREAK_LEASE: ANY_MANAGER,
    Action.QUARANTINE_ACTIVITY: ANY_MANAGER,
    Action.SETTLE_ACTIVITY: ANY_MANAGER,
    Action.ISSUE_TOKEN: ENGINEER,
    Action.BREAK_GLASS: ANY_MANAGER | SECOND_LINE | ENGINEER,
}


def admitted(who: Eligibility) -> set[str]:
    return {p.id for p in PEOPLE.by_id.values() if who.admits(p, team="ordering", product_owner="pat")}


def orders(**parties: set[str]) -> Matter:
    named = {Party(part): frozenset(ids) for part, ids in parties.items()}
    return Matter(team="ordering", product_owner="pat", parties=named)


@pytest.mark.parametrize("action", Action)
def test_exactly_these_may_do_it(action: Action) -> None:
    assert admitted(PLATFORM.rule(action).who) == FIRST[action]


@pytest.mark.parametrize("action", Action)
def test_exactly_these_may_second_it(action: Action) -> None:
    second = PLATFORM.rule(action).second

    assert (admitted(second) if second else set()) == SECOND.get(action, set())


def test_the_requester_never_approves_authorises_or_signs_off() -> None:
    for action in (Action.APPROVE_PREPROD, Action.AUTHORISE_PROD, Action.SIGN_OFF_PROD):
        assert "sam" not in entitled(PLATFORM.rule(action), orders(requester={"sam"}), PEOPLE)


def test_who_authorised_never_signs_off() -> None:
    matter = orders(requester={"rita"}, authoriser={"sam"})

    may = entitled(PLATFORM.rule(Action.SIGN_OFF_PROD), matter, PEOPLE)

    assert set(may) == ANY_SENIOR_UP - {"sam"}


def test_an_auditor_and_an_engineer_approve_nothing() -> None:
    for person in ("audrey", "piet"):
        for action in (Action.APPROVE_PREPROD, Action.AUTHORISE_PROD, Action.SIGN_OFF_PROD):
            rule = PLATFORM.rule(action)
            assert why_not(rule, PEOPLE.by_id[person], orders(requester={"rita"}), PEOPLE) is not None


def test_a_rule_says_in_words_who_may() -> None:
    assert PLATFORM.rule("request_release").who.describe() == "a releaser of the owning team or above, or second line"
    assert Eligibility().describe() == "nobody"


def test_a_rule_asked_for_by_an_unknown_name_is_an_error() -> None:
    with pytest.raises(ValueError, match="aprove"):
        PLATFORM.rule("aprove_preprod")


def test_an_older_table_gives_a_later_action_to_nobody() -> None:
    older = replace(PLATFORM, authority={})
    assert {older.rule(action).who.describe() for action in Action} == {"nobody"}
