"""What the release log is told of a task that died of something nobody foresaw."""

import os
from typing import Any

from airflow.sdk.log import redact

from slipway.domain.errors import SlipwayError
from slipway.domain.masked import masked
from slipway.use_cases.note_failure import TaskFailure, note_failure
from slipway.use_cases.refuse_long_texts import shortened
from slipway.wiring import make_store

_LONGEST = 300


def record_failure(task_instance: Any, error: BaseException) -> None:
    """Appends the entry, unless whoever raised the error has. Raises DatabaseUnavailableError."""
    failure = failure_of(task_instance, error)
    if failure is not None:
        note_failure(make_store(), failure)


def failure_of(task_instance: Any, error: BaseException) -> TaskFailure | None:
    """None for what the log says already: how a stage ended, a refusal, work that failed."""
    cause = error.__cause__ if isinstance(error.__cause__, SlipwayError) else error
    if getattr(error, "is_logged", False) or getattr(cause, "is_logged", False):
        return None
    return TaskFailure(
        dag_id=task_instance.dag_id,
        run_id=task_instance.run_id,
        task_id=task_instance.task_id,
        role=getattr(task_instance.task, "role", None),
        error=type(cause).__name__,
        message=_first_line(cause),
        tried_again=task_instance.state == "up_for_retry",
    )


def _first_line(error: BaseException) -> str:
    """Masked before it is cut: half a secret is one too."""
    line = next(iter(str(error).strip().splitlines()), "")
    return shortened(masked(str(redact(line)), os.environ), _LONGEST) or "no words"
