"""One running platform whose services only sleep, and the hands to use it and to hurt it."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import sqlalchemy

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.log_reader import LogReader, read_log
from slipway.adapters.database.rows import Sql
from slipway.adapters.database.transaction import DatabaseStore
from slipway.adapters.database.turns import DatabaseTurns
from slipway.domain.activity import Activity, ActivityKind, Turn
from slipway.domain.errors import DatabaseUnavailableError
from slipway.domain.log_entry import LogEntry, verify_chain
from slipway.domain.release import Attempt
from slipway.domain.service import StageRole
from slipway.platform.client import PlatformClient
from slipway.platform.errors import PlatformError
from slipway.platform.place import AIRFLOW_DATABASE
from slipway.platform.postgres import EmbeddedPostgres
from tests.break_glass import keep_open
from tests.chaos.places import VERSION, publish, write_catalogue
from tests.chaos.watching import Watch
from tests.running_platform import PARSED_ONCE, RunningPlatform

REQUESTER, SENIOR, MANAGER, BREAKER = "rita", "sam", "mona", "piet"
LOOK_SECONDS = 0.3
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """The first true thing that `look` finds; the databases may be away meanwhile. Raises PlatformError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(DatabaseUnavailableError, httpx.TransportError):
            if found := look():
                return found
        time.sleep(LOOK_SECONDS)
    raise PlatformError(f"Waited {seconds:.0f} s for {what}.")


class Ground:
    """A platform with a catalogue of its own, and the recorder that watches its deploys."""

    def __init__(self, root: Path, services: list[str]) -> None:
        self.watch = Watch()
        self._services = len(services)
        catalogue = write_catalogue(root / "catalogue", self.watch.port, services)
        self.platform = RunningPlatform(root, catalogue=catalogue, more_variables=PARSED_ONCE)
        publish(self.platform.home.root / "artefacts", root / "sources", services)
        self.store = DatabaseStore(make_engine(self.platform.release_database_url))
        self._clients = threading.local()

    def start(self) -> None:
        """Starts the platform, and gives it the one member of BreakGlass that no catalogue could."""
        self.platform.start()
        postgres = EmbeddedPostgres(self.platform.home.postgres, self.platform.home.logs / "postgres.log")
        engine = sqlalchemy.create_engine(postgres.url(AIRFLOW_DATABASE))
        with engine.begin() as connection:
            member = """INSERT INTO ab_user_role (id, user_id, role_id)
                SELECT nextval('ab_user_role_id_seq'), u.id, r.id FROM ab_user u, ab_role r
                WHERE u.username = :who AND r.name = 'BreakGlass'"""
            connection.execute(sqlalchemy.text(member), {"who": BREAKER})
        engine.dispose()
        keep_open(self.store, BREAKER)
        rita = self.client(REQUESTER)
        until(lambda: rita.get("/api/v2/dags", limit=1)["total_entries"] >= 2 * self._services, 300, "all DAGs")

    def stop(self) -> int:
        """Stops everything; the exit code of the platform's supervisor."""
        self.hang_up()
        self.store.engine.dispose()
        try:
            return self.platform.stop()
        finally:
            self.watch.close()

    def client(self, person: str) -> PlatformClient:
        """The client of a person in this thread: signing in is slow, and no two threads share a connection."""
        clients: dict[str, PlatformClient] = self._clients.__dict__
        if person not in clients:
            password = self.platform.secrets.password_of(person)
            clients[person] = PlatformClient(self.platform.base_url, person, password)
        return clients[person]

    def hang_up(self) -> None:
        """Closes the connections of this thread, which is about to end."""
        while self._clients.__dict__:
            self._clients.__dict__.popitem()[1].close()

    def release(self, service: str, run_id: str, to: str) -> "Run":
        """rita asks for a release; up to `dev` it is the Dev run of its own."""
        form = {"version": VERSION, "summary": "Sleep", "rollback_plan": "Wake up", "to": to}
        dag_id = f"dev__{service}" if to == "dev" else f"release__{service}"
        rita = self.client(REQUESTER)
        rita.trigger(dag_id, run_id, {} if to == "dev" else form)
        return Run(self, service, dag_id, run_id)

    def log(self) -> list[LogEntry]:
        """The whole log."""
        with self.store.transaction() as tx:
            return list(read_log(tx.sql))

    def break_in_the_log(self) -> object | None:
        """The first entry at which the chain does not hold."""
        return verify_chain(self.log()).broken

    def lane_holder(self) -> Turn | None:
        """Who holds the live lane."""
        with self.store.transaction() as tx:
            return tx.turns.holder("live")

    def leases_of(self, run: "Run") -> list[str]:
        """Environments that this run's attempt still has a lease of."""
        attempt = run.opened()
        with self.store.transaction() as tx:
            places = [stage.environment for stage in tx.stages.of_attempt(attempt.id)]
            leases = {place: tx.leases.live(attempt.service, place) for place in places}
        return [place for place, lease in leases.items() if lease and lease.attempt_id == attempt.id]

    @contextlib.contextmanager
    def busy(self, lane: str) -> Iterator[None]:
        """Whoever takes a turn in this lane meanwhile waits, in the middle of its transaction."""
        engine = make_engine(self.platform.release_database_url, pooled=False)
        with engine.begin() as connection:
            DatabaseTurns(Sql(connection)).lock_lane(lane)
            yield

    def kill(self, program: str) -> int:
        """SIGKILL to one of the platform's own programs; the process id that it had."""
        victim = self.platform.process_ids()[program]
        psutil.Process(victim).kill()
        return victim


