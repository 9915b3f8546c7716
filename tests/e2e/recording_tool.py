"""A deploy tool that an independent recorder stands in for: FOLDER ACTION SERVICE ENVIRONMENT [FENCING VERSION DIGEST].

Writes one line when an action begins and one when it ends, so that two at once would be seen.
"""

import json
import os
import sys
import time
from pathlib import Path

WORK_SECONDS = 0.5
LONGEST_HELD_SECONDS = 60.0


def main(folder: str, action: str, service: str, environment: str, *facts: str) -> int:
    """What runs is one JSON file per service and environment."""
    state = Path(folder) / f"{service}.{environment}.json"
    if action == "current":
        if silence(Path(folder), service, environment).exists():
            return 1
        sys.stdout.write(state.read_text() if state.exists() else '{"digest": null, "version": null, "healthy": false}')
        return 0
    fencing, *artefact = facts
    version, digest = artefact or (None, None)
    what = {"action": action, "service": service, "environment": environment, "fencing": int(fencing)}
    _note(folder, {**what, "phase": "begin", "version": version})
    time.sleep(WORK_SECONDS)
    hold_up(Path(folder), action, service, environment, LONGEST_HELD_SECONDS)
    draft = state.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"digest": digest, "version": version, "healthy": digest is not None}))
    draft.replace(state)
    _note(folder, {**what, "phase": "end", "version": version})
    return 0


def hold_up(folder: Path, what: str, service: str, environment: str, seconds: float) -> None:
    """Waits while a test wants it so, and tells it that it came so far."""
    hold, reached = (folder / f"{service}.{environment}.{mark}-{what}" for mark in ("hold", "reached"))
    until = time.monotonic() + seconds
    while hold.exists() and time.monotonic() < until:
        reached.touch()
        time.sleep(0.05)


def silence(folder: Path, service: str, environment: str) -> Path:
    """While this file is there, nobody is told what runs."""
    return folder / f"{service}.{environment}.silent"


def _note(folder: str, line: dict[str, object]) -> None:
    with (Path(folder) / "record.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": time.time(), **line}) + "\n")


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
