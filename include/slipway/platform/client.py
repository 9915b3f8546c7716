"""A person or machine at the REST interface, for the demo and the tests. Knows HTTP, not Airflow's code."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from slipway.adapters.airflow_rest import ENDED, AirflowRest
from slipway.adapters.airflow_rest_errors import AirflowUnreachableError
from slipway.domain.errors import SlipwayError
from slipway.platform.errors import PlatformError

_LOOK_SECONDS = 0.5
Found = TypeVar("Found")


class PlatformClient:
    """One account, signed in on first use."""

    def __init__(self, base_url: str, person: str, password: str) -> None:
        self.person = person
        self._password = password
        self._token = ""
        self._rest = AirflowRest(base_url, self._signed_in)

    def close(self) -> None:
        """Closes the connections."""
        self._rest.close()

    def sign_in(self) -> str:
        """A token of this account. Raises PlatformError where name and password don't fit."""
        with _told_plainly():
            return self._rest.login(self.person, self._password)

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request as this account; the answer may be a refusal."""
        with _told_plainly():
            return self._rest.send(method, path, **arguments)

    def get(self, path: str, **parameters: str | int | bool) -> Any:
        """Reads JSON. Raises PlatformError on a refusal."""
        return _accepted(self.request("GET", path, params=parameters)).json()

    def trigger(self, dag_id: str, run_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Starts a run and returns its id. Raises PlatformError on a refusal."""
        with _told_plainly():
            return self._rest.trigger(dag_id, conf or {}, run_id)

    def announce(self, asset: str, extra: Mapping[str, Any]) -> None:
        """Tells Airflow of a new artefact, as a build pipeline does. Raises PlatformError on a refusal."""
        with _told_plainly():
            self._rest.asset_event(asset, extra)

    def _signed_in(self) -> str:
        """The token, got at its first use."""
        self._token = self._token or self.sign_in()
        return self._token

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
        with _told_plainly():
            return list(self._rest.pending_requests(dag_id, run_id))

    def answer(
        self,
        request: Mapping[str, Any],
        option: str,
        inputs: Mapping[str, Any] | None = None,
        *,
        at_once: bool = False,
    ) -> httpx.Response:
        """Answers a pending request; waits out Airflow's race unless told to run into it."""
        with _told_plainly():
            return self._rest.answer_request(request, option, inputs or {}, at_once=at_once)

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


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Refusals as PlatformError; a server that is away as httpx says it, for those who wait until it is back."""
    try:
        yield
    except AirflowUnreachableError as error:
        raise error.__cause__ or error from None
    except SlipwayError as error:
        raise PlatformError(str(error)) from error


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
