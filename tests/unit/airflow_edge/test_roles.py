"""Who gets which Airflow role, and which roles start which DAG."""

import pytest

from slipway.airflow_edge.roles import (
    APPROVER,
    AUDITOR,
    BREAK_GLASS,
    MACHINES,
    PERMISSIONS,
    PIPELINE,
    PLATFORM,
    READER,
    RELEASER,
    may_trigger,
    roles_of,
)
from slipway.domain.people import Person, TeamRole


def _person(**facts: object) -> Person:
    return Person(id="p", name="P", **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("person", "roles"),
    [
        (_person(teams={"t": TeamRole.RELEASER}), {READER, RELEASER, APPROVER}),
        (_person(teams={"t": TeamRole.SENIOR}), {READER, RELEASER, APPROVER}),
        (_person(teams={"t": TeamRole.MANAGER}), {READER, RELEASER, APPROVER, AUDITOR}),
        (_person(second_line=True), {READER, RELEASER, APPROVER, AUDITOR}),
        (_person(auditor=True), {READER, AUDITOR}),
        (_person(platform_engineer=True), {READER}),
        (_person(), {READER, APPROVER}),
    ],
)
def test_roles_follow_from_what_people_yaml_says(person: Person, roles: set[str]) -> None:
    assert roles_of(person) == roles


def test_nobody_is_given_break_glass_by_people_yaml() -> None:
    everything = _person(
        teams={"t": TeamRole.MANAGER}, second_line=True, auditor=True, platform_engineer=True, disclosure=True
    )
    assert BREAK_GLASS not in roles_of(everything)


def test_only_break_glass_may_edit_dags_runs_tasks_and_xcoms() -> None:
    editing = {("can_edit", resource) for resource in ("DAGs", "DAG Runs", "Task Instances", "XComs", "Pools")}
    holders = {role for role, held in PERMISSIONS.items() if held & editing}
    assert holders == {BREAK_GLASS}


def test_break_glass_cannot_answer_requests() -> None:
    assert ("can_edit", "HITL Detail") not in PERMISSIONS[BREAK_GLASS]


def test_only_the_pipeline_writes_assets() -> None:
    writing = {
        (action, what) for action in ("can_create", "can_edit", "can_delete") for what in ("Assets", "Asset Aliases")
    }
    assert {role for role, held in PERMISSIONS.items() if held & writing} == {PIPELINE}


def test_the_pipeline_cannot_answer_requests() -> None:
    assert ("can_edit", "HITL Detail") not in PERMISSIONS[MACHINES["pipeline"]]


@pytest.mark.parametrize(
    ("dag_id", "roles"),
    [
        ("release__orders", {RELEASER, PLATFORM}),
        ("dev__orders", {RELEASER, PLATFORM, PIPELINE}),
        ("roll_back", {RELEASER, PLATFORM}),
        ("record_change", {RELEASER, PLATFORM}),
        ("audit_live", {AUDITOR, PLATFORM}),
    ],
)
def test_each_kind_of_dag_is_started_by_its_roles(dag_id: str, roles: set[str]) -> None:
    assert may_trigger(dag_id) == roles


@pytest.mark.parametrize("dag_id", ["", "release__", "release", "releases__x", "example", "roll_back__x", "__x"])
def test_other_dags_are_started_by_nobody(dag_id: str) -> None:
    assert may_trigger(dag_id) == set()
