"""The shape of the DAGs that the design rests on."""

import copy
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import ParamValidationError
from airflow.serialization.serialized_objects import DagSerialization

from slipway.airflow_edge.approval import ApprovalSensor
from slipway.airflow_edge.lane_steps import TakeTurn
from slipway.airflow_edge.light import Light
from slipway.airflow_edge.steps import Watch
from slipway.catalogue.files import service_names
from slipway.domain.grant import Step
from slipway.platform.home import PROJECT
from tests.dags.as_read import as_airflow_reads_it

pytestmark = pytest.mark.airflow
DEV = {"open", "take_turn", "migrate", "deploy", "smoke", "finish_stage", "close"}
WORK = ("take_turn", "migrate", "deploy", "smoke", "finish_stage")
LIVE_WORK = ("check_migrations", "hold_slot", *WORK)
RELEASE = {
    *("open", "close"),
    *(f"dev.{task}" for task in WORK),
    *(f"preprod.{task}" for task in ("approve", *LIVE_WORK)),
    *(f"prod.{task}" for task in ("authorise", "sign_off", "watch", "confirm", "verdict", *LIVE_WORK)),
}
NEEDED = ("version", "summary", "rollback_plan")
MOST_LINES = 15


def of_kind(dags: Mapping[str, DAG], kind: str) -> list[DAG]:
    """The DAGs of one kind."""
    return [dag for name, dag in dags.items() if name.startswith(f"{kind}__")]


def test_each_service_has_two_dags(dags: Mapping[str, DAG], catalogue: Path) -> None:
    assert set(dags) == {f"{kind}__{name}" for kind in ("dev", "release") for name in service_names(catalogue)}


def test_the_task_ids_are_the_same_for_every_service(dags: Mapping[str, DAG]) -> None:
    assert {frozenset(dag.task_ids) for dag in of_kind(dags, "dev")} == {frozenset(DEV)}
    assert {frozenset(dag.task_ids) for dag in of_kind(dags, "release")} == {frozenset(RELEASE)}
    assert len(RELEASE) == 27


def test_every_dag_can_be_serialised(dags: Mapping[str, DAG]) -> None:
    for dag in dags.values():
        assert DagSerialization.to_dict(dag)["dag"]["dag_id"] == dag.dag_id


