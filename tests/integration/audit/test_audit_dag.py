"""The Airflow DAG `audit_live` is what people and the schedule find."""

from datetime import timedelta

import pytest

pytestmark = pytest.mark.airflow


def test_it_verifies_the_log_and_compares_it_every_quarter_of_an_hour() -> None:
    from slipway.airflow_edge.audit_dag import audit_dag  # noqa: PLC0415 - importing Airflow takes seconds

    dag = audit_dag()
    assert (dag.dag_id, dag.catchup, dag.max_active_runs) == ("audit_live", False, 1)
    assert dag.schedule == "*/15 * * * *"
    assert dag.task_ids == ["verify_log", "cross_check"]
    assert {task.retry_delay for task in dag.tasks} == {timedelta(seconds=30)}
    assert all(task.doc_md for task in dag.tasks)
    assert all(not task.upstream_task_ids for task in dag.tasks), "a broken log must not stop the comparison"


def test_the_airflow_cli_has_no_command_that_answers_or_sends_an_asset_event() -> None:
    from airflow.cli.cli_config import core_commands  # noqa: PLC0415 - likewise

    groups = {command.name: {one.name for one in getattr(command, "subcommands", ())} for command in core_commands}
    assert not {"hitl", "approvals", "required-actions"} & groups.keys()
    assert groups["assets"] == {"list", "details", "materialize"}
    assert groups["tasks"] == {"clear", "failed-deps", "list", "render", "state", "states-for-dag-run", "test"}