class Run:
    """One DAG run and its attempt."""

    def __init__(self, ground: Ground, service: str, dag_id: str, run_id: str) -> None:
        self.ground = ground
        self.service = service
        self.dag_id = dag_id
        self.run_id = run_id
        self.group = "" if dag_id.startswith("dev__") else "preprod."
        self.role = StageRole.DEV if dag_id.startswith("dev__") else StageRole.PREPROD
        self.path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"

    def attempt(self) -> Attempt | None:
        """The attempt, once it is open."""
        with self.ground.store.transaction() as tx:
            return tx.releases.attempt_of_run(self.dag_id, self.run_id)

    def opened(self) -> Attempt:
        """Waits for the attempt."""
        return until(self.attempt, 300, f"{self.run_id} to open its attempt")

    def outcome(self, seconds: float = 600) -> str:
        """Waits for the recorded end of the attempt."""

        def look() -> str | None:
            attempt = self.attempt()
            return attempt.outcome.value if attempt and attempt.outcome else None

        return until(look, seconds, f"the attempt of {self.run_id} to end")

    def entries(self) -> list[LogEntry]:
        """What the log says of the attempt."""
        attempt = self.opened()
        with self.ground.store.transaction() as tx:
            found = LogReader(tx.sql).newest(service=self.service, limit=1000)
        return [entry for entry in found if entry.attempt == attempt.id]

    def kinds(self) -> list[str]:
        """The kinds of those entries, in order."""
        return [entry.kind for entry in self.entries()]

    def wait_for_entry(self, kind: str, environment: str | None = None, *, times: int = 1) -> None:
        """Waits until the log says so of the attempt, so many times."""
        self.opened()

        def look() -> bool:
            found = [e for e in self.entries() if e.kind == kind and environment in {None, e.environment}]
            return len(found) >= times

        until(look, 600, f"{kind} of {self.run_id}")

    def question(self, task_id: str, person: str = REQUESTER) -> dict[str, Any]:
        """Waits until the question is put: in the log first, where looking costs the platform little."""
        step = task_id.partition(".")[2]

        def asked() -> bool:
            asked_for = (json.loads(one.payload)["step"] for one in self.entries() if one.kind == "approval_asked")
            return step in asked_for

        until(asked, 600, f"{task_id} of {self.run_id} to be asked")
        return self.ground.client(person).wait_for_request(self.dag_id, self.run_id, task_id, 600)

    def approve(self, step: str = "preprod.approve", person: str = SENIOR, **inputs: str) -> None:
        """Waits for the question and answers it."""
        request = self.question(step, person)
        self.ground.client(person).answer(request, "Approve", {"comment": "Looks well", **inputs}).raise_for_status()

    def at_work(self, seconds: float = 600) -> Activity:
        """Waits until the recorder sees the stage's deploy at work, and returns its activity."""
        environment = self.role.value
        until(lambda: self.ground.watch.seen("begin", self.service, environment), seconds, f"{self.run_id} to deploy")
        with self.ground.store.transaction() as tx:
            activities = tx.activities.of_stage(self.opened().id, self.role)
        return next(activity for activity in activities if activity.kind is ActivityKind.DEPLOY)

    def in_smoke(self, environment: str | None = None) -> None:
        """Waits until the smoke task asks, at a shut gate."""
        where = environment or self.role.value
        until(lambda: self.ground.watch.seen("smoke", self.service, where), 600, f"{self.run_id} to smoke")

    def task_process(self, task_id: str) -> psutil.Process:
        """Waits for the process of a task; its parent is its supervisor."""

        def look() -> psutil.Process | None:
            client = self.ground.client(REQUESTER)
            tasks = client.get(f"{self.path}/taskInstances", limit=100)["task_instances"]
            instance = next((task["id"] for task in tasks if task["task_id"] == task_id), None)
            return next((p for p in psutil.process_iter() if instance and _is_task(p, instance)), None)

        return until(look, 300, f"a process of {task_id} of {self.run_id}")

    def state(self) -> str:
        """What Airflow says of the run."""
        client = self.ground.client(REQUESTER)
        return client.run_state(self.dag_id, self.run_id)

    def mark_failed(self) -> None:
        """As BreakGlass, over REST."""
        client = self.ground.client(BREAKER)
        client.request("PATCH", self.path, json={"state": "failed"}).raise_for_status()

    def delete(self) -> None:
        """As BreakGlass, over REST, as soon as Airflow says that the run has ended: before that it refuses."""
        client = self.ground.client(BREAKER)
        until(lambda: self.state() == "failed", 600, f"{self.run_id} to have ended")
        until(lambda: client.request("DELETE", self.path).is_success, 120, f"{self.run_id} to be deleted")

    def clear(self, *task_ids: str) -> None:
        """As BreakGlass, over REST: these tasks and all that follow them."""
        body = {
            "dag_run_id": self.run_id,
            "task_ids": list(task_ids),
            "dry_run": False,
            "only_failed": False,
            "include_downstream": True,
            "reset_dag_runs": True,
        }
        client = self.ground.client(BREAKER)
        client.request("POST", f"/api/v2/dags/{self.dag_id}/clearTaskInstances", json=body).raise_for_status()


def _is_task(process: psutil.Process, instance: str) -> bool:
    """Whether it is the task's own process; its supervisor's title also names the task, but more besides."""
    try:
        return " ".join(process.cmdline()).strip() == f"airflow worker -- {instance}"
    except psutil.Error:
        return False
