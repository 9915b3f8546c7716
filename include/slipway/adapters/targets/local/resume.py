"""Starts again, and stops, all that `local_process` has in a state folder (`make up`, `make down`)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slipway.adapters.targets.local.process import run, stop
from slipway.adapters.targets.local.state import Place, Record
from slipway.domain.errors import TargetError

_PATIENCE = timedelta(seconds=30)


def resume_all(state_folder: Path) -> Sequence[str]:
    """Starts what is recorded as current and does not live; returns a line for each that could not start."""
    return _for_each(state_folder, _resume)


def stop_all(state_folder: Path) -> Sequence[str]:
    """Stops every recorded process and keeps the records; returns a line for each problem."""
    return _for_each(state_folder, lambda place, record, lock: stop(record))


def _resume(place: Place, record: Record, lock: int) -> None:
    if record.alive:
        return
    stop(record)
    run(place, record, place.variables(), datetime.now(UTC) + _PATIENCE, [lock])


def _for_each(state_folder: Path, act: Callable[[Place, Record, int], None]) -> Sequence[str]:
    problems = []
    for place in _places(state_folder):
        try:
            with place.locked(datetime.now(UTC) + _PATIENCE) as lock:
                record = place.record()
                if record is not None:
                    act(place, record, lock)
        except (TargetError, OSError) as error:
            problems.append(f"{place.service} in {place.environment}: {error}")
    return problems


def _places(state_folder: Path) -> Iterator[Place]:
    for found in sorted(state_folder.glob("*/*/current.json")):
        yield Place(state_folder, found.parent.parent.name, found.parent.name)
