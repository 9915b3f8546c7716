"""Starts and stops the process of a service."""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from slipway.adapters.leash.environment import child_environment
from slipway.adapters.leash.identity import is_alive, started_at
from slipway.adapters.leash.leash import Leash, Streams, own_group
from slipway.adapters.targets.local.health import ask_health
from slipway.adapters.targets.local.state import Place, Record
from slipway.adapters.targets.waiting import pauses, seconds_until
from slipway.domain.errors import TargetError

_STOP_SECONDS = 10.0
_START_SECONDS = 10.0


def command_of(folder: Path, override: Sequence[str]) -> tuple[str, ...]:
    """The service's command: the catalogue's, else that of the artefact's own `service.json`."""
    return tuple(override) or _command_from(folder / "service.json")


def _command_from(manifest: Path) -> tuple[str, ...]:
    try:
        command = json.loads(manifest.read_text())["command"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TargetError(
            "The artefact does not say how to start it: its service.json must be "
            f'{{"command": ["program", "argument"]}} ({error!r}). Publish it anew or set option `command`.'
        ) from error
    if not isinstance(command, list) or not command or not all(isinstance(part, str) for part in command):
        raise TargetError('The artefact\'s service.json has no usable "command": it must be a list of texts.')
    return tuple(command)


def run(
    place: Place, record: Record, variables: Mapping[str, str], deadline: datetime, held_fds: Sequence[int]
) -> None:
    """Starts what the record says, waits until it is healthy, remembers and keeps it; else ends it."""
    own = {"PORT": str(record.port), "SERVICE_VERSION": record.version, "SERVICE_DIGEST": record.digest}
    filled = {"{python}": sys.executable, "{port}": str(record.port)}
    if place.log.exists():
        place.log.replace(place.log.with_suffix(".previous.log"))
    with (
        place.log.open("wb") as log,
        Leash(
            [filled.get(part, part) for part in record.command],
            environment=child_environment({**variables, **own}),
            cwd=Path(record.folder),
            seconds=seconds_until(deadline),
            held_fds=held_fds,
            streams=Streams(stdout=log, stderr=log),
        ) as leash,
    ):
        if not leash.wait_started(min(_START_SECONDS, max(0.0, seconds_until(deadline)))):
            why = leash.ended.detail if leash.ended else "out of time"
            raise TargetError(f"{_named(record)} could not be started: {why}. Command: {record.command}")
        _wait_healthy(place, record, leash, deadline)
        place.remember(_with_processes(record, leash), variables)
        if not leash.keep():
            raise TargetError(f"{_named(record)} ended right after it was healthy. Its log: {place.log_tail()}")


def stop(record: Record | None) -> None:
    """Ends the recorded process and everything it started; returns when they are dead."""
    if record is None:
        return
    if is_alive(record.keeper, record.keeper_start):
        _signal(record.keeper, signal.SIGTERM)  # the keeper ends all of it: TERM, grace, KILL
        if _dead_within(record.keeper, record.keeper_start, _STOP_SECONDS):
            return
    if record.alive and own_group(record.pid):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(record.pid, signal.SIGKILL)
    if not _dead_within(record.pid, record.start, _STOP_SECONDS):
        raise TargetError(f"Process {record.pid} of {_named(record)} cannot be ended; nothing new was started.")


def _wait_healthy(place: Place, record: Record, leash: Leash, deadline: datetime) -> None:
    seen = "never asked"
    for _ in pauses(deadline, first=0.05, longest=0.5):
        leash.listen(0)
        if leash.ended is not None:
            raise TargetError(
                f"{_named(record)} ended instead of becoming healthy ({leash.ended.why}, "
                f"code {leash.ended.code}). Its log: {place.log_tail()}"
            )
        health = ask_health(record.port, min(2.0, max(0.1, seconds_until(deadline))))
        if health.ok and health.digest == record.digest:
            return
        seen = f"{health.detail}, version {health.version}, digest {health.digest}"
    raise TargetError(
        f"{_named(record)} did not become healthy by its deadline and was ended. Last seen: {seen}. "
        f"Its log: {place.log_tail()}"
    )


def _with_processes(record: Record, leash: Leash) -> Record:
    pid = leash.child_pid or 0
    processes = {"pid": pid, "start": started_at(pid), "keeper": leash.keeper.pid}
    return Record(**{**vars(record), **processes, "keeper_start": started_at(leash.keeper.pid)})


def _dead_within(pid: int, start: str | None, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while is_alive(pid, start):
        if time.monotonic() >= until:
            return False
        time.sleep(0.02)
    return True


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _named(record: Record) -> str:
    return f"{record.service} {record.version} in {record.environment}"
