"""Airflow's REST interface as one person or machine sees it. Knows HTTP, not Airflow's code."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx

from slipway.adapters.airflow_rest_errors import SignInError, accepted, refuse_a_stranger, unreachable
from slipway.domain.errors import NotFoundError, RefusedError, SlipwayError
from slipway.domain.json_value import JsonObject, JsonValue

RACE = timedelta(seconds=3)
"""Airflow fails a task that is answered in the moment it parks; nobody real is that fast."""
ENDED = frozenset({"success", "failed"})
TIMEOUT_SECONDS = 60.0
PAGE = 100
"""As many as Airflow gives at once."""
Token = Callable[[], str]


class AirflowRest:
    """One account. `token` is asked before each request; it may sign in, or read what a sign-in left."""

    def __init__(
        self,
        base_url: str,
        token: Token,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._token = token
        self._sleep = sleep
        self._http = httpx.Client(base_url=self.base_url, timeout=TIMEOUT_SECONDS, transport=transport)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def login(self, person: str, password: str) -> str:
        """A token. Raises SignInError where name and password don't fit."""
        answer = self._send("POST", "/auth/token", json={"username": person, "password": password})
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise SignInError(f"{person} cannot sign in at {self.base_url}: name and password don't fit")
        return str(accepted(answer).json()["access_token"])

    def send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request as this account; the answer may be a refusal. Raises AirflowUnreachableError."""
        headers = {**arguments.pop("headers", {}), "authorization": f"Bearer {self._token()}"}
        return self._send(method, path, headers=headers, **arguments)

    def call(self, method: str, path: str, **arguments: Any) -> JsonValue:
        """Any request; its JSON. Raises the SlipwayError that the status means."""
        answer = accepted(self.send(method, path, **arguments))
        return answer.json() if answer.content else None

    def trigger(self, dag_id: str, conf: JsonObject, run_id: str, note: str | None = None) -> str:
        """Starts a run and returns its id."""
        body = {"logical_date": None, "dag_run_id": run_id, "conf": dict(conf), "note": note}
        return str(self.call("POST", f"/api/v2/dags/{quote(dag_id)}/dagRuns", json=body)["dag_run_id"])

    def run_state(self, dag_id: str, run_id: str) -> str | None:
        """The state of a run; None if there is none of that id."""
        try:
            answer = self.call("GET", _run(dag_id, run_id))
        except NotFoundError:
            return None
        if not isinstance(answer, dict) or "state" not in answer:
            raise SlipwayError(f"Airflow does not answer for run {run_id!r} of {dag_id} as for a run")
        return str(answer["state"])

    def active_runs(self) -> frozenset[tuple[str, str]]:
        """DAG id and run id of every run that is queued or running."""
        found: set[tuple[str, str]] = set()
        for offset in count(0, PAGE):
            wanted = {"state": ["queued", "running"], "order_by": "id", "limit": PAGE, "offset": offset}
            runs = self.call("GET", _run("~", "").rstrip("/"), params=wanted)["dag_runs"]
            found.update((run["dag_id"], run["dag_run_id"]) for run in runs)
            if len(runs) < PAGE:
                break
        return frozenset(found)

    def pending_requests(self, dag_id: str = "~", run_id: str = "~") -> Sequence[dict[str, Any]]:
        """Questions that wait for somebody's answer, oldest first."""
        return self._pending(dag_id, run_id)[0]

    def answer(self, dag_id: str, run_id: str, task_id: str, option: str, inputs: Mapping[str, str]) -> JsonObject:
        """Answers a question that is open, not before Airflow is ready for it.

        Raises NotFoundError where nothing is asked, RefusedError for whom it is not put to or what it doesn't ask."""
        open_now, server_time = self._pending(dag_id, run_id)
        asked = next((one for one in open_now if one["task_instance"]["task_id"] == task_id), None)
        if asked is None:
            waiting = ", ".join(one["task_instance"]["task_id"] for one in open_now) or "nothing"
            raise NotFoundError(f"{task_id} of {run_id} does not wait for an answer now; waiting: {waiting}")
        answer = self.answer_request(asked, option, _complete(asked, inputs), server_time=server_time)
        refuse_a_stranger(answer, asked)
        body: JsonObject = accepted(answer).json()
        return body

    def answer_request(
        self,
        request: Mapping[str, Any],
        option: str,
        inputs: Mapping[str, Any],
        *,
        at_once: bool = False,
        server_time: datetime | None = None,
    ) -> httpx.Response:
        """Sends an answer; it may be a refusal. `at_once` runs into Airflow's race on purpose."""
        if not at_once:
            age = (server_time or datetime.now(tz=UTC)) - datetime.fromisoformat(request["created_at"])
            self._sleep(min(max(RACE - age, timedelta()), RACE).total_seconds())
        task = request["task_instance"]
        where = f"{quote(task['task_id'])}/{task['map_index']}"
        path = f"{_run(task['dag_id'], task['dag_run_id'])}/taskInstances/{where}/hitlDetails"
        return self.send("PATCH", path, json={"chosen_options": [option], "params_input": dict(inputs)})

    def asset_event(self, name: str, extra: JsonObject) -> JsonObject:
        """Tells of a new version as a build pipeline does. Raises NotFoundError for an unknown asset."""
        found = self.call("GET", "/api/v2/assets", params={"name_pattern": name, "limit": 1000})["assets"]
        ids = [asset["id"] for asset in found if asset["name"] == name]
        if not ids:
            raise NotFoundError(f"Airflow knows no asset {name}: is there a Dev DAG of that service?")
        event: JsonObject = self.call("POST", "/api/v2/assets/events", json={"asset_id": ids[0], "extra": dict(extra)})
        return event

    def _pending(self, dag_id: str, run_id: str) -> tuple[list[dict[str, Any]], datetime]:
        wanted = {"response_received": False, "state": "awaiting_input", "order_by": "created_at", "limit": 100}
        answer = accepted(self.send("GET", f"{_run(dag_id, run_id)}/hitlDetails", params=wanted))
        return list(answer.json()["hitl_details"]), _time_of(answer)

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **arguments)
        except httpx.TransportError as error:
            raise unreachable(self.base_url, error) from error


def _run(dag_id: str, run_id: str) -> str:
    return f"/api/v2/dags/{quote(dag_id, safe='~')}/dagRuns/{quote(run_id, safe='~')}"


def _time_of(answer: httpx.Response) -> datetime:
    """The server's clock, so that a wrong one here does not matter; whole seconds, rounded down."""
    date = answer.headers.get("date")
    return parsedate_to_datetime(date) if date else datetime.now(tz=UTC)


def _complete(asked: Mapping[str, Any], inputs: Mapping[str, str]) -> dict[str, Any]:
    """Exactly the inputs the question has, as Airflow demands; what nobody filled in stays as it was put."""
    fields: Mapping[str, Mapping[str, Any]] = asked.get("params") or {}
    given = {name: value for name, value in inputs.items() if value}
    strange = sorted(set(given) - set(fields))
    if strange:
        task = asked["task_instance"]["task_id"]
        raise RefusedError(
            "not_asked", f"{task} does not ask for {', '.join(strange)}; it asks for {', '.join(fields) or 'nothing'}"
        )
    return {name: given.get(name, field.get("value")) for name, field in fields.items()}
