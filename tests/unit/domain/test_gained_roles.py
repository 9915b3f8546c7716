"""Who activates a policy gains no role by it."""

from dataclasses import replace

import pytest

from slipway.domain.gained_roles import gained_roles
from slipway.domain.governed import Governed, Ownership
from slipway.domain.people import People, Person, TeamRole
from tests.builders import a_person, people, platform_rules

OWNERS = {"orders": Ownership(team="ordering"), "letters": Ownership(team="forms", product_owner="selma")}
BEFORE = Governed(platform=platform_rules(), people=people(), services=OWNERS)
MONA = people().by_id["mona"]


def after(person: Person | None = None, **owners: Ownership) -> Governed:
    everybody = {**people().by_id, **({person.id: person} if person else {})}
    return replace(BEFORE, people=People(by_id=everybody), services={**OWNERS, **owners})


@pytest.mark.parametrize(
    ("policy", "gained"),
    [
        (BEFORE, ()),
        (after(a_person("mona", ordering=TeamRole.MANAGER, forms=TeamRole.RELEASER)), ("releaser of team forms",)),
        (after(a_person("mona", ordering=TeamRole.SENIOR)), ()),
        (after(replace(MONA, second_line=True, disclosure=True)), ("disclosure", "second line")),
        (after(letters=Ownership(team="forms", product_owner="mona")), ("product owner of letters",)),
        (after(letters=Ownership(team="ordering")), ("manager for letters, which moves to team ordering",)),
        (after(parcels=Ownership(team="ordering")), ()),
        (after(a_person("rita", ordering=TeamRole.MANAGER)), ()),
    ],
    ids=["nothing", "a team", "less", "duties", "a product", "a service", "a new service", "somebody else's gain"],
)
def test_what_mona_gains(policy: Governed, gained: tuple[str, ...]) -> None:
    assert gained_roles(BEFORE, policy, "mona") == gained


def test_a_higher_role_is_a_gain_and_so_is_being_there_at_all() -> None:
    assert gained_roles(BEFORE, after(a_person("rita", ordering=TeamRole.SENIOR)), "rita") == (
        "senior of team ordering",
    )
    assert gained_roles(BEFORE, after(a_person("nora", forms=TeamRole.MANAGER)), "nora") == ("manager of team forms",)


def test_signing_in_as_somebody_else_is_a_gain() -> None:
    known = replace(MONA, subject="mona's own")
    before = replace(BEFORE, people=People(by_id={**people().by_id, "mona": known}))
    swapped = after(replace(people().by_id["sam"], subject="mona's own"))
    swapped = replace(swapped, people=People(by_id={**swapped.people.by_id, "mona": replace(MONA, subject="another")}))
    gained = gained_roles(before, swapped, "mona")
    assert gained == ("another subject at the organisation's sign-in (another)", "signing in as sam")
