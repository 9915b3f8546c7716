"""The shape of `roll_back`: a rescue without a pool, and a slot for the return of Preprod only."""

import copy
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import ParamValidationError

from slipway.airflow_edge.light import Light
from slipway.airflow_edge.rollback_dag import rollback_dag
from slipway.domain.text_limits import longest
from tests.dags.as_read import as_airflow_reads_it

pytestmark = pytest.mark.airflow
GIVEN = {"service": "orders", "environment": "prod", "reason": "orders are lost"}


@pytest.fixture(scope="module")
def dag() -> DAG:
    return rollback_dag()


def filled_in(dag: DAG, values: Mapping[str, Any]) -> Mapping[str, Any]:
    form = copy.deepcopy(dag.params)
    form.update(values)
    validated: Mapping[str, Any] = form.validate()
    return validated


def test_its_tasks_follow_each_other(dag: DAG) -> None:
    order = ("open", "second_person", "take_turn", "deploy", "smoke")
    assert set(dag.task_ids) == {*order, "hold_slot", "finish_stage", "close"}
    for before, task in itertools.pairwise(order):
        assert dag.get_task(task).upstream_task_ids == {before}
        assert dag.get_task(task).trigger_rule == "all_success"


def test_only_hold_slot_sits_in_the_one_slot_and_leads_to_close_only(dag: DAG) -> None:
    assert {task.task_id for task in dag.tasks if task.pool == "release_slot"} == {"hold_slot"}
    held = dag.get_task("hold_slot")
    assert (held.upstream_task_ids, held.downstream_task_ids) == ({"take_turn"}, {"close"})


def test_what_must_happen_in_any_case_is_a_teardown_and_close_gives_the_colour(dag: DAG) -> None:
    assert {task.task_id for task in dag.tasks if task.is_teardown} == {"finish_stage", "close"}
    assert [task.task_id for task in dag.tasks if not task.downstream_task_ids] == ["close"]
    assert dag.get_task("close").on_failure_fail_dagrun


def test_airflow_tries_again_only_what_waits(dag: DAG) -> None:
    assert {task.task_id for task in dag.tasks if task.retries} == {"second_person", "take_turn", "deploy"}


def test_it_can_be_serialised_and_loses_nothing_by_our_shorter_way(dag: DAG, monkeypatch: pytest.MonkeyPatch) -> None:
    short = as_airflow_reads_it(dag)
    with monkeypatch.context() as whole:
        whole.delattr(Light, "get_serialized_fields")
        assert as_airflow_reads_it(dag) == short


def test_it_explains_itself(dag: DAG) -> None:
    assert dag.doc_md
    assert [task.task_id for task in dag.tasks if not task.doc_md] == []


def test_the_form_needs_service_environment_and_reason(dag: DAG) -> None:
    for name in GIVEN:
        with pytest.raises(ParamValidationError, match=name):
            filled_in(dag, {key: text for key, text in GIVEN.items() if key != name})


def test_each_text_of_the_form_has_a_longest_length(dag: DAG) -> None:
    for name in dag.params:
        with pytest.raises(ParamValidationError, match=name):
            filled_in(dag, {**GIVEN, name: "x" * (longest(name) + 1)})


def test_what_the_platform_starts_passes_the_form(dag: DAG) -> None:
    assert filled_in(dag, {**GIVEN, "version": "1.0", "release_id": "r9"})["release_id"] == "r9"
