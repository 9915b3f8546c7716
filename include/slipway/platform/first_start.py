"""Brings databases, people and pools up to date before anything starts; skipped if nothing changed."""

import contextlib
import hashlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from slipway.platform.children import end_group
from slipway.platform.errors import PlatformError
from slipway.platform.home import Home
from slipway.platform.place import Place

_SLIPWAY = Path(__file__).resolve().parents[1]


def prepare(
    home: Home,
    variables: dict[str, str],
    place: Place,
    command: Sequence[str],
    stopped: threading.Event,
    say: Callable[[str], None],
) -> None:
    """Runs the preparation (a Python command line) unless it ran for the same code and databases.

    Raises PlatformError with the end of its log: nothing starts on a half-made database.
    """
    stamp = home.run / "prepared"
    wanted = fingerprint(place)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    say("preparing databases, people and pools ...")
    log = home.logs / "prepare.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=variables,
            cwd=home.root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    while process.poll() is None:
        if stopped.wait(0.1):
            end_group(process.pid)
            process.wait()
            return
    if process.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise PlatformError(f"The databases could not be prepared. The end of {log}:\n{tail}")
    stamp.write_text(wanted, encoding="utf-8")


def fingerprint(place: Place) -> str:
    """Hash of everything the preparation depends on: packages, schema, roles, and which databases."""
    digest = hashlib.sha256()
    for part in (place.airflow_database_url, place.release_database_url, str(place.catalogue)):
        digest.update(part.encode() + b"\0")
    for file in _inputs(place):
        digest.update(os.fsencode(file.name) + b"\0")
        with contextlib.suppress(FileNotFoundError):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _inputs(place: Place) -> Iterator[Path]:
    yield place.project / "requirements.txt"
    yield place.home / "secrets.json"
    yield place.home / "postgres" / "PG_VERSION"
    yield from sorted((_SLIPWAY / "adapters" / "database" / "schema_versions").rglob("*.py"))
    yield from sorted((_SLIPWAY / "adapters" / "database" / "schema_versions").rglob("*.sql"))
    for name in ("prepare.py", "sync_accounts.py", "people_sync.py", "roles.py"):
        yield _SLIPWAY / "airflow_edge" / name
