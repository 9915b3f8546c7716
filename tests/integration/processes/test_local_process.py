"""The local_process target beyond the contract: real processes, killed workers, reboots."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slipway.adapters.activity_lock import FileActivityLock
from slipway.adapters.leash.environment import child_environment
from slipway.adapters.targets.local.health import ask_health
from slipway.adapters.targets.local.resume import resume_all, stop_all
from slipway.adapters.targets.local.state import Place
from slipway.adapters.targets.local_process import LocalProcessTarget
from slipway.domain.errors import TargetError
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.targets import DeployOrder
from tests.fakes.service_process import NEVER_HEALTHY, eventually, free_port, process_lives, write_service

SLOW = "import time; time.sleep(60)"
WORKER = """
import json, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from slipway.adapters.activity_lock import FileActivityLock
from slipway.adapters.targets.local_process import LocalProcessTarget
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.targets import DeployOrder
state, folder, locks, port = sys.argv[1:]
with FileActivityLock(Path(locks)).hold("a1") as lock:
    LocalProcessTarget(Path(state), port=int(port)).deploy(
        DeployOrder(
            service="orders", environment="dev", folder=Path(folder), fencing=1, lock_fd=lock.fileno(),
            artefact=Artefact(service="orders", version="1.0.0", digest="sha256:11", size=1),
            deadline=datetime.now(UTC) + timedelta(seconds=60),
        )
    )
    Path(state, "done").touch()
    sys.stdin.read()
"""


class Bench:
    """A target, its state, and processes to look at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.port = free_port()
        self.target = LocalProcessTarget(self.state, port=self.port)
        self.place = Place(self.state, "dev", "orders")

    def order(self, version: str, *, seconds: float = 20, **variables: str) -> DeployOrder:
        folder = self.folder / version
        if not folder.exists():
            write_service(folder, version)
        return DeployOrder(
            service="orders",
            environment="dev",
            artefact=Artefact(service="orders", version=version, digest=f"sha256:{version}", size=1),
            folder=folder,
            fencing=1,
            deadline=datetime.now(UTC) + timedelta(seconds=seconds),
            environment_variables=variables,
        )

    def pid(self) -> int:
        record = self.place.record()
        assert record is not None
        return record.pid

    def worker(self, app: str | None = None) -> subprocess.Popen[bytes]:
        """Another process that deploys 1.0.0 under the activity lock `a1`."""
        if app is None:
            write_service(self.folder / "1.0.0", "1.0.0")
        else:
            write_service(self.folder / "1.0.0", "1.0.0", app)
        paths = [str(self.state), str(self.folder / "1.0.0"), str(self.folder / "locks"), str(self.port)]
        self.state.mkdir(exist_ok=True)
        package = str(Path(__file__).parents[3] / "include")
        environment = {**child_environment({}), "PYTHONPATH": package}
        return subprocess.Popen([sys.executable, "-c", WORKER, *paths], stdin=subprocess.PIPE, env=environment)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    stop_all(made.state)


def test_the_service_gets_its_own_variables_and_nothing_of_the_platform(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "secret")
    monkeypatch.setenv("SLIPWAY_DATABASE_URL", "secret")
    bench.target.deploy(bench.order("1.0.0", DATABASE_URL="postgresql://somewhere"))
    environment = Path(f"/proc/{bench.pid()}/environ").read_text()
    assert "DATABASE_URL=postgresql://somewhere" in environment
    assert "SERVICE_VERSION=1.0.0" in environment
    assert "secret" not in environment


def test_the_old_process_is_dead_when_the_new_one_serves(bench: Bench) -> None:
    bench.target.deploy(bench.order("1.0.0"))
    old = bench.pid()
    bench.target.deploy(bench.order("1.1.0"))
    assert not process_lives(old)
    assert process_lives(bench.pid())


def test_a_killed_service_is_reported_as_recorded_but_not_healthy(bench: Bench) -> None:
    bench.target.deploy(bench.order("1.0.0"))
    os.kill(bench.pid(), signal.SIGKILL)
    assert eventually(lambda: not process_lives(bench.pid()))
    running = bench.target.current("orders", "dev")
    assert (running.digest, running.healthy) == ("sha256:1.0.0", False)
    assert "has ended" in running.detail


def test_a_process_started_past_the_platform_is_seen_and_not_called_healthy(bench: Bench) -> None:
    write_service(bench.folder / "by-hand", "6.6.6")
    variables = {"PORT": str(bench.port), "SERVICE_VERSION": "6.6.6", "SERVICE_DIGEST": "sha256:666"}
    stranger = subprocess.Popen(
        [sys.executable, str(bench.folder / "by-hand" / "app.py")], env=child_environment(variables)
    )
    try:
        assert eventually(lambda: ask_health(bench.port).answered)
        running = bench.target.current("orders", "dev")
        assert (running.digest, running.version, running.healthy) == ("sha256:666", "6.6.6", False)
    finally:
        stranger.kill()
        stranger.wait()


def test_a_service_that_ends_at_start_is_refused_with_the_end_of_its_log(bench: Bench) -> None:
    with pytest.raises(TargetError, match="this version cannot start"):
        bench.target.deploy(bench.order(NEVER_HEALTHY))


