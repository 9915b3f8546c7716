"""What two policies say differently, and whom it concerns."""

from dataclasses import replace
from typing import Any

import pytest

from slipway.domain.governed import Governed, Ownership
from slipway.domain.people import People, Person, TeamRole
from slipway.domain.platform import Action, Eligibility
from slipway.domain.policy_difference import differences, touched
from slipway.domain.policy_hash import effective_policy_hash
from slipway.domain.release_window import BankHolidaysOf, DayWindow, ReleaseWindow, Weekday
from tests.builders import ALL_DAY, AUTHORITY, a_person, people, platform_rules

OWNERS = {"orders": Ownership(team="ordering", product_owner="pat"), "letters": Ownership(team="forms")}
BEFORE = Governed(platform=platform_rules(), people=people(), services=OWNERS)
PLACES = [(service, place) for service in OWNERS for place in ("preprod", "prod")]


def with_people(*changed: Person, without: str = "") -> Governed:
    return replace(BEFORE, people=People(by_id={**people(without).by_id, **{one.id: one for one in changed}}))


def with_rules(**changes: Any) -> Governed:
    return replace(BEFORE, platform=platform_rules(**changes))


def with_owner(service: str, **changes: Any) -> Governed:
    return replace(BEFORE, services={**OWNERS, service: Ownership(**changes)})


def with_row(action: Action, **who: Any) -> Governed:
    row = replace(AUTHORITY[action], who=Eligibility(**who))
    return with_rules(authority={**AUTHORITY, action: row})


def places(after: Governed) -> set[tuple[str, str]]:
    return {place for place in PLACES if touched(BEFORE, after, *place)}


ORDERS = {("orders", "preprod"), ("orders", "prod")}
LETTERS = {("letters", "preprod"), ("letters", "prod")}
CHRISTMAS = ReleaseWindow(days=ALL_DAY, bank_holidays=BankHolidaysOf.SCOTLAND)
SHORT_DAYS = ReleaseWindow(days={Weekday.MONDAY: DayWindow(opens=600, closes=660)})


@pytest.mark.parametrize(
    ("after", "concerned"),
    [
        pytest.param(BEFORE, set(), id="nothing"),
        pytest.param(with_rules(window=CHRISTMAS), set(), id="bank holidays"),
        pytest.param(with_rules(window=SHORT_DAYS, dev_slots=1), set(), id="hours and slots"),
        pytest.param(with_people(a_person("nora", forms=TeamRole.SENIOR)), LETTERS, id="another team's new senior"),
        pytest.param(with_people(a_person("nora", ordering=TeamRole.SENIOR)), ORDERS, id="a new senior of the team"),
        pytest.param(with_people(without="sam"), ORDERS, id="a senior who left"),
        pytest.param(with_people(a_person("rita", ordering=TeamRole.MANAGER)), ORDERS, id="another role"),
        pytest.param(with_people(without="pat"), ORDERS, id="the product owner left"),
        pytest.param(with_people(replace(people().by_id["sam"], name="Samuel")), set(), id="another name"),
        pytest.param(with_people(replace(people().by_id["sam"], second_line=True)), ORDERS, id="another duty"),
        pytest.param(with_owner("orders", team="forms", product_owner="pat"), ORDERS, id="another team owns it"),
        pytest.param(with_owner("orders", team="ordering"), ORDERS, id="no product owner"),
        pytest.param(with_owner("parcels", team="ordering"), set(), id="a new service"),
        pytest.param(replace(BEFORE, services={"orders": OWNERS["orders"]}), set(), id="a service that went"),
        pytest.param(
            with_row(Action.APPROVE_PREPROD, own_team=TeamRole.MANAGER),
            {("orders", "preprod"), ("letters", "preprod")},
            id="the row for Preprod",
        ),
        pytest.param(
            with_row(Action.SIGN_OFF_PROD, any_team=TeamRole.MANAGER),
            {("orders", "prod"), ("letters", "prod")},
            id="a row for Prod",
        ),
        pytest.param(with_row(Action.STOP, own_team=TeamRole.MANAGER), set(), id="a row that decides no grant"),
        pytest.param(with_rules(grant_minutes=5), set(PLACES), id="lives of approvals"),
    ],
)
def test_a_difference_touches_whom_it_concerns_and_nobody_else(
    after: Governed, concerned: set[tuple[str, str]]
) -> None:
    assert places(after) == concerned
    assert bool(differences(BEFORE, after)) == (after != BEFORE)