def test_what_is_left_out_of_the_serialised_tasks_is_at_airflows_default(
    dags: Mapping[str, DAG], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = {dag_id: as_airflow_reads_it(dag) for dag_id, dag in dags.items()}
    with monkeypatch.context() as whole:
        whole.delattr(Light, "get_serialized_fields")
        assert {dag_id: as_airflow_reads_it(dag) for dag_id, dag in dags.items()} == short


@pytest.mark.parametrize("file", sorted((PROJECT / "dags").glob("*.py")), ids=lambda file: file.name)
def test_a_dag_file_is_thin_and_says_what_airflow_looks_for(file: Path) -> None:
    """Airflow leaves out, without a word, a file that lacks either word."""
    content = file.read_text(encoding="utf-8")
    assert len(content.splitlines()) <= MOST_LINES
    assert "airflow" in content.lower()
    assert "dag" in content.lower()


def test_plugins_is_one_file() -> None:
    """Airflow imports each file there as a top-level module named after its stem."""
    assert [file.name for file in (PROJECT / "plugins").rglob("*.py")] == ["slipway_plugin.py"]


def test_only_hold_slot_sits_in_the_one_slot(dags: Mapping[str, DAG]) -> None:
    for dag in of_kind(dags, "release"):
        in_pool = {task.task_id for task in dag.tasks if task.pool == "release_slot"}
        assert in_pool == {"preprod.hold_slot", "prod.hold_slot"}


def test_dev_work_sits_in_its_own_slots(dags: Mapping[str, DAG]) -> None:
    for dag in dags.values():
        prefix = "dev." if dag.dag_id.startswith("release__") else ""
        in_pool = {task.task_id for task in dag.tasks if task.pool == "dev_slots"}
        assert in_pool == {f"{prefix}{task}" for task in ("migrate", "deploy", "smoke")}


def test_what_must_happen_in_any_case_is_a_teardown(dags: Mapping[str, DAG]) -> None:
    for dag in dags.values():
        teardowns = {task.task_id for task in dag.tasks if task.is_teardown}
        assert teardowns == {task_id for task_id in dag.task_ids if task_id.endswith(("finish_stage", "close"))}
        assert not any(task.is_setup for task in dag.tasks)


def test_the_slot_is_held_beside_the_work_and_leads_to_close_only(dags: Mapping[str, DAG]) -> None:
    """As an upstream of a teardown or of the next stage it would wait for what waits for it."""
    for dag in of_kind(dags, "release"):
        for stage in ("preprod", "prod"):
            held = dag.get_task(f"{stage}.hold_slot")
            assert (held.upstream_task_ids, held.downstream_task_ids) == ({f"{stage}.take_turn"}, {"close"})


def test_a_stage_follows_both_smoke_and_finish_of_the_one_before(dags: Mapping[str, DAG]) -> None:
    """A teardown succeeds after a failure too, so it alone proves nothing."""
    for dag in of_kind(dags, "release"):
        assert dag.get_task("dev.take_turn").upstream_task_ids == {"open"}
        for before, stage in (("dev", "preprod"), ("preprod", "prod")):
            first = dag.get_task(f"{stage}.check_migrations")
            assert first.upstream_task_ids == {f"{before}.smoke", f"{before}.finish_stage"}
            assert first.trigger_rule == "all_success"


def test_close_runs_whatever_happened_and_alone_gives_the_run_its_colour(dags: Mapping[str, DAG]) -> None:
    """Airflow judges a run by its leaves; it skips all but teardowns of a run that somebody marks failed."""
    for dag in dags.values():
        assert [task.task_id for task in dag.tasks if not task.downstream_task_ids] == ["close"]
        assert dag.get_task("close").on_failure_fail_dagrun


def test_airflow_retries_only_what_may_defer(dags: Mapping[str, DAG]) -> None:
    """A retry of a piece of work is a new attempt; what Airflow lost while it waited is started again, and settles."""
    for dag in dags.values():
        retried = {task.task_id for task in dag.tasks if task.retries}
        waits = {task.task_id for task in dag.tasks if isinstance(task, (ApprovalSensor, TakeTurn, Watch))}
        resumed = {f"{stage}.{name}" for stage in ("preprod", "prod") for name in ("check_migrations", "migrate")}
        assert retried == waits | resumed & set(dag.task_ids)


def test_every_question_of_the_lifecycle_is_a_task(dags: Mapping[str, DAG]) -> None:
    for dag in of_kind(dags, "release"):
        asking = {task.step: task.task_id for task in dag.tasks if isinstance(task, ApprovalSensor)}
        assert asking == {step: f"{step.role}.{step}" for step in Step}


def test_no_task_goes_past_its_pool_or_ends_from_a_template(dags: Mapping[str, DAG]) -> None:
    """`start_from_trigger` defers past the pool; an attribute `end_from_trigger` is an import error with a listener."""
    for dag in dags.values():
        for task in dag.tasks:
            assert not getattr(task, "start_from_trigger", False)
            assert not hasattr(task, "end_from_trigger") or task.task_id.endswith(tuple(Step))


def test_a_comment_may_be_left_out_and_who_looked_may_not(dags: Mapping[str, DAG]) -> None:
    for dag in of_kind(dags, "release"):
        for task in dag.tasks:
            if isinstance(task, ApprovalSensor):
                fields = {name: param["schema"]["type"] for name, param in task.serialized_params.items()}
                filled = {name for name, kind in fields.items() if "null" not in kind}
                assert filled == (
                    {"looked_by", "looked_at"} if task.step in {Step.AUTHORISE, Step.CONFIRM, Step.VERDICT} else set()
                )


def test_the_form_needs_version_summary_and_rollback_plan(dags: Mapping[str, DAG]) -> None:
    for dag in of_kind(dags, "release"):
        given = {"version": "1.0.0", "summary": "What changes.", "rollback_plan": "Back again."}
        for name in NEEDED:
            with pytest.raises(ParamValidationError, match=name):
                filled_in(dag, {key: text for key, text in given.items() if key != name})
        assert filled_in(dag, given)["to"] == "prod"


def filled_in(dag: DAG, values: Mapping[str, str]) -> Mapping[str, object]:
    """The form as Airflow takes it from somebody."""
    form = copy.deepcopy(dag.params)
    form.update(values)
    return form.validate()


def test_a_dag_that_starts_by_itself_asks_nothing(dags: Mapping[str, DAG]) -> None:
    """Airflow refuses needed fields on a scheduled DAG: that is why there are two DAGs a service."""
    for dag in of_kind(dags, "dev"):
        assert not dag.params
        assert dag.schedule is not None
        assert dag.max_active_runs == 1
    for dag in of_kind(dags, "release"):
        assert dag.schedule is None
        assert dag.max_active_runs == 64


def test_airflow_refuses_needed_fields_on_a_scheduled_dag() -> None:
    from airflow.sdk import Param  # noqa: PLC0415 - this one pins a fact of Airflow's own

    needed = {"version": Param(type="string")}
    with pytest.raises(ValueError, match="required params"), DAG("scheduled", schedule="@daily", params=needed):
        pass


def test_every_dag_and_task_explains_itself(dags: Mapping[str, DAG]) -> None:
    for dag in dags.values():
        assert dag.doc_md
        assert [task.task_id for task in dag.tasks if not task.doc_md] == []
        for param in dag.params.values():
            assert param


def test_a_task_builds_its_own_dag_only(build_for: Callable[[str], list[str]]) -> None:
    assert build_for("release__orders") == ["release__orders"]
    assert build_for("dev__forms") == ["dev__forms"]


def test_a_task_whose_service_is_gone_from_the_catalogue_still_finds_its_dag(
    build_for: Callable[[str], list[str]],
) -> None:
    assert build_for("release__gone") == ["release__gone"]


def test_a_task_of_a_dag_that_is_not_ours_builds_nothing(build_for: Callable[[str], list[str]]) -> None:
    assert build_for("somebody_elses") == []


def test_the_factory_reads_no_database_and_no_variable_while_parsing() -> None:
    words = re.compile(r"\b(Variable|Connection|create_engine|session)\b")
    for name in ("factory", "form", "light", "nightly", "shape", "stage_tasks", "texts"):
        content = (PROJECT / "include" / "slipway" / "airflow_edge" / f"{name}.py").read_text(encoding="utf-8")
        assert words.findall(content) == []
