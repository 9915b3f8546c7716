"""Why a run did not go as it should have, as Airflow tells it."""

from collections.abc import Sequence
from typing import Any

from slipway.platform.client import PlatformClient

_LINES = 12


def what_failed(auditor: PlatformClient, dag_id: str, run_id: str) -> str:
    """Every failed task with the last lines of its log, and what Airflow itself found wrong with a task."""
    path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
    failed = auditor.get(path, state="failed", limit=100)["task_instances"]
    told = [f"{task['task_id']} failed; its log ends with:\n{_end_of_log(auditor, path, task)}" for task in failed]
    # Of a task that the scheduler ended, its own log says nothing.
    found = auditor.get("/api/v2/eventLogs", dag_id=dag_id, run_id=run_id, event="state mismatch")["event_logs"]
    told += [f"{entry['event']}: {entry['extra']}" for entry in found]
    return "\n".join(told) or "No task of it has failed."


def _end_of_log(client: PlatformClient, path: str, task: dict[str, Any]) -> str:
    where = f"{path}/{task['task_id']}/logs/{task['try_number']}"
    answer = client.request("GET", where, params={"full_content": True})
    if answer.is_error:
        return f"    (refused: {answer.status_code} {answer.text})"
    lines: Sequence[dict[str, Any]] = answer.json()["content"]
    return "\n".join(f"    {_in_words(line)}" for line in lines[-_LINES:])


def _in_words(line: dict[str, Any]) -> str:
    raised = [f"{error['exc_type']}: {error['exc_value']}" for error in line.get("error_detail") or ()]
    return " ".join(filter(None, [line.get("timestamp"), line.get("level"), line["event"], *raised]))