@pytest.mark.parametrize(
    "after",
    [
        with_rules(window=CHRISTMAS),
        with_people(a_person("nora", forms=TeamRole.SENIOR)),
        with_owner("parcels", team="ordering"),
        with_row(Action.STOP, own_team=TeamRole.MANAGER),
    ],
    ids=["bank holidays", "another team's people", "a new service", "a row that decides no grant"],
)
def test_grants_keep_their_hash_where_nothing_that_decides_changes(after: Governed) -> None:
    for place in ("preprod", "prod"):
        hashes = {effective_policy_hash(policy.platform, "ordering", place) for policy in (BEFORE, after)}
        assert len(hashes) == 1


@pytest.mark.parametrize(
    ("action", "place"),
    [
        (Action.REQUEST_RELEASE, "preprod"),
        (Action.APPROVE_PREPROD, "preprod"),
        (Action.REQUEST_RELEASE, "prod"),
        (Action.AUTHORISE_PROD, "prod"),
        (Action.SIGN_OFF_PROD, "prod"),
    ],
)
def test_a_row_that_decides_changes_the_hash_there(action: Action, place: str) -> None:
    for row in (
        replace(AUTHORITY[action], who=Eligibility(any_team=TeamRole.MANAGER)),
        replace(AUTHORITY[action], differs_from=frozenset()) if AUTHORITY[action].differs_from else None,
        replace(AUTHORITY[action], second=Eligibility(any_team=TeamRole.SENIOR)),
    ):
        if row is not None:
            after = platform_rules(authority={**AUTHORITY, action: row})
            assert effective_policy_hash(BEFORE.platform, "ordering", place) != effective_policy_hash(
                after, "ordering", place
            )


def test_a_service_that_was_never_in_effect_is_always_held_back() -> None:
    assert touched(BEFORE, BEFORE, "parcels", "prod") == ("parcels is not in the policy in effect",)


def test_what_concerns_a_service_is_said_in_words() -> None:
    after = replace(with_people(without="sam"), services={**OWNERS, "orders": Ownership(team="forms")})
    assert touched(BEFORE, after, "orders", "prod") == (
        "its team (ordering -> forms)",
        "its product owner (pat -> none)",
        "people of its team (sam)",
    )


def test_a_difference_reads_as_lines_with_the_path_of_what_changed() -> None:
    after = Governed(
        platform=platform_rules(attend_minutes=5),
        people=People(by_id={**people("pat").by_id, "sam": a_person("sam", ordering=TeamRole.MANAGER)}),
        services={"orders": Ownership(team="forms", product_owner="pat"), "parcels": Ownership(team="forms")},
    )
    lines = differences(BEFORE, after)
    assert lines[1:] == (
        "people.sam.teams.ordering: senior -> manager",
        "platform.attend_minutes: 60 -> 5",
        'services.letters: removed, was {"product_owner":null,"team":"forms"}',
        "services.orders.team: ordering -> forms",
        'services.parcels: added, {"product_owner":null,"team":"forms"}',
    )
    assert lines[0].startswith("people.pat: removed, was {")


@pytest.mark.parametrize("field", ["smoke_hosts", "watch_hosts"])
def test_hosts_that_may_be_asked_are_part_of_the_policy_and_of_its_difference(field: str) -> None:
    before, after = (with_rules(**{field: hosts}) for hosts in (("a", "b"), ("b", "*.example.org")))
    assert differences(before, after) == (f'platform.{field}: ["a","b"] -> ["b","*.example.org"]',)
    assert before.digest != after.digest


def test_the_digest_names_the_content_not_the_order_in_which_it_was_written() -> None:
    turned = Governed(
        platform=BEFORE.platform,
        people=People(by_id=dict(reversed(BEFORE.people.by_id.items()))),
        services=dict(reversed(OWNERS.items())),
    )
    assert turned.digest == BEFORE.digest
    assert with_rules(dev_slots=5).digest != BEFORE.digest


def test_a_service_whose_file_is_gone_is_held_back_no_more_than_one_whose_file_is_broken() -> None:
    """Its release goes on, and can be undone; who owns it stays what the policy in effect says."""
    gone = replace(BEFORE, services={name: owner for name, owner in BEFORE.services.items() if name != "orders"})
    assert touched(BEFORE, gone, "orders", "preprod") == ()
    assert touched(BEFORE, BEFORE, "orders", "preprod") == ()
