"""Who may not have a run started is told so before there is one; the run itself would say the same (R12, R18)."""

from collections.abc import Callable

import pytest

from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility
from slipway.use_cases.who_may_start import why_not_start
from tests.builders import AUTHORITY, platform_rules
from tests.scene import Scene

AS_IN_THE_TABLE = {
    **AUTHORITY,
    Action.ROLLBACK: AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER)),
    Action.ROLLBACK_ELSEWHERE: AuthorityRule(
        who=Eligibility(own_team=TeamRole.SENIOR), second=Eligibility(also=frozenset({Duty.SECOND_LINE}))
    ),
}


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(rules=platform_rules(authority=AS_IN_THE_TABLE))


@pytest.mark.parametrize(
    ("dag_id", "named", "verb"),
    [
        ("dev__orders", None, "release"),
        ("release__orders", "forms", "release"),
        ("record_change", "orders", "release"),
        ("roll_back", "orders", "roll back"),
    ],
)
def test_whose_team_does_not_own_it_may_not_and_hears_why(
    scene: Scene, dag_id: str, named: str | None, verb: str
) -> None:
    refusal = why_not_start(scene.store, dag_id, named, "selma")
    assert refusal is not None
    assert refusal.startswith(f"selma may not {verb} orders: Selma is none of those who may: ")


@pytest.mark.parametrize("person", ["rob", "sam", "mona", "lena"])
@pytest.mark.parametrize("dag_id", ["dev__orders", "release__orders", "record_change", "roll_back"])
def test_the_team_and_second_line_may_be_it_as_one_of_two(scene: Scene, dag_id: str, person: str) -> None:
    assert why_not_start(scene.store, dag_id, "orders", person) is None


@pytest.mark.parametrize(
    ("dag_id", "named", "person"),
    [
        ("release__orders", None, "pipeline"),
        ("release__orders", None, "platform"),
        ("release__new", None, "selma"),
        ("roll_back", None, "selma"),
        ("audit_live", "orders", "selma"),
    ],
)
def test_what_is_not_known_here_is_left_to_the_run(scene: Scene, dag_id: str, named: str | None, person: str) -> None:
    assert why_not_start(scene.store, dag_id, named, person) is None


def test_a_person_in_no_list_may_not_where_no_machine_asks(scene: Scene) -> None:
    refusal = why_not_start(scene.store, "release__orders", None, "nobody", is_person=True)
    assert refusal == "nobody may not release orders: this account belongs to nobody in the list of people"
