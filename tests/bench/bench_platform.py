"""A running platform with as many services as wanted, and releases played on it by one person after the other."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text

from slipway.platform.client import PlatformClient, wait_for
from slipway.platform.control import wait_until_healthy
from slipway.platform.errors import PlatformError
from tests.bench.failures import what_failed
from tests.running_platform import RunningPlatform
from tests.scale.many_services import Noted, publish, serve, write_catalogue

RELEASER, COLLEAGUE, SENIOR, MANAGER, AUDITOR = "gus", "gina", "sofia", "greta", "audrey"
ANSWERS: Mapping[str, str] = {
    "preprod.approve": SENIOR,
    "prod.authorise": SENIOR,
    "prod.sign_off": MANAGER,
    "prod.confirm": COLLEAGUE,
}
PATIENCE = 600.0
Row = dict[str, Any]


class LargePlatform(RunningPlatform):
    """A thousand services: a slow machine may need longer to start."""

    def start(self) -> None:
        """Starts it; a machine with much else to do is given twice the time."""
        try:
            super().start()
        except PlatformError:
            if self._process is None or self._process.poll() is not None:
                raise
            wait_until_healthy(self._place(), self._process, self.home)


class Stand:
    """The platform, its no-op targets, and its release database."""

    def __init__(self, platform: RunningPlatform, noted: Noted, engine: Engine) -> None:
        self.platform = platform
        self.noted = noted
        self.engine = engine

    def client(self, person: str) -> PlatformClient:
        """REST as this person."""
        return self.platform.client(person)

    def rows(self, statement: str, **values: object) -> list[Row]:
        """Reads the release database."""
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(statement), values).mappings()]

    def until_known(self, dag_id: str) -> None:
        """Waits until Airflow can start runs of a DAG."""
        reader = self.client(RELEASER)
        wait_for(lambda: reader.request("GET", f"/api/v2/dags/{dag_id}").is_success or None, PATIENCE, dag_id)


class Played:
    """A run that has ended: when it and its tasks ran, how long its questions waited, when they were answered."""

    def __init__(self, client: PlatformClient, dag_id: str, run_id: str, answered: Mapping[str, datetime]) -> None:
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"
        run = client.get(path)
        tasks = client.get(f"{path}/taskInstances", limit=100)["task_instances"]
        questions = client.get(f"{path}/hitlDetails", limit=100)["hitl_details"]
        self.dag_id, self.run_id, self.answered = dag_id, run_id, answered
        self.started = {task["task_id"]: _time(task["start_date"]) for task in tasks if task["start_date"]}
        waits = [_time(each["responded_at"]) - _time(each["created_at"]) for each in questions]
        whole = _time(run["end_date"]) - _time(run["start_date"])
        self.seconds = whole.total_seconds() - sum(wait.total_seconds() for wait in waits)

    def from_answer_to(self, question: str, next_task: str) -> float:
        """Seconds from the answer's HTTP response to the start of the next task."""
        return (self.started[next_task] - self.answered[question]).total_seconds()


def play(stand: Stand, dag_id: str, run_id: str, form: Mapping[str, object], steps: Sequence[str]) -> Played:
    """Triggers a run, answers its questions as soon as Airflow takes answers, and waits for its success.

    Raises PlatformError, with the logs of what failed, where a question never comes or the run ends otherwise.
    """
    client = stand.client(RELEASER)
    client.trigger(dag_id, run_id, form)
    answered = {step: answer(stand, dag_id, run_id, step) for step in steps}
    state = client.wait_for_end(dag_id, run_id, PATIENCE)
    if state != "success":
        raise PlatformError(f"{run_id} ended as {state}. {what_failed(stand.client(AUDITOR), dag_id, run_id)}")
    return Played(client, dag_id, run_id, answered)


def answer(stand: Stand, dag_id: str, run_id: str, step: str) -> datetime:
    """Says yes to a question and returns when the response came."""
    request = asked(stand, dag_id, run_id, step)
    given = {"comment": "Fine.", "looked_by": COLLEAGUE, "looked_at": "what is new"}
    inputs = {name: given.get(name, "") for name in request.get("params") or {}}
    stand.client(ANSWERS[step]).answer(request, "Approve", inputs).raise_for_status()
    return datetime.now(tz=UTC)


def asked(stand: Stand, dag_id: str, run_id: str, step: str) -> Row:
    """The question, once it is put. Raises PlatformError, with the logs of what failed, where it never will be."""
    client = stand.client(ANSWERS[step])
    try:
        return client.wait_for_request(dag_id, run_id, step, PATIENCE)
    except PlatformError as error:
        raise PlatformError(f"{error} {what_failed(stand.client(AUDITOR), dag_id, run_id)}") from error


def form_of(service: str, version: str = "1.0.0", to: str = "prod") -> dict[str, object]:
    """A filled-in release form."""
    return {"version": version, "summary": f"Bring {service}", "rollback_plan": "The one before comes back.", "to": to}


@contextmanager
def running(
    root: Path, live: Sequence[str], count: int, *, without_dev: Sequence[str] = (), more_dags: Sequence[Path] = ()
) -> Iterator[Stand]:
    """Starts a platform of `count` services, the `live` ones among them, which writes below `root`; stops it."""
    record = root / "noted"
    record.mkdir()
    with serve(record) as noted:
        catalogue = write_catalogue(root / "catalogue", live, count, noted, without_dev)
        platform = LargePlatform(root / "platform", more_dags, catalogue)
        publish(platform.home.root / "artefacts", root / "artefact_sources", [*live, *without_dev])
        try:
            platform.start()
            engine = create_engine(platform.release_database_url, pool_pre_ping=True)
            stand = Stand(platform, noted, engine)
            for name in (*live, *without_dev):
                stand.until_known(f"release__{name}")
            wait_for(lambda: stand.rows("SELECT 1 FROM policy") or None, 60, "the policy to be in effect")
            yield stand
            engine.dispose()
        finally:
            platform.stop()
            time.sleep(1)


def _time(said: str) -> datetime:
    return datetime.fromisoformat(said)
