"""The listener turns hooks into observations and never disturbs a run."""

from types import SimpleNamespace

import pytest

from slipway.airflow_edge.listener import Observation, StateListener
from slipway.domain.errors import DatabaseUnavailableError

pytestmark = pytest.mark.airflow
TASK = SimpleNamespace(dag_id="release__a", run_id="r-1", task_id="prod.deploy", id="0197")
RUN = SimpleNamespace(dag_id="release__a", run_id="r-1")


def test_states_of_tasks_and_runs_are_observed() -> None:
    seen: list[Observation] = []
    listener = StateListener(seen.append)
    listener.on_task_instance_running(TASK)
    listener.on_task_instance_success(TASK)
    listener.on_task_instance_failed(TASK)
    listener.on_dag_run_success(RUN)
    listener.on_dag_run_failed(RUN)
    assert [o.state for o in seen] == ["running", "success", "failed", "success", "failed"]
    assert [o.task_instance_id for o in seen] == ["0197", "0197", "0197", None, None]
    assert {(o.dag_id, o.run_id) for o in seen} == {("release__a", "r-1")}


def test_what_cannot_be_noted_does_not_disturb_the_task(caplog: pytest.LogCaptureFixture) -> None:
    def down(_: Observation) -> None:
        raise DatabaseUnavailableError("gone")

    StateListener(down).on_task_instance_success(TASK)
    assert "Not corroborated" in caplog.text
