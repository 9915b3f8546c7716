"""Child processes in groups of their own: started, watched, restarted with patience, ended to the last."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""Who lives this long has started well: its next death is again the first."""
GIVES_WAY = 10
"""How nice a background program is (0 to 19)."""
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


class Child:
    """One process that must be running; `spawn` starts it in a session of its own."""

    def __init__(self, name: str, spawn: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        self.name = name
        self._spawn = spawn
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._delay = FIRST_DELAY_SECONDS
        self._due = 0.0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Starts it now."""
        self._process = self._spawn()
        self._started = time.monotonic()

    def kill(self) -> None:
        """Ends it at once; `tend` starts it again."""
        if self._process is not None:
            self._process.kill()

    def bury(self) -> None:
        """Takes note that the process has ended, whoever ended it."""
        if self._process is not None:
            self._process.poll()

    def tend(self) -> str | None:
        """Restarts it if it died and its time has come. Returns what there is to say, or None."""
        if self._process is None or self._process.poll() is None:
            return None
        now = time.monotonic()
        if self._due == 0.0:
            if now - self._started > STEADY_SECONDS:
                self._delay = FIRST_DELAY_SECONDS
            self._due = now + self._delay
            code, delay = self._process.returncode, self._delay
            self._delay = min(self._delay * 2, LONGEST_DELAY_SECONDS)
            end_group(self._process.pid)
            return f"{self.name} ended with {code}; starting it again in {delay:.0f} s"
        if now < self._due:
            return None
        self._due = 0.0
        self.start()
        return f"{self.name} started again (process {self.pid})"


def spawn(
    argv: list[str], environment: dict[str, str], log: Path, folder: Path, *, gives_way: bool = False
) -> "subprocess.Popen[bytes]":
    """Starts a process in a session of its own, its output appended to `log`."""
    polite = ["nice", "-n", str(GIVES_WAY)] if gives_way else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [*polite, *argv],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def adopt_orphans() -> None:
    """Makes processes whose parent died ours (Linux), so that `end_all` finds them."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_the_starter() -> None:
    """Run in a child before it becomes its program: it is asked to end when who started it dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


def end_group(leader: int, number: int = signal.SIGTERM) -> None:
    """Signals what is left of a group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def end_all(processes: Iterable[psutil.Process], patience_seconds: float) -> None:
    """Asks each process to end, waits, then kills what is left, descendants included."""
    family = {member for process in processes for member in (process, *_descendants(process))}
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, stubborn = psutil.wait_procs(family, timeout=patience_seconds)
    late = {member for process in stubborn for member in (process, *_descendants(process))}
    for process in late:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(late, timeout=5)


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
