"""A catalogue is accepted only if whoever may ask could also be approved; checked against brute force."""

from itertools import permutations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from slipway.catalogue.load import load_platform
from slipway.catalogue.satisfiable import dead_ends
from slipway.domain.people import People, Person, TeamRole

PLATFORM = load_platform(Path(__file__).parents[3] / "include" / "catalogue")
SENIORS = (TeamRole.SENIOR, TeamRole.MANAGER)

persons = st.builds(
    lambda teams, second_line: (teams, second_line),
    st.dictionaries(st.sampled_from(["tea", "cup"]), st.sampled_from(list(TeamRole)), max_size=2),
    st.booleans(),
)


def stuck(people: list[Person]) -> bool:
    """The same rule, spelt out from the standard: two different seniors, neither asked, one of the team.

    By hand one of the two is a manager; an emergency is reviewed by a manager of the team who did none of it."""
    askers = [p for p in people if p.second_line or "tea" in p.teams]
    own = [p.id for p in people if p.teams.get("tea") in SENIORS]
    senior = [p.id for p in people if any(role in SENIORS for role in p.teams.values())]
    managers = {p.id for p in people if TeamRole.MANAGER in p.teams.values()}
    closers = {p.id for p in people if p.teams.get("tea") is TeamRole.MANAGER}
    for asker in askers:
        pairs = [(a, s) for a, s in permutations(senior, 2) if a in own and asker.id not in (a, s)]
        if not pairs or not any(a != asker.id for a in own):
            return True
        if not any(managers & set(pair) for pair in pairs):
            return True
        reviewable = any(m not in pair for pair in pairs for m in closers - {asker.id})
        if (asker.id in own or asker.second_line) and not reviewable:
            return True
    return not askers


@given(drawn=st.lists(persons, max_size=6))
def test_a_team_is_accepted_exactly_when_nobody_can_get_stuck(
    drawn: list[tuple[dict[str, TeamRole], bool]],
) -> None:
    people = [Person(id=f"p{n}", name=f"P{n}", teams=t, second_line=s) for n, (t, s) in enumerate(drawn)]

    found = list(dead_ends(PLATFORM, People(by_id={p.id: p for p in people}), "tea"))

    assert bool(found) == stuck(people)


def test_a_dead_end_names_who_would_be_stuck() -> None:
    people = [
        Person(id="ann", name="Ann", teams={"tea": TeamRole.RELEASER}),
        Person(id="dan", name="Dan", teams={"tea": TeamRole.MANAGER}),
        Person(id="eve", name="Eve", teams={"cup": TeamRole.SENIOR}),
    ]

    found = list(dead_ends(PLATFORM, People(by_id={p.id: p for p in people}), "tea"))

    assert [text.split(":")[0] for text in found] == [
        "nobody could approve Preprod if dan asked",
        "no two people could authorise and sign off Prod if dan asked",
    ]


def test_one_manager_is_too_few_who_may_ask_or_declare_as_well() -> None:
    people = [
        Person(id="ann", name="Ann", teams={"tea": TeamRole.RELEASER}),
        Person(id="ben", name="Ben", teams={"tea": TeamRole.SENIOR}),
        Person(id="cat", name="Cat", teams={"tea": TeamRole.SENIOR}),
        Person(id="dan", name="Dan", teams={"tea": TeamRole.MANAGER}),
    ]

    found = list(dead_ends(PLATFORM, People(by_id={p.id: p for p in people}), "tea"))

    assert [text.split(":")[0] for text in found] == [
        "no manager could agree to a change by hand if dan asked",
        "nobody could close the review if ben or cat or dan declared an emergency",
    ]
    people.append(Person(id="eve", name="Eve", teams={"tea": TeamRole.MANAGER}))
    assert not list(dead_ends(PLATFORM, People(by_id={p.id: p for p in people}), "tea"))


def test_a_manager_who_must_approve_cannot_close_the_review() -> None:
    people = [
        Person(id="ann", name="Ann", teams={"tea": TeamRole.SENIOR}),
        Person(id="ben", name="Ben", teams={"tea": TeamRole.SENIOR}),
        Person(id="dan", name="Dan", teams={"tea": TeamRole.MANAGER}),
    ]

    found = list(dead_ends(PLATFORM, People(by_id={p.id: p for p in people}), "tea"))

    assert found[-1].startswith("nobody could close the review if ann or ben or dan declared an emergency")
