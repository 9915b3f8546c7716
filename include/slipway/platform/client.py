"""A person or machine at the REST interface, for the demo and the tests. Knows HTTP, not Airflow's code."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx

from slipway.platform.errors import PlatformError

RACE = timedelta(seconds=3)
"""Airflow fails a task that is answered in the moment it parks; nobody real is that fast."""
ENDED = frozenset({"success", "failed"})
_LOOK_SECONDS = 0.5
Found = TypeVar("Found")


class PlatformClient:
    """One account, signed in on first use."""

    def __init__(self, base_url: str, person: str, password: str) -> None:
        self.person = person
        self._password = password
        self._http = httpx.Client(base_url=base_url, timeout=60.0)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def sign_in(self) -> str:
        """A token of this account. Raises PlatformError where name and password don't fit."""
        answer = self._http.post("/auth/token", json={"username": self.person, "password": self._password})
        if answer.status_code != httpx.codes.CREATED:
            raise PlatformError(f"{self.person} cannot sign in ({answer.status_code}): {answer.text}")
        return str(answer.json()["access_token"])

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request as this account; the answer may be a refusal."""
        if "authorization" not in self._http.headers:
            self._http.headers["authorization"] = f"Bearer {self.sign_in()}"
        return self._http.request(method, path, **arguments)

    def get(self, path: str, **parameters: str | int | bool) -> Any:
        """Reads JSON. Raises PlatformError on a refusal."""
        return _accepted(self.request("GET", path, params=parameters)).json()

    def trigger(self, dag_id: str, run_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Starts a run and returns its id. Raises PlatformError on a refusal."""
        body = {"logical_date": None, "dag_run_id": run_id, "conf": dict(conf or {})}
        answer = _accepted(self.request("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body))
        return str(answer.json()["dag_run_id"])

    def announce(self, asset: str, extra: Mapping[str, Any]) -> None:
        """Tells Airflow of a new artefact, as a build pipeline does. Raises PlatformError on a refusal."""
        found = self.get("/api/v2/assets", name_pattern=asset, limit=100)["assets"]
        number = next((each["id"] for each in found if each["name"] == asset), None)
        if number is None:
            raise PlatformError(f"Airflow knows no asset {asset}: is there a DAG of that service?")
        _accepted(self.request("POST", "/api/v2/assets/events", json={"asset_id": number, "extra": dict(extra)}))

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """The newest hundred runs of a DAG, newest first."""
        found = self.get(f"/api/v2/dags/{dag_id}/dagRuns", order_by="-id", limit=100)
        return list(found["dag_runs"])

    def run_state(self, dag_id: str, run_id: str) -> str:
        """The state of one run."""
        return str(self.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"])

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """State by task id."""
        found = self.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances", limit=200)
        return {task["task_id"]: task["state"] for task in found["task_instances"]}

    def pending(self, dag_id: str = "~", run_id: str = "~") -> list[dict[str, Any]]:
        """Requests that wait for somebody's answer, oldest first."""
        found = self.get(
            f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/hitlDetails",
            response_received=False,
            state="awaiting_input",
            order_by="created_at",
            limit=100,
        )
        return list(found["hitl_details"])

    def answer(
        self,
        request: Mapping[str, Any],
        option: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        at_once: bool = False,
    ) -> httpx.Response:
        """Answers a pending request; waits out Airflow's race unless told to run into it."""
        asked = datetime.fromisoformat(request["created_at"])
        if not at_once:
            time.sleep(max(0.0, (asked + RACE - datetime.now(tz=UTC)).total_seconds()))
        task = request["task_instance"]
        path = (
            f"/api/v2/dags/{task['dag_id']}/dagRuns/{task['dag_run_id']}"
            f"/taskInstances/{task['task_id']}/{task['map_index']}/hitlDetails"
        )
        return self.request("PATCH", path, json={"chosen_options": [option], "params_input": dict(inputs or {})})

    def wait_for_request(self, dag_id: str, run_id: str, task_id: str, seconds: float = 120.0) -> dict[str, Any]:
        """The pending request of a task, once it is there. Raises PlatformError where the run ends before."""

        def look() -> dict[str, Any] | None:
            for request in self.pending(dag_id, run_id):
                if request["task_instance"]["task_id"] == task_id:
                    return request
            if self.run_state(dag_id, run_id) in ENDED:
                raise PlatformError(f"{run_id} ended before {task_id} asked: {self.task_states(dag_id, run_id)}")
            return None

        return wait_for(look, seconds, f"{task_id} of {run_id} to ask")

    def wait_for_end(self, dag_id: str, run_id: str, seconds: float = 300.0) -> str:
        """The final state of a run. Raises PlatformError where it takes longer."""

        def look() -> str | None:
            state = self.run_state(dag_id, run_id)
            return state if state in ENDED else None

        return wait_for(look, seconds, f"{run_id} to end")


def wait_for(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """The first thing `look` finds. Raises PlatformError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise PlatformError(f"Waited {seconds:.0f} s for {what}.")
        time.sleep(_LOOK_SECONDS)
    return found


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        where = f"{answer.request.method} {answer.request.url.path}"
        raise PlatformError(f"{where} was refused ({answer.status_code}): {answer.text}")
    return answer
