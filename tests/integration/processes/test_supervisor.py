"""The supervisor with small programs in place of Airflow: restarts, ends, refuses."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from slipway.platform.errors import PlatformError
from slipway.platform.home import PROJECT, Home
from slipway.platform.place import Place
from slipway.platform.processes import Program
from slipway.platform.supervisor import Supervisor, supervisor_of
from tests.running_platform import free_port

NOTHING = ("-c", "pass")
ORPHAN = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], "
SLEEPER = Program(name="sleeper", arguments=("-c", "import time; time.sleep(600)"))
PARENT = Program(name="parent", arguments=("-c", f"{ORPHAN} start_new_session=True); time.sleep(600)"))
DEAF = Program(
    name="deaf",
    arguments=("-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"),
)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(
        project=PROJECT,
        home=tmp_path / "home",
        dags=tmp_path,
        catalogue=tmp_path,
        port=free_port(),
        api_url="http://127.0.0.1",
        base_url="http://127.0.0.1",
        airflow_database_url="postgresql+psycopg2://elsewhere/airflow",
        release_database_url="postgresql+psycopg2://elsewhere/slipway",
        embedded=False,
    )


class Running:
    """A supervisor in a thread, with what it said."""

    def __init__(self, place: Place, *programs: Program) -> None:
        self.said: list[str] = []
        self.home = Home(place.home)
        self.supervisor = Supervisor(place, self.said.append, programs, NOTHING)
        self.thread = threading.Thread(target=self.supervisor.run)

    def children(self) -> list[psutil.Process]:
        mark = str(self.home.root)
        found = []
        for process in psutil.Process().children(recursive=True):
            try:
                if process.environ().get("SLIPWAY_HOME") == mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def stop(self) -> None:
        self.supervisor.stop()
        self.thread.join(30)


@pytest.fixture
def run(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Running]]:
    monkeypatch.setattr("slipway.platform.supervisor.PATIENCE_SECONDS", 1.0)
    started: list[Running] = []

    def start(*programs: Program) -> Running:
        running = Running(place, *programs)
        running.thread.start()
        started.append(running)
        wanted = len(programs)
        _until(lambda: len(running.children()) >= wanted and (place.home / "run/processes.json").exists())
        return running

    yield start
    for running in started:
        running.stop()


def _until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_program_that_dies_is_started_again(run: Callable[..., Running]) -> None:
    running = run(SLEEPER)
    first = running.children()[0].pid
    os.kill(first, signal.SIGKILL)
    _until(lambda: [p.pid for p in running.children()] not in ([], [first]))
    assert running.said[-1].startswith("sleeper started again")


def test_stopping_leaves_no_process_not_even_orphans_or_deaf_ones(run: Callable[..., Running]) -> None:
    running = run(PARENT, DEAF)
    _until(lambda: len(running.children()) == 3)
    family = running.children()
    parent = next(p for p in family if p.ppid() == os.getpid() and p.children())
    parent.kill()
    running.stop()
    assert [p for p in family if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_what_tasks_started_ends_after_them(run: Callable[..., Running], tmp_path: Path) -> None:
    """A service that was deployed is an orphan of its task; a test that still asks it must not see it go."""
    noted = tmp_path / "noted"
    tests_it = f"""
import psutil, signal, subprocess, sys, time
deploys = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], "
deploys += "start_new_session=True, stdout=subprocess.DEVNULL).pid)"
service = psutil.Process(int(subprocess.check_output([sys.executable, "-c", deploys])))

def end(*_):
    time.sleep(1)
    alive = service.is_running() and service.status() != psutil.STATUS_ZOMBIE
    open({str(noted)!r}, "w").write("alive" if alive else "gone")
    sys.exit()

signal.signal(signal.SIGTERM, end)
open({str(noted)!r}, "w").write("ready")
time.sleep(600)
"""
    running = run(Program(name="tests-it", arguments=("-c", tests_it)))
    _until(lambda: noted.exists() and noted.read_text() == "ready")
    running.stop()
    assert noted.read_text() == "alive"
    assert running.children() == []


def test_a_second_platform_in_the_same_home_is_refused(run: Callable[..., Running], place: Place) -> None:
    run(SLEEPER)
    with pytest.raises(PlatformError, match=r"runs already\. Stop it first: make down"):
        Supervisor(place, print, (), NOTHING).run()


def test_who_supervises_is_told_by_the_lock(run: Callable[..., Running], place: Place) -> None:
    running = run(SLEEPER)
    found = supervisor_of(Home(place.home))
    assert found is not None
    assert found.pid == os.getpid()
    running.stop()
    assert supervisor_of(Home(place.home)) is None


def test_a_taken_port_is_named_with_the_variable_to_change(place: Place) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PlatformError, match=rf"Port {port} is taken.*SLIPWAY_PORT={port + 1}"):
            Supervisor(replace(place, port=port), print, (), NOTHING).run()


def test_nothing_starts_on_databases_that_could_not_be_prepared(place: Place) -> None:
    failing = ("-c", "raise SystemExit('no such database')")
    with pytest.raises(PlatformError, match="no such database"):
        Supervisor(place, print, (SLEEPER,), failing).run()
    assert not (place.home / "run" / "processes.json").exists()


def test_children_of_a_killed_supervisor_are_ended_by_the_next(run: Callable[..., Running], place: Place) -> None:
    home = Home(place.home)
    home.create()
    left = subprocess.Popen(SLEEPER.argv)
    born = psutil.Process(left.pid).create_time()
    state = f'{{"sleeper": [{left.pid}, {born}]}}'
    (home.run / "processes.json").write_text(state)
    run(SLEEPER)
    left.wait(10)
    assert not psutil.pid_exists(left.pid)