def test_a_service_that_is_not_healthy_by_the_deadline_is_ended(bench: Bench) -> None:
    write_service(bench.folder / "1.0.0", "1.0.0", "import os; print(os.getpid(), flush=True)\n" + SLOW)
    with pytest.raises(TargetError, match="did not become healthy by its deadline"):
        bench.target.deploy(bench.order("1.0.0", seconds=1))
    assert not process_lives(int(bench.place.log.read_text()))


def test_a_port_that_another_program_answers_is_never_taken_for_the_new_version(bench: Bench) -> None:
    other = Bench(bench.folder / "other")
    other.target = LocalProcessTarget(other.state, port=bench.port)
    other.target.deploy(other.order("2.0.0"))
    try:
        with pytest.raises(TargetError, match="Address already in use"):
            bench.target.deploy(bench.order("1.0.0", seconds=10))
    finally:
        stop_all(other.state)


def test_an_artefact_without_a_command_is_refused_before_anything_is_stopped(bench: Bench) -> None:
    bench.target.deploy(bench.order("1.0.0"))
    order = bench.order("1.1.0")
    (order.folder / "service.json").write_text(json.dumps({"commando": []}))
    with pytest.raises(TargetError, match=r"service\.json"):
        bench.target.deploy(order)
    assert bench.target.current("orders", "dev").healthy


def test_only_the_last_three_artefacts_are_kept(bench: Bench) -> None:
    for version in ("1.0.0", "1.1.0", "1.2.0", "1.3.0"):
        bench.target.deploy(bench.order(version))
    kept = {path.name for path in (bench.place.folder / "artefacts").iterdir()}
    assert kept == {"1.1.0", "1.2.0", "1.3.0"}


def test_a_worker_killed_in_the_middle_of_a_deploy_leaves_nothing_running(bench: Bench) -> None:
    worker = bench.worker("import os; print(os.getpid(), flush=True)\n" + SLOW)
    assert eventually(lambda: bench.place.log.exists() and "\n" in bench.place.log.read_text())
    service = int(bench.place.log.read_text())
    lock = FileActivityLock(bench.folder / "locks")
    assert process_lives(service)
    assert lock.is_free("a1", lock.host) is False
    worker.kill()
    worker.communicate()
    assert eventually(lambda: lock.is_free("a1", lock.host) is True)
    assert not process_lives(service)
    assert bench.target.current("orders", "dev").digest is None


def test_a_worker_killed_after_a_deploy_leaves_the_service_running_and_the_lock_free(bench: Bench) -> None:
    worker = bench.worker()
    assert eventually((bench.state / "done").exists)
    lock = FileActivityLock(bench.folder / "locks")
    assert lock.is_free("a1", lock.host) is False, "the worker itself still holds it"
    worker.kill()
    worker.communicate()
    assert lock.is_free("a1", lock.host) is True
    assert bench.target.current("orders", "dev").healthy


def test_two_deploys_of_one_service_never_work_at_once(bench: Bench) -> None:
    worker = bench.worker(SLOW)
    assert eventually(bench.place.log.exists)
    with pytest.raises(TargetError, match="Another deploy"):
        bench.target.deploy(bench.order("1.1.0", seconds=0.5))
    worker.kill()
    worker.communicate()
    bench.target.deploy(bench.order("1.1.0"))
    assert bench.target.current("orders", "dev").version == "1.1.0"


def test_what_was_stopped_is_started_again_with_its_variables(bench: Bench) -> None:
    bench.target.deploy(bench.order("1.0.0", DATABASE_URL="postgresql://somewhere"))
    assert stop_all(bench.state) == []
    assert not bench.target.current("orders", "dev").healthy
    assert resume_all(bench.state) == []
    assert bench.target.current("orders", "dev").healthy
    assert "DATABASE_URL=postgresql://somewhere" in Path(f"/proc/{bench.pid()}/environ").read_text()


def test_resuming_leaves_a_living_service_alone(bench: Bench) -> None:
    bench.target.deploy(bench.order("1.0.0"))
    before = bench.pid()
    assert resume_all(bench.state) == []
    assert bench.pid() == before


def test_what_cannot_be_resumed_is_named(bench: Bench) -> None:
    bench.target.deploy(bench.order("1.0.0"))
    stop_all(bench.state)
    (bench.place.folder / "artefacts" / "1.0.0" / "app.py").write_text("raise SystemExit('the disk lost it')")
    problems = resume_all(bench.state)
    assert len(problems) == 1
    assert "the disk lost it" in problems[0]


def test_a_service_whose_folder_has_vanished_is_named(bench: Bench) -> None:
    bench.target.deploy(bench.order("1.0.0"))
    stop_all(bench.state)
    shutil.rmtree(bench.place.folder / "artefacts")
    problems = resume_all(bench.state)
    assert len(problems) == 1
    assert "orders 1.0.0 in dev could not be started" in problems[0]


def test_the_services_variables_are_readable_by_our_user_only(bench: Bench) -> None:
    bench.target.deploy(bench.order("1.0.0", DATABASE_URL="postgresql://somewhere"))
    assert (bench.place.folder / "variables.json").stat().st_mode & 0o077 == 0


def test_a_name_that_is_no_folder_is_refused(bench: Bench) -> None:
    with pytest.raises(TargetError, match="cannot be a folder"):
        bench.target.current("../orders", "dev")
