"""Starts the platform, keeps every process of it running, and leaves nothing behind when it ends."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType

import psutil

from slipway.adapters.targets.local.resume import resume_all
from slipway.platform.children import Child, adopt_orphans, end_all, spawn
from slipway.platform.errors import PlatformError
from slipway.platform.first_start import prepare
from slipway.platform.health import unhealthy
from slipway.platform.health_watch import HealthWatch
from slipway.platform.home import Home, load_secrets
from slipway.platform.known_connections import note_connections
from slipway.platform.place import AIRFLOW_DATABASE, RELEASE_DATABASE, Place
from slipway.platform.postgres import EmbeddedPostgres
from slipway.platform.processes import PREPARE, PROGRAMS, Program
from slipway.platform.service_databases import create_service_databases
from slipway.platform.settings import environment

PATIENCE_SECONDS = 15.0
TICK_SECONDS = 0.3
Say = Callable[[str], None]


class Supervisor:
    """Runs one platform in this process until told to stop."""

    def __init__(
        self,
        place: Place,
        say: Say,
        programs: Sequence[Program] = PROGRAMS,
        preparation: Sequence[str] = PREPARE,
    ) -> None:
        self._place = place
        self._home = Home(place.home)
        self._say = say
        self._programs = programs
        self._preparation = preparation
        self._stop = threading.Event()
        self._children: list[Child] = []
        self._strangers: set[int | None] = set()
        """Children that this process had before: not ours to end (only where it does other things too)."""
        self._watch = HealthWatch(lambda: unhealthy(place.api_url))
        self._postgres = EmbeddedPostgres(self._home.postgres, self._home.logs / "postgres.log")

    def run(self) -> None:
        """Starts everything and returns after SIGINT, SIGTERM or `stop`, with nothing left running.

        Raises PlatformError where it runs already, the port is taken, or the first start fails.
        """
        self._home.create()
        with self._only_one():
            end_leftovers(self._home)
            must_be_free(self._place.port)
            self._strangers = {process.pid for process in psutil.Process().children(recursive=True)}
            adopt_orphans()
            try:
                self._start()
                self._tend()
            finally:
                self._end()

    def stop(self, *_: int | FrameType | None) -> None:
        """Asks `run` to end; also the handler of SIGINT and SIGTERM."""
        self._stop.set()

    def _start(self) -> None:
        if self._place.embedded:
            self._start_postgres()
        secrets = load_secrets(self._home)
        databases = create_service_databases(self._place, self._postgres)
        note_connections(self._home, [*self._place.connections, *databases])
        variables = environment(self._place, secrets, signs_in=True) | databases
        prepare(self._home, variables, self._place, self._preparation, self._stop, self._say)
        for program in self._programs:
            if self._stop.is_set():
                return
            own = environment(self._place, secrets, signs_in=program.signs_in, lets_people_in=program.lets_people_in)
            self._children.append(Child(program.name, self._spawner(program, own | databases)))
            self._children[-1].start()
        self._write_state()
        threading.Thread(target=self._resume_services, daemon=True).start()
        threading.Thread(target=self._watch.follow, args=(self._stop,), daemon=True).start()

    def _resume_services(self) -> None:
        """The local environments run again what was deployed to them; beside the rest, for it may take its time."""
        for problem in resume_all(self._home.root / "targets"):
            self._say(f"not started again: {problem}")

    def _start_postgres(self) -> None:
        self._postgres.prepare()
        self._children.append(Child("postgres", self._postgres.spawn))
        self._children[-1].start()
        self._postgres.wait_until_ready()
        for database in (AIRFLOW_DATABASE, RELEASE_DATABASE):
            self._postgres.create_database(database)

    def _spawner(self, program: Program, variables: dict[str, str]) -> Callable[[], "subprocess.Popen[bytes]"]:
        log = self._home.logs / f"{program.name}.log"
        return lambda: spawn(program.argv, variables, log, self._home.root, gives_way=program.gives_way)

    def _tend(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            self._end_the_hanging()
            news = [said for child in self._children if (said := child.tend())]
            for said in news:
                self._say(said)
            if news:
                self._write_state()
            self._bury_orphans()

    def _end_the_hanging(self) -> None:
        """What is alive but does nothing is killed, and starts again like anything that died."""
        for name in self._watch.take_overdue():
            for child in self._children:
                if child.name == name:
                    self._say(f"{name} does nothing any more; ending it")
                    child.kill()

    def _bury_orphans(self) -> None:
        """Adopted processes that ended are zombies until somebody asks for their exit."""
        ours = {child.pid for child in self._children} | self._strangers
        for process in psutil.Process().children():
            with contextlib.suppress(psutil.NoSuchProcess, ChildProcessError):
                if process.pid not in ours and process.status() == psutil.STATUS_ZOMBIE:
                    os.waitpid(process.pid, os.WNOHANG)

    def _end(self) -> None:
        database = next((child.pid for child in self._children if child.name == "postgres"), None)
        keep = {database, *(p.pid for p in _family(database)), *self._strangers}
        # Tasks first: what they test must not go away beneath them.
        end_all([p for child in self._children if child.pid != database for p in _living(child.pid)], PATIENCE_SECONDS)
        end_all([p for p in psutil.Process().children(recursive=True) if p.pid not in keep], PATIENCE_SECONDS)
        self._postgres.stop()
        for child in self._children:
            child.bury()
        with contextlib.suppress(FileNotFoundError):
            state_file(self._home).unlink()

    def _write_state(self) -> None:
        started = {child.name: _identity(child.pid) for child in self._children if child.pid is not None}
        file = state_file(self._home)
        draft = file.with_suffix(".new")
        draft.write_text(json.dumps(started, indent=1), encoding="utf-8")
        draft.replace(file)

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        with lock_file(self._home).open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise PlatformError(
                    f"The platform of {self._home.root} runs already. Stop it first: make down"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
            file.truncate(0)


def lock_file(home: Home) -> Path:
    """Locked as long as the supervisor of this home lives; holds its process id."""
    return home.run / "supervisor.lock"


def state_file(home: Home) -> Path:
    """Process id and birth of each child, by name, while a supervisor runs or after it was killed."""
    return home.run / "processes.json"


def end_leftovers(home: Home) -> None:
    """A supervisor that was killed left its children running: ends those that are provably the same."""
    with contextlib.suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        known = json.loads(state_file(home).read_text(encoding="utf-8"))
        left = [psutil.Process(pid) for pid, born in known.values() if _identity(pid) == [pid, born]]
        end_all(left, PATIENCE_SECONDS)


def supervisor_of(home: Home) -> psutil.Process | None:
    """The living supervisor of this home, told by its lock, not by a number in a file."""
    try:
        with lock_file(home).open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return psutil.Process(int(file.read()))
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None
    return None


def must_be_free(port: int) -> None:
    """Raises PlatformError where something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise PlatformError(
                f"Port {port} is taken by another program. Choose another: SLIPWAY_PORT={port + 1} make up"
            ) from None


def run_until_signalled(supervisor: Supervisor) -> None:
    """Runs a supervisor in the main thread; Ctrl-C, SIGTERM and a closed terminal end it in order."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, supervisor.stop)
    supervisor.run()


def wait_until_gone(process: psutil.Process, seconds: float) -> bool:
    """Whether a process ended within `seconds`."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _identity(pid: int) -> list[float] | None:
    try:
        return [pid, psutil.Process(pid).create_time()]
    except psutil.NoSuchProcess:
        return None


def _living(pid: int | None) -> list[psutil.Process]:
    try:
        return [] if pid is None else [psutil.Process(pid)]
    except psutil.NoSuchProcess:
        return []


def _family(pid: int | None) -> list[psutil.Process]:
    try:
        return [] if pid is None else psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
