"""The listener turns hooks into observations, tells of failures that nobody else can tell, and disturbs no run."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pluggy
import pytest
from airflow.sdk._shared.listeners.spec import taskinstance
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from slipway.airflow_edge.approval import AskedAgainError
from slipway.airflow_edge.listener import Observation, StateListener
from slipway.airflow_edge.outcomes import end_here, translated
from slipway.airflow_edge.steps import Smoke
from slipway.airflow_edge.task_failures import failure_of
from slipway.domain.errors import DatabaseUnavailableError, NotFoundError, RefusedError
from slipway.domain.release import StageOutcome
from slipway.domain.service import StageRole
from slipway.use_cases.smoke import SmokeFailedError

pytestmark = pytest.mark.airflow
TASK = SimpleNamespace(dag_id="release__a", run_id="r-1", task_id="prod.deploy", id="0197")
RUN = SimpleNamespace(dag_id="release__a", run_id="r-1")


def nobody(_task: Any, _error: BaseException) -> None:
    pass


def test_states_of_tasks_and_runs_are_observed() -> None:
    seen: list[Observation] = []
    listener = StateListener(seen.append, nobody)
    listener.on_task_instance_running(TASK)
    listener.on_task_instance_success(TASK)
    listener.on_task_instance_failed(TASK, "marked so")
    listener.on_dag_run_success(RUN)
    listener.on_dag_run_failed(RUN)
    assert [o.state for o in seen] == ["running", "success", "failed", "success", "failed"]
    assert [o.task_instance_id for o in seen] == ["0197", "0197", "0197", None, None]
    assert {(o.dag_id, o.run_id) for o in seen} == {("release__a", "r-1")}


def test_what_cannot_be_noted_does_not_disturb_the_task(caplog: pytest.LogCaptureFixture) -> None:
    def down(*_: object) -> None:
        raise DatabaseUnavailableError("gone")

    listener = StateListener(down, down)
    listener.on_task_instance_success(TASK)
    assert "Not corroborated" in caplog.text
    listener.on_task_instance_failed(TASK, TypeError("a bug"))
    assert "Not told to the release log: prod.deploy of r-1" in caplog.text


def test_by_airflows_own_specification_only_an_exception_is_told() -> None:
    told: list[BaseException] = []
    hooks = pluggy.PluginManager("airflow")
    hooks.add_hookspecs(taskinstance)
    hooks.register(StateListener(lambda _: None, lambda _task, error: told.append(error)))
    for error in (bug := TypeError("a bug"), "TaskInstance's state was manually set to `failed`.", None):
        hooks.hook.on_task_instance_failed(previous_state=None, task_instance=TASK, error=error)
    assert told == [bug]


def a_task(state: str = "failed") -> SimpleNamespace:
    """As Airflow's task process has it when it ends."""
    smoke = Smoke(task_id="smoke", role=StageRole.PROD)
    return SimpleNamespace(**vars(TASK), state=state, task=smoke)


def raised(by: Callable[[], object]) -> BaseException:
    try:
        by()
    except BaseException as error:  # noqa: BLE001 - as Airflow does
        return error
    raise AssertionError("nothing was raised")


def translated_from(error: Exception) -> BaseException:
    def task() -> None:
        with translated():
            raise error

    return raised(task)


def test_a_bug_is_told_with_its_first_line_and_its_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_INTERNAL_TOKEN", "tok-123456")
    failure = failure_of(a_task(), TypeError("'NoneType' has no tok-123456\nand much more of the state"))
    assert failure is not None
    assert (failure.error, failure.message) == ("TypeError", "'NoneType' has no ***")
    assert (failure.role, failure.task_id, failure.tried_again) == (StageRole.PROD, "prod.deploy", False)


def test_a_failure_that_is_tried_again_says_so_and_a_long_one_is_cut() -> None:
    failure = failure_of(a_task("up_for_retry"), ValueError("x" * 1000))
    assert failure is not None
    assert failure.tried_again
    assert len(failure.message) < 400


def test_an_answer_of_the_platform_that_nobody_logged_is_told_as_itself() -> None:
    failure = failure_of(a_task(), translated_from(NotFoundError("run r-1 has opened no attempt")))
    assert failure is not None
    assert (failure.error, failure.message) == ("NotFoundError", "run r-1 has opened no attempt")


@pytest.mark.parametrize(
    "error",
    [
        raised(lambda: end_here(StageOutcome.REFUSED, "the window is closed")),
        translated_from(RefusedError("no_role", "you may not")),
        translated_from(SmokeFailedError("smoke in prod: fail")),
        AskedAgainError("the answer does not count"),
    ],
)
def test_what_the_log_says_already_is_not_told_twice(error: BaseException) -> None:
    assert isinstance(error, AirflowException | AirflowFailException)
    assert failure_of(a_task(), error) is None
