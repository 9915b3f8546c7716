"""What `local_process` remembers of one service in one environment, in one folder."""

import contextlib
import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from slipway.adapters.leash.identity import is_alive
from slipway.adapters.targets.waiting import seconds_until
from slipway.domain.errors import StaleFenceError, TargetError

KEPT_ARTEFACTS = 3


@dataclass(frozen=True, kw_only=True)
class Record:
    """The process that was started last; its start times tell it from a later one of the same number."""

    service: str
    environment: str
    version: str
    digest: str
    fencing: int
    folder: str
    port: int
    command: tuple[str, ...]
    pid: int
    start: str | None
    keeper: int
    keeper_start: str | None

    @property
    def alive(self) -> bool:
        """Whether exactly this process still lives."""
        return is_alive(self.pid, self.start)


class Place:
    """The folder of one service in one environment."""

    def __init__(self, state_folder: Path, environment: str, service: str) -> None:
        for name in (environment, service):
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
                raise TargetError(f"{name!r} cannot be a folder's name: use letters, digits, '.', '_' and '-'.")
        self.folder = state_folder.absolute() / environment / service
        self.environment = environment
        self.service = service
        self.log = self.folder / "service.log"

    @contextlib.contextmanager
    def locked(self, until: datetime) -> Iterator[int]:
        """One worker at a time; the keeper gets the yielded descriptor too, so it binds its process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "target.lock").open("ab") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if seconds_until(until) <= 0:
                        raise TargetError(
                            f"Another deploy of {self.service} works on {self.environment}; nothing was "
                            "changed. Wait until it has ended, then retry."
                        ) from None
                    time.sleep(0.1)
            yield file.fileno()

    def raise_fence(self, fencing: int) -> None:
        """Remembers the highest fencing number for good. Raises StaleFenceError for a lower one."""
        path = self.folder / "fencing"
        highest = int(path.read_text()) if path.exists() else 0
        if fencing < highest:
            raise StaleFenceError(
                f"{self.service} in {self.environment} was not touched: owner {fencing} is outdated, owner "
                f"{highest} has worked on it since. Look at the release that holds it now."
            )
        write_atomically(path, str(fencing))

    def record(self) -> Record | None:
        """What was started last, or None."""
        try:
            facts = json.loads((self.folder / "current.json").read_text())
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise TargetError(f"{self.folder / 'current.json'} is damaged ({error}); deploy again.") from error
        return Record(**{**facts, "command": tuple(facts["command"])})

    def remember(self, record: Record, variables: Mapping[str, str]) -> None:
        """Written before the process is let go: a process that runs is always one we know."""
        write_atomically(self.folder / "variables.json", json.dumps(dict(variables)))
        write_atomically(self.folder / "current.json", json.dumps(asdict(record), indent=1))

    def variables(self) -> dict[str, str]:
        """The service's own variables of its last start; only our user may read the file."""
        path = self.folder / "variables.json"
        return dict(json.loads(path.read_text())) if path.exists() else {}

    def forget(self) -> None:
        """Nothing is current any more; the fence stays."""
        for name in ("current.json", "variables.json"):
            (self.folder / name).unlink(missing_ok=True)

    def bring_in(self, digest: str, source: Path) -> Path:
        """Copies the artefact beside the others, under a passing name. Raises TargetError (disk full)."""
        incoming = self.folder / "artefacts" / f".incoming-{digest.partition(':')[2] or digest}"
        shutil.rmtree(incoming, ignore_errors=True)
        try:
            shutil.copytree(source, incoming)
        except (OSError, shutil.Error) as error:
            shutil.rmtree(incoming, ignore_errors=True)
            raise TargetError(
                f"The artefact could not be copied to {self.folder}: {error}. What ran before still runs."
            ) from error
        return incoming

    def put_in_place(self, incoming: Path) -> Path:
        """Gives the artefact its own name; the newest few stay, for a look after a failure."""
        folder = incoming.with_name(incoming.name.removeprefix(".incoming-"))
        shutil.rmtree(folder, ignore_errors=True)
        incoming.rename(folder)
        os.utime(folder)
        kept = sorted((each for each in folder.parent.iterdir()), key=lambda each: each.stat().st_mtime)
        for old in kept[:-KEPT_ARTEFACTS]:
            shutil.rmtree(old, ignore_errors=True)
        return folder

    def log_tail(self, characters: int = 2000) -> str:
        """The last words of the service."""
        if not self.log.exists():
            return "(it wrote nothing)"
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 4 * characters))
            return file.read().decode(errors="replace").strip()[-characters:] or "(it wrote nothing)"


def write_atomically(path: Path, text: str) -> None:
    """Whole or not at all, also across a power cut; readable by our user only."""
    passing = path.with_name(f".{path.name}.new")
    descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    passing.replace(path)
