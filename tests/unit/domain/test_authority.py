"""Who may do what, by role, duty, part already played, and team."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.domain.authority import Matter, entitled, why_not
from slipway.domain.people import People, Person, TeamRole
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility, Party
from tests.builders import AUTHORITY, people

EVERYBODY = people()


def matter(**parties: str) -> Matter:
    return Matter(team="ordering", parties={Party(part): frozenset({who}) for part, who in parties.items()})


def may(rule: AuthorityRule, who: str, what: Matter) -> bool:
    return why_not(rule, EVERYBODY.find(who), what, EVERYBODY) is None


@pytest.mark.parametrize(
    ("action", "those"),
    [
        (Action.REQUEST_RELEASE, ("lena", "mona", "rita", "rob", "sam", "sue")),
        (Action.APPROVE_PREPROD, ("mona", "sam", "sue")),
        (Action.AUTHORISE_PROD, ("mona", "sam", "sue")),
        (Action.HOLD_LIFT, ()),
    ],
)
def test_the_table_says_who(action: Action, those: tuple[str, ...]) -> None:
    assert entitled(AUTHORITY[action], matter(), EVERYBODY) == those


def test_nobody_signs_off_what_they_asked_for_or_authorised() -> None:
    rule = AUTHORITY[Action.SIGN_OFF_PROD]
    assert not may(rule, "sam", matter(requester="sam", authoriser="sue"))
    assert not may(rule, "sam", matter(requester="rita", authoriser="sam"))
    assert may(rule, "sam", matter(requester="rita", authoriser="sue"))


def test_a_senior_of_another_team_signs_off_only_beside_one_of_the_own() -> None:
    rule = AUTHORITY[Action.SIGN_OFF_PROD]
    assert may(rule, "selma", matter(authoriser="sam"))
    assert not may(rule, "selma", matter(authoriser="lena"))
    assert not may(rule, "selma", matter())


def test_a_rule_may_ask_for_the_same_person() -> None:
    rule = AuthorityRule(who=Eligibility(any_team=TeamRole.RELEASER), same_as=frozenset({Party.PLACER}))
    assert may(rule, "rita", matter(placer="rita"))
    assert not may(rule, "rob", matter(placer="rita"))


def test_the_product_owner_is_so_for_the_own_service_only() -> None:
    rule = AUTHORITY[Action.CONFIRM]
    assert may(rule, "pat", Matter(team="ordering", product_owner="pat"))
    assert not may(rule, "pat", Matter(team="ordering", product_owner="sam"))


def test_who_is_not_in_the_list_may_nothing() -> None:
    reason = why_not(AUTHORITY[Action.STOP], None, matter(), EVERYBODY)
    assert reason == "this account belongs to nobody in the list of people"


@given(
    teams=st.dictionaries(st.sampled_from(["ordering", "forms"]), st.sampled_from(list(TeamRole))),
    second_line=st.booleans(),
    parties=st.dictionaries(st.sampled_from(list(Party)), st.frozensets(st.sampled_from(["me", "sam"]))),
)
def test_a_requester_never_approves_whatever_else_they_are(
    teams: dict[str, TeamRole], second_line: bool, parties: dict[Party, frozenset[str]]
) -> None:
    me = Person(id="me", name="Me", teams=teams, second_line=second_line, platform_engineer=True)
    everybody = People(by_id={**EVERYBODY.by_id, "me": me})
    asked: Any = {**parties, Party.REQUESTER: frozenset({"me"})}
    what = Matter(team="ordering", parties=asked)
    for action in (Action.APPROVE_PREPROD, Action.AUTHORISE_PROD, Action.SIGN_OFF_PROD):
        assert why_not(AUTHORITY[action], me, what, everybody) is not None


def test_duties_are_described_for_refusals() -> None:
    who = Eligibility(own_team=TeamRole.SENIOR, also=frozenset({Duty.SECOND_LINE}))
    assert who.describe() == "a senior of the owning team or above, or second line"
    assert Eligibility().describe() == "nobody"
