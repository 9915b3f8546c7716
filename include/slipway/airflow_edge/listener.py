"""Corroborates what the recorder and the use cases wrote: what Airflow itself saw happen to runs and tasks.

Listeners carry no user and do not fire for clear, delete, or an end by a trigger's event: no evidence alone. So what
they see goes to the process log only, for whoever reconstructs an incident; the release log would grow by half and
know no more. What is compared with the release log is Airflow's own tables (`slipway.use_cases.cross_check`).

The one thing that nobody else can tell the release log is the exception that a task died of by a bug.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from airflow.listeners import hookimpl

from slipway.domain.errors import SlipwayError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One change of state as Airflow told it."""

    dag_id: str
    run_id: str
    task_id: str | None
    task_instance_id: str | None
    state: str


Corroborate = Callable[[Observation], None]
TellOfFailure = Callable[[Any, BaseException], None]
"""Gets the task instance and the exception that ended it, in the task's own process."""


class StateListener:
    """Turns Airflow's hooks into observations. What cannot be noted never disturbs the run."""

    def __init__(self, corroborate: Corroborate, tell_of_failure: TellOfFailure) -> None:
        self._corroborate = corroborate
        self._tell_of_failure = tell_of_failure

    @hookimpl
    def on_dag_run_success(self, dag_run: Any) -> None:
        """A run ended well, or was marked so."""
        self._run(dag_run, "success")

    @hookimpl
    def on_dag_run_failed(self, dag_run: Any) -> None:
        """A run failed, or was marked so (then once more at its end)."""
        self._run(dag_run, "failed")

    @hookimpl
    def on_task_instance_running(self, task_instance: Any) -> None:
        """A task process began."""
        self._task(task_instance, "running")

    @hookimpl
    def on_task_instance_success(self, task_instance: Any) -> None:
        """A task ended well, or was marked so."""
        self._task(task_instance, "success")

    @hookimpl
    def on_task_instance_failed(self, task_instance: Any, error: Any) -> None:
        """A task failed (`error` is what it raised), or was marked or given up (`error` says so in words)."""
        self._task(task_instance, "failed")
        if isinstance(error, BaseException):
            try:
                self._tell_of_failure(task_instance, error)
            except SlipwayError:
                _LOG.exception("Not told to the release log: %s of %s", task_instance.task_id, task_instance.run_id)

    def _run(self, run: Any, state: str) -> None:
        self._note(Observation(dag_id=run.dag_id, run_id=run.run_id, task_id=None, task_instance_id=None, state=state))

    def _task(self, task: Any, state: str) -> None:
        self._note(
            Observation(
                dag_id=task.dag_id,
                run_id=task.run_id,
                task_id=task.task_id,
                task_instance_id=str(task.id),
                state=state,
            )
        )

    def _note(self, observation: Observation) -> None:
        try:
            self._corroborate(observation)
        except SlipwayError:
            _LOG.exception("Not corroborated: %s", observation)
