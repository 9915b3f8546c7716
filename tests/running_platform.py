"""A whole platform for tests and measurements: its own home, free ports, real processes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from slipway.platform.children import end_with_the_starter
from slipway.platform.client import PlatformClient
from slipway.platform.control import unhealthy, wait_until_healthy
from slipway.platform.home import PROJECT, Home, Secrets, load_secrets
from slipway.platform.place import RELEASE_DATABASE, Place
from slipway.platform.postgres import EmbeddedPostgres

STOP_SECONDS = 60
PARSED_ONCE = {"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600"}
"""For a platform whose DAGs do not change while it runs."""


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningPlatform:
    """Starts `python -m slipway.platform` with the project's DAGs plus those of `more_dags`."""

    def __init__(
        self,
        root: Path,
        more_dags: Sequence[Path] = (),
        catalogue: Path | None = None,
        more_variables: Mapping[str, str] | None = None,
    ) -> None:
        self.more_variables = more_variables or {}
        self.home = Home(root / "home")
        self.dags = root / "dags"
        self.catalogue = catalogue or PROJECT / "include" / "catalogue"
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._clients: dict[str, PlatformClient] = {}
        self._one_at_a_time = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self.dags.mkdir(parents=True)
        for folder in (PROJECT / "dags", *more_dags):
            for file in folder.glob("*.py"):
                shutil.copy(file, self.dags)

    @property
    def secrets(self) -> Secrets:
        """The secrets of this platform."""
        return load_secrets(self.home)

    @property
    def release_database_url(self) -> str:
        """SQLAlchemy URL of its release database."""
        return EmbeddedPostgres(self.home.postgres, self.home.logs / "postgres.log").url(RELEASE_DATABASE)

    def variables(self) -> dict[str, str]:
        """The environment that places commands at this platform."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW_", "SLIPWAY_"))}
        return {
            **kept,
            "PYTHONPATH": str(PROJECT / "include"),
            "SLIPWAY_HOME": str(self.home.root),
            "SLIPWAY_PORT": str(self.port),
            "SLIPWAY_DAGS": str(self.dags),
            "SLIPWAY_CATALOGUE": str(self.catalogue),
            **self.more_variables,
        }

    def start(self) -> None:
        """Starts it and returns when it is healthy."""
        self.home.create()
        with (self.home.logs / "supervisor.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "slipway.platform"],
                env=self.variables(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_the_starter,  # noqa: PLW1509 - one call of the C library, no locks
            )
        wait_until_healthy(self._place(), self._process, self.home)

    def stop(self) -> int:
        """Ctrl-C: returns the exit code of the supervisor."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGINT)
        code = self._process.wait(STOP_SECONDS)
        self._process = None
        return code

    def client(self, person: str) -> PlatformClient:
        """The REST client of a person or machine account."""
        with self._one_at_a_time:
            if person not in self._clients:
                password = self.secrets.password_of(person)
                self._clients[person] = PlatformClient(self.base_url, person, password)
            return self._clients[person]

    def process_ids(self) -> dict[str, int]:
        """Process id by program name, as the supervisor wrote it."""
        known = json.loads((self.home.run / "processes.json").read_text(encoding="utf-8"))
        return {name: int(pid) for name, (pid, _) in known.items()}

    def unhealthy(self) -> list[str]:
        """The components that are not healthy now."""
        return unhealthy(self.base_url)

    def living_processes(self) -> list[psutil.Process]:
        """Every process that carries this platform's home in its environment or command line."""
        mark = str(self.home.root)
        return [process for process in psutil.process_iter() if _mentions(process, mark)]

    def _place(self) -> Place:
        return Place(
            project=PROJECT,
            home=self.home.root,
            dags=self.dags,
            catalogue=self.catalogue,
            port=self.port,
            api_url=self.base_url,
            base_url=self.base_url,
            airflow_database_url="",
            release_database_url=self.release_database_url,
            embedded=True,
        )


def _mentions(process: psutil.Process, mark: str) -> bool:
    try:
        words = [*process.environ().values(), *process.cmdline()]
    except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
        return False
    return any(mark in word for word in words)
