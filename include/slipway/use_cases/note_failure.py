"""Writes to the log that a task died of what nobody foresaw, and ends a stage that cannot go on without it."""

from dataclasses import dataclass

from slipway.domain.audit import service_of_dag
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import ReleaseStore, Transaction
from slipway.ports.values import Actor
from slipway.use_cases.keep_private import said_of, said_of_service


@dataclass(frozen=True, kw_only=True)
class TaskFailure:
    """A task's end by an exception: `message` is its first line, without secrets."""

    dag_id: str
    run_id: str
    task_id: str
    role: StageRole | None
    """None: the task is of no stage."""
    error: str
    """The exception's type."""
    message: str
    tried_again: bool


def note_failure(store: ReleaseStore, failure: TaskFailure) -> None:
    """Before a stage's permit nothing was touched: it ends as not started, and says why. Later its teardown decides."""
    with store.transaction() as tx:
        attempt = tx.releases.attempt_of_run(failure.dag_id, failure.run_id)
        message = _kept(tx, attempt, failure)
        actor = Actor(id="platform", via=f"task:{failure.task_id}")
        payload: JsonObject = {
            "dag_id": failure.dag_id,
            "run_id": failure.run_id,
            "task_id": failure.task_id,
            "error": failure.error,
            "message": message,
            "tried_again": failure.tried_again,
        }
        if attempt is None:
            tx.log("task_failed", actor, service=service_of_dag(failure.dag_id), payload=payload)
            return
        environment = None
        if failure.role is not None:
            tx.releases.lock_attempt(attempt.id)
            stage = tx.stages.lock(attempt.id, failure.role)
            environment = stage.environment
            if not failure.tried_again and tx.permits.find(attempt.id, failure.role) is None:
                detail = f"{failure.task_id} broke off: {failure.error}: {message}. Nothing was touched"
                tx.stages.set_ending(attempt.id, failure.role, StageOutcome.NOT_STARTED, detail)
        tx.log("task_failed", actor, attempt=attempt, environment=environment, payload=payload)
        tx.wake()


def _kept(tx: Transaction, attempt: Attempt | None, failure: TaskFailure) -> str:
    if attempt is None:
        return said_of_service(tx, service_of_dag(failure.dag_id), None, failure.message)
    return said_of(tx.releases.get(attempt.release_id), failure.message)
