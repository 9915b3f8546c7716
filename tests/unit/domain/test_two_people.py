"""Two people in either order: one of each kind, never one person twice, never who is excluded."""

from dataclasses import replace
from itertools import product

import pytest

from slipway.domain.authority import Matter
from slipway.domain.people import People, Person, TeamRole
from slipway.domain.platform import AuthorityRule, Duty, Eligibility, Party
from slipway.domain.two_people import needed, why_not_one_of_two, why_not_these_two
from tests.builders import SECOND_LINE_AND_MANAGER, people

BOTH = Person(id="both", name="Both", teams={"forms": TeamRole.MANAGER}, second_line=True)
LUKE = Person(id="luke", name="Luke", second_line=True)
EVERYBODY = People(by_id={**people().by_id, "both": BOTH, "luke": LUKE})
MATTER = Matter(team="ordering", parties={Party.REQUESTER: frozenset({"mona"})})


def may(first: str, second: str, rule: AuthorityRule = SECOND_LINE_AND_MANAGER) -> bool:
    return why_not_these_two(rule, first, second, MATTER, EVERYBODY) is None


def test_exactly_the_pairs_of_one_of_each_kind_may_in_either_order() -> None:
    pairs = {(one, other) for one, other in product(EVERYBODY.by_id, repeat=2) if may(one, other)}
    assert pairs == {
        *(("lena", "mona"), ("mona", "lena"), ("luke", "mona"), ("mona", "luke")),
        *((other, "both") for other in ("lena", "luke", "mona")),
        *(("both", other) for other in ("lena", "luke", "mona")),
    }


@pytest.mark.parametrize(
    ("first", "second", "because"),
    [
        ("lena", "lena", "another person must second it"),
        ("both", "both", "another person must second it"),
        ("lena", "luke", "are not the two it takes: second line; and another person: a manager"),
        ("lena", "sam", "Sam is none of those who may"),
        ("lena", "stranger", "nobody in the list of people"),
        ("gone", "lena", "nobody in the list of people"),
        ("sam", "lena", "Sam is none of those who may"),
    ],
)
def test_the_reason_names_who_does_not_fit(first: str, second: str, because: str) -> None:
    assert because in str(why_not_these_two(SECOND_LINE_AND_MANAGER, first, second, MATTER, EVERYBODY))


def test_who_is_excluded_is_so_on_both_sides() -> None:
    rule = replace(SECOND_LINE_AND_MANAGER, differs_from=frozenset({Party.REQUESTER}))
    assert not may("lena", "mona", rule)
    assert not may("mona", "lena", rule)
    assert may("lena", "both", rule)
    assert "already a requester" in str(why_not_one_of_two(rule, "mona", MATTER, EVERYBODY))


def test_a_row_without_a_second_lets_nobody_second() -> None:
    rule = AuthorityRule(who=Eligibility(also=frozenset({Duty.SECOND_LINE})))
    assert not may("lena", "luke", rule)
    assert needed(rule) == "second line; and another person: nobody"


def test_either_kind_may_ask_first_and_nobody_else() -> None:
    asking = {p for p in EVERYBODY.by_id if why_not_one_of_two(SECOND_LINE_AND_MANAGER, p, MATTER, EVERYBODY) is None}
    assert asking == {"lena", "luke", "mona", "both"}
