"""Airflow from outside, over its REST API, as the platform's own account."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from slipway.domain.errors import Remedy, SlipwayError
from slipway.domain.grant import Decision
from slipway.domain.json_value import JsonObject
from slipway.ports.outside import RunState

_ENDED = frozenset({"success", "failed"})
_SETTLE = timedelta(seconds=3)
"""Airflow may fail a task that is answered in the moment it parks."""


class SchedulerError(SlipwayError):
    """Airflow does not answer, or not as it should; it is asked again."""

    remedy = Remedy.RETRY


class AirflowScheduler:
    """`Scheduler` over HTTP; signs in when it must."""

    def __init__(self, base_url: str, account: str, password: str) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=30)
        self._credentials = {"username": account, "password": password}

    def run_state(self, dag_id: str, run_id: str) -> RunState:
        """Whether the run goes on, has ended, or was deleted."""
        answer = self._request("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}", also=(httpx.codes.NOT_FOUND,))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return RunState.GONE
        return RunState.ENDED if answer.json()["state"] in _ENDED else RunState.ACTIVE

    def withdraw_requests(self, dag_id: str, run_id: str) -> Sequence[str]:
        """Answers the run's open questions with *Withdrawn*."""
        found = self._request(
            "GET",
            f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/hitlDetails",
            also=(httpx.codes.NOT_FOUND,),
            params={"response_received": False, "state": "awaiting_input"},
        )
        withdrawn = []
        for request in found.json().get("hitl_details", ()):
            if datetime.now(UTC) < datetime.fromisoformat(request["created_at"]) + _SETTLE:
                continue
            task = request["task_instance"]
            path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/{task['task_id']}/{task['map_index']}"
            body = {"chosen_options": [Decision.WITHDRAWN.value], "params_input": _blank(request["params"])}
            self._request("PATCH", f"{path}/hitlDetails", also=(httpx.codes.CONFLICT,), json=body)
            withdrawn.append(task["task_id"])
        return withdrawn

    def start_run(self, dag_id: str, run_id: str, conf: JsonObject) -> None:
        """Starts a run; one of that id that exists already is left alone."""
        body = {"logical_date": None, "dag_run_id": run_id, "conf": dict(conf)}
        self._request("POST", f"/api/v2/dags/{dag_id}/dagRuns", also=(httpx.codes.CONFLICT,), json=body)

    def _request(self, method: str, path: str, also: tuple[int, ...], **arguments: Any) -> httpx.Response:
        try:
            answer = self._send(method, path, **arguments)
            if answer.status_code == httpx.codes.UNAUTHORIZED:
                self._http.headers.pop("authorization", None)
                answer = self._send(method, path, **arguments)
        except httpx.HTTPError as error:
            raise SchedulerError(f"Airflow does not answer: {error}") from error
        if answer.is_error and answer.status_code not in also:
            raise SchedulerError(f"Airflow refused {method} {path} ({answer.status_code}): {answer.text[:300]}")
        return answer

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        if "authorization" not in self._http.headers:
            token = self._http.post("/auth/token", json=self._credentials)
            if token.is_error:
                raise SchedulerError(f"the platform's account cannot sign in to Airflow ({token.status_code})")
            self._http.headers["authorization"] = f"Bearer {token.json()['access_token']}"
        return self._http.request(method, path, **arguments)


def _blank(params: JsonObject) -> dict[str, str]:
    return dict.fromkeys(params, "")
