"""Corroborates what the recorder and the use cases wrote: what Airflow itself saw happen to runs and tasks.

Listeners carry no user and do not fire for clear, delete, or an end by a trigger's event: no evidence alone. So what
they see goes to the process log only, for whoever reconstructs an incident; the release log would grow by half and
know no more. What is compared with the release log is Airflow's own tables (`slipway.use_cases.cross_check`).
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


class StateListener:
    """Turns Airflow's hooks into observations. What cannot be noted never disturbs the run."""

    def __init__(self, corroborate: Corroborate) -> None:
        self._corroborate = corroborate

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
    def on_task_instance_failed(self, task_instance: Any) -> None:
        """A task failed, or was marked so."""
        self._task(task_instance, "failed")

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
