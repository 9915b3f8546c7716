"""What a task knows of itself: its attempt, its worker, its actor; and patience while the release database is away."""

import logging
import os
import time
from collections.abc import Callable
from typing import Any, TypeVar

from slipway.airflow_edge.http_send import make_hook_send
from slipway.domain.errors import DatabaseUnavailableError, NotFoundError
from slipway.domain.release import Attempt
from slipway.ports.values import Actor
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.world import World
from slipway.wiring import make_world

PATIENCE_SECONDS = 300.0
"""How long a task waits for the release database to come back before it gives up."""

_LOG = logging.getLogger(__name__)
Result = TypeVar("Result")


class NothingOpenedError(NotFoundError):
    """Of the tasks behind an `open` that was refused or broke off, which the log says of `open` itself."""

    is_logged = True


def world() -> World:
    """The world of this task process; smoke requests go through Airflow's HTTP provider."""
    return make_world(make_hook_send)


def patiently(action: Callable[[], Result]) -> Result:
    """Repeats a use case while the release database is away: each one is safe to repeat from its start."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return action()
        except DatabaseUnavailableError:
            if time.monotonic() >= until:
                raise
            _LOG.warning("The release database does not answer; trying again in a second")
            time.sleep(1)


def attempt_of(context: Any) -> Attempt:
    """The attempt that this run carries out, by what Airflow says of the run: never by what a task handed on."""
    run = context["dag_run"]

    def read() -> Attempt:
        with world().store.transaction() as tx:
            attempt = tx.releases.attempt_of_run(run.dag_id, run.run_id)
        if attempt is None:
            raise NothingOpenedError(
                f"run {run.run_id} of {run.dag_id} has opened no attempt: its `open` did not end well, so nothing"
                " may be done in it. Trigger a new release"
            )
        return attempt

    return patiently(read)


def actor_of(context: Any) -> Actor:
    """The task itself, as the log names it."""
    instance = context["ti"]
    return Actor(id="platform", via=f"task:{instance.task_id}")


def task_of(context: Any) -> TaskWorker:
    """The task instance (by its id and try) and this process."""
    instance = context["ti"]
    return TaskWorker(task_instance=f"{instance.id}/{instance.try_number}", pid=os.getpid())
