"""Airflow from outside, as the platform's own account: what the reconciler needs of it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from slipway.adapters.airflow_rest import ENDED, AirflowRest
from slipway.adapters.airflow_rest_errors import ConflictError, SignInError
from slipway.domain.errors import NotFoundError
from slipway.domain.grant import Decision
from slipway.domain.json_value import JsonObject
from slipway.ports.outside.surroundings import RunState

Result = TypeVar("Result")


class AirflowScheduler:
    """`Scheduler` over REST; signs in at its first use, and again when the token has run out."""

    def __init__(self, base_url: str, account: str, password: str) -> None:
        self._account = account
        self._password = password
        self._token = ""
        self._rest = AirflowRest(base_url, self._signed_in)

    def active_runs(self) -> frozenset[tuple[str, str]]:
        """DAG id and run id of every run that goes on: one request for a hundred, where each by itself costs 25 ms."""
        return self._signing_in_again(self._rest.active_runs)

    def run_state(self, dag_id: str, run_id: str) -> RunState:
        """Whether the run goes on, has ended, or was deleted."""
        state = self._signing_in_again(lambda: self._rest.run_state(dag_id, run_id))
        if state is None:
            return RunState.GONE
        return RunState.ENDED if state in ENDED else RunState.ACTIVE

    def withdraw_requests(self, dag_id: str, run_id: str) -> Sequence[str]:
        """Answers the run's open questions with *Withdrawn*; one that somebody answers first is left alone."""
        try:
            asked = self._signing_in_again(lambda: self._rest.pending_requests(dag_id, run_id))
        except NotFoundError:
            return []
        tasks = [one["task_instance"]["task_id"] for one in asked]
        return [task_id for task_id in tasks if self._withdraw(dag_id, run_id, task_id)]

    def start_run(self, dag_id: str, run_id: str, conf: JsonObject) -> None:
        """Starts a run; one of that id that exists already is left alone."""
        try:
            self._signing_in_again(lambda: self._rest.trigger(dag_id, conf, run_id))
        except ConflictError:
            return

    def _withdraw(self, dag_id: str, run_id: str, task_id: str) -> bool:
        try:
            self._rest.answer(dag_id, run_id, task_id, Decision.WITHDRAWN.value, {})
        except (ConflictError, NotFoundError):
            return False
        return True

    def _signed_in(self) -> str:
        if not self._token:
            self._token = self._rest.login(self._account, self._password)
        return self._token

    def _signing_in_again(self, call: Callable[[], Result]) -> Result:
        try:
            return call()
        except SignInError:
            self._token = ""
            return call()
