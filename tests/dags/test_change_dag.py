"""The shape of `record_change`: the live stage of a release, with an act outside in the place of the deploy."""

import copy
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import ParamValidationError

from slipway.airflow_edge.approval import ApprovalSensor
from slipway.airflow_edge.change_dag import change_dag
from slipway.airflow_edge.change_form import change_in
from slipway.airflow_edge.light import Light
from slipway.domain.change import ChangeSort
from slipway.domain.errors import RefusedError
from slipway.domain.grant import Step
from slipway.domain.text_limits import longest
from tests.dags.as_read import as_airflow_reads_it

pytestmark = pytest.mark.airflow
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
GIVEN = {
    "service": "notify",
    "sort": "third_party",
    "what": "the letter",
    "where": "the console",
    "rollback_plan": "the old letter",
}


@pytest.fixture(scope="module")
def dag() -> DAG:
    return change_dag()


def filled_in(dag: DAG, values: Mapping[str, Any]) -> Mapping[str, Any]:
    form = copy.deepcopy(dag.params)
    form.update(values)
    validated: Mapping[str, Any] = form.validate()
    return validated


def test_its_tasks(dag: DAG) -> None:
    work = ("authorise", "sign_off", "take_turn", "hold_slot", "act", "check_result", "finish_stage")
    assert set(dag.task_ids) == {"open", "close", *(f"prod.{task}" for task in work)}


def test_nobody_acts_before_both_have_decided_and_its_turn_has_come(dag: DAG) -> None:
    order = ("open", "prod.authorise", "prod.sign_off", "prod.take_turn", "prod.act", "prod.check_result")
    for before, task in itertools.pairwise(order):
        assert dag.get_task(task).upstream_task_ids == {before}
        assert dag.get_task(task).trigger_rule == "all_success"


def test_its_questions_are_those_of_live_under_the_same_names(dag: DAG) -> None:
    asking = {task.step: task.task_id for task in dag.tasks if isinstance(task, ApprovalSensor)}
    assert asking == {step: f"{step.role}.{step}" for step in (Step.AUTHORISE, Step.SIGN_OFF)}


def test_only_hold_slot_sits_in_the_one_slot_and_leads_to_close_only(dag: DAG) -> None:
    assert {task.task_id for task in dag.tasks if task.pool == "release_slot"} == {"prod.hold_slot"}
    held = dag.get_task("prod.hold_slot")
    assert (held.upstream_task_ids, held.downstream_task_ids) == ({"prod.take_turn"}, {"close"})


def test_what_must_happen_in_any_case_is_a_teardown_and_close_gives_the_colour(dag: DAG) -> None:
    assert {task.task_id for task in dag.tasks if task.is_teardown} == {"prod.finish_stage", "close"}
    assert [task.task_id for task in dag.tasks if not task.downstream_task_ids] == ["close"]
    assert dag.get_task("close").on_failure_fail_dagrun


def test_airflow_tries_again_only_what_waits(dag: DAG) -> None:
    retried = {task.task_id for task in dag.tasks if task.retries}
    assert retried == {"prod.authorise", "prod.sign_off", "prod.take_turn", "prod.act"}


def test_no_task_goes_past_its_pool(dag: DAG) -> None:
    assert not any(getattr(task, "start_from_trigger", False) for task in dag.tasks)


def test_it_can_be_serialised_and_loses_nothing_by_our_shorter_way(dag: DAG, monkeypatch: pytest.MonkeyPatch) -> None:
    short = as_airflow_reads_it(dag)
    with monkeypatch.context() as whole:
        whole.delattr(Light, "get_serialized_fields")
        assert as_airflow_reads_it(dag) == short


def test_it_explains_itself(dag: DAG) -> None:
    assert dag.doc_md
    assert [task.task_id for task in dag.tasks if not task.doc_md] == []


def test_the_form_needs_what_every_change_needs(dag: DAG) -> None:
    for name in GIVEN:
        with pytest.raises(ParamValidationError, match=name):
            filled_in(dag, {key: text for key, text in GIVEN.items() if key != name})
    assert filled_in(dag, GIVEN)["change_kind"] == "standard"


def test_each_text_of_the_form_has_a_longest_length(dag: DAG) -> None:
    for name, given in dag.params.items():
        schema = dag.params.get_param(name).schema
        if "enum" in schema or schema.get("format"):
            continue
        with pytest.raises(ParamValidationError, match=name):
            filled_in(dag, {**GIVEN, name: "x" * (longest(name) + 1)})
        assert filled_in(dag, {**GIVEN, name: "x" * longest(name)})[name], given


def test_what_the_platform_starts_passes_the_form(dag: DAG) -> None:
    started = {**GIVEN, "sort": "static_app", "release_id": "r7", "version": "7", "to": "prod", "resume_of": "r7.1"}
    assert filled_in(dag, started)["release_id"] == "r7"


def test_the_form_becomes_the_change(dag: DAG) -> None:
    more = {"by_hand_until": "2030-01-31", "not_before": "2030-01-30T09:30:00+00:00", "tested": "in the trial account"}
    change = change_in(filled_in(dag, {**GIVEN, **more}), NOW)
    assert (change.sort, change.tested, str(change.by_hand_until)) == (
        ChangeSort.THIRD_PARTY,
        "in the trial account",
        "2030-01-31",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"by_hand_until": "soon"},
        {"not_before": "soon"},
        {"not_before": "2030-01-30T09:30"},
        {"not_before": "2031-01-02T12:30:00+00:00"},
        {"not_before": "9999-12-31T23:59:59-12:00"},
        {"not_before": "0001-01-01T00:00:00+12:00"},
        {"not_before": "1999-12-31T23:59:59+00:00"},
    ],
)
def test_what_is_no_time_is_refused_and_not_left_out(wrong: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        change_in({**GIVEN, **wrong}, NOW)


def test_a_time_of_another_zone_is_kept_in_utc() -> None:
    planned = change_in({**GIVEN, "not_before": "2030-01-30T09:30:00+05:00"}, NOW).not_before
    assert planned is not None
    assert (planned.isoformat(), planned.utcoffset()) == ("2030-01-30T04:30:00+00:00", timedelta(0))
