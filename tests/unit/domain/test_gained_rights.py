"""Which rows of the authority table become wider for a person, and for which of those who may activate it."""

from dataclasses import replace
from typing import Any

import pytest

from slipway.domain.gained_rights import gained_rights, gains_of_activators
from slipway.domain.governed import Governed, Ownership
from slipway.domain.people import People, TeamRole
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility, Party
from tests.builders import AUTHORITY, SECOND_LINE_AND_MANAGER, a_person, people, platform_rules

FIONA = a_person("fiona", forms=TeamRole.MANAGER)
EVERYBODY = People(by_id={**people().by_id, "fiona": FIONA})
OWNERS = {"orders": Ownership(team="ordering", product_owner="pat")}


def policy(action: Action | None = None, rule: AuthorityRule | None = None, **changes: Any) -> Governed:
    """The table of the tests, with this row as given, or with these changes."""
    rows = dict(AUTHORITY)
    if action is not None:
        rows[action] = rule or replace(rows[action], **changes)
    return Governed(platform=platform_rules(authority=rows), people=EVERYBODY, services=OWNERS)


BEFORE = policy()


@pytest.mark.parametrize(
    ("after", "person", "gained"),
    [
        (BEFORE, "mona", ()),
        (policy(Action.CLOSE_FINDING, who=Eligibility(own_team=TeamRole.MANAGER)), "mona", ("for team ordering",)),
        (policy(Action.CLOSE_FINDING, who=Eligibility(own_team=TeamRole.MANAGER)), "sam", ()),
        (policy(Action.APPROVE_PREPROD, who=Eligibility(any_team=TeamRole.MANAGER)), "mona", ("everywhere",)),
        (policy(Action.APPROVE_PREPROD, who=Eligibility(own_team=TeamRole.MANAGER)), "mona", ()),
        (policy(Action.HOLD_ABSOLUTE, who=Eligibility(own_team=TeamRole.MANAGER)), "mona", ()),
        (
            policy(Action.STOP, who=Eligibility(also=frozenset({Duty.PRODUCT_OWNER}))),
            "pat",
            ("as product owner of orders",),
        ),
        (policy(Action.APPROVE_PREPROD, differs_from=frozenset()), "sam", ("also as the requester",)),
        (policy(Action.APPROVE_PREPROD, differs_from=frozenset()), "rita", ()),
        (policy(Action.HOLD_LIFT_OWN, same_as=frozenset()), "rita", ("not only as the placer",)),
        (
            policy(Action.SIGN_OFF_PROD, one_of_own_team=frozenset()),
            "fiona",
            ("without somebody of the owning team",),
        ),
        (policy(Action.BREAK_LEASE, second=None), "lena", ("without a second person",)),
        (policy(Action.BREAK_LEASE, second=None), "mona", ()),
        (policy(Action.BREAK_LEASE, reason_required=False), "lena", ("without a reason",)),
        (policy(Action.ACTIVATE_POLICY, gains_nothing=False), "mona", ("also where they gain by it",)),
        (
            policy(Action.BREAK_LEASE, second=Eligibility(any_team=TeamRole.SENIOR)),
            "sam",
            ("as the second person, everywhere",),
        ),
        (policy(Action.HOLD_ABSOLUTE, SECOND_LINE_AND_MANAGER), "mona", ()),
        (policy(Action.APPROVE_PREPROD, differs_from=frozenset({Party.REQUESTER, Party.AUTHOR})), "sam", ()),
        (policy(Action.APPROVE_PREPROD, who=Eligibility(any_team=TeamRole.RELEASER)), "nobody", ()),
    ],
)
def test_what_becomes_wider(after: Governed, person: str, gained: tuple[str, ...]) -> None:
    assert tuple(gain.partition(": ")[2] for gain in gained_rights(BEFORE, after, person)) == gained


def test_each_row_is_named() -> None:
    after = policy(Action.APPROVE_PREPROD, differs_from=frozenset())
    assert gained_rights(BEFORE, after, "mona") == ("approve_preprod: also as the requester",)


def test_who_may_activate_is_told_with_what_each_gains() -> None:
    after = policy(Action.CLOSE_FINDING, who=Eligibility(own_team=TeamRole.MANAGER))
    assert gains_of_activators(BEFORE, after, ["rita"]) == {
        "fiona": ("close_finding: for team forms",),
        "mona": ("close_finding: for team ordering",),
    }
    assert list(gains_of_activators(BEFORE, after, ["mona"])) == ["fiona"]


def test_who_becomes_something_by_it_may_not_activate_it_at_all() -> None:
    promoted = replace(BEFORE, people=People(by_id={**EVERYBODY.by_id, "fiona": replace(FIONA, auditor=True)}))
    assert list(gains_of_activators(BEFORE, promoted, [])) == ["mona"]
