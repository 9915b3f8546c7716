"""The process that holds the leash. Run as a script, standard library only, so that it starts in a blink.

It starts one command and ends everything that came of it when the asker dies, the deadline passes, a TERM
comes, or the command itself ends. Until then it holds the descriptors it was given (the activity's lock), so
that the lock is free only when all of them are dead. The word "keep" lets the command outlive its asker: the
descriptors are closed, and the keeper stays for as long as the command runs.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PARENT_CHECK_SECONDS = 0.5
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_ON_LINUX = sys.platform.startswith("linux")


def _prctl(option: int, value: int) -> None:
    if _ON_LINUX:
        _LIBC.prctl(option, value, 0, 0, 0)


_LIBC = ctypes.CDLL(None)


class Keeper:
    """One command, from its start until nothing of it lives."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._control: socket.socket | None = socket.socket(fileno=job["control_fd"])
        self._parent = os.getppid()
        self._deadline: float = time.monotonic() + job["seconds"]
        self._main = 0
        self._code: int | None = None
        self._told_to_end = False
        self._wake, wake_write = socket.socketpair()
        self._wake.setblocking(False)
        wake_write.setblocking(False)
        self._wake_write = wake_write
        signal.set_wakeup_fd(wake_write.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_term)
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)

    def _on_term(self, *_: object) -> None:
        self._told_to_end = True

    def run(self) -> None:
        """Starts the command, waits, ends all of it, reports how it ended."""
        try:
            self._start()
        except OSError as error:
            self._report(ended="not_started", detail=f"{error.strerror}: {error.filename or ''}")
            return
        self._report(started=self._main)
        why = self._wait()
        self._end_everything()
        self._report(ended=why, code=self._code)

    def _start(self) -> None:
        def die_with_the_keeper() -> None:
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

        child = subprocess.Popen(
            self._job["argv"],
            cwd=self._job["cwd"],
            start_new_session=True,
            pass_fds=tuple(self._job["shared_fds"]),
            preexec_fn=die_with_the_keeper,  # noqa: PLW1509 - this process has one thread
        )
        self._main = child.pid
        child.returncode = 0  # reaped here, with everything else that falls to us, not by subprocess

    def _wait(self) -> str:
        """Why it is over: exited, deadline, asker_gone or told_to_end."""
        while True:
            self._reap()
            if self._code is not None:
                return "exited"
            if self._told_to_end:
                return "told_to_end"
            if self._control is not None and time.monotonic() >= self._deadline:
                return "deadline"
            if self._control is not None and os.getppid() != self._parent:
                return "asker_gone"
            if not self._listen():
                return "asker_gone"

    def _listen(self) -> bool:
        """Waits for the next event; False where the asker hung up without a word."""
        sources = [self._wake] if self._control is None else [self._wake, self._control]
        ready, _, _ = select.select(sources, [], [], self._patience())
        if self._wake in ready:
            with contextlib.suppress(BlockingIOError):
                self._wake.recv(4096)
        if self._control is None or self._control not in ready:
            return True
        try:
            word = self._control.recv(1)
        except OSError:
            return False
        if word == b"k":
            self._keep()
        return word == b"k"

    def _patience(self) -> float | None:
        if self._control is None:
            return None
        return max(0.0, min(_PARENT_CHECK_SECONDS, self._deadline - time.monotonic()))

    def _keep(self) -> None:
        for descriptor in {*self._job["held_fds"], *self._job["shared_fds"]}:
            os.close(descriptor)
        self._report(kept=True)
        if self._control is not None:
            self._control.close()
        self._control = None

    def _report(self, **facts: Any) -> None:
        if self._control is None:
            return
        with contextlib.suppress(OSError):  # nobody listens any more
            self._control.sendall(json.dumps(facts).encode() + b"\n")

    def _reap(self) -> bool:
        """Collects the dead; True where no child is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            if pid == self._main:
                self._code = os.waitstatus_to_exitcode(status)

    def _end_everything(self) -> None:
        """TERM to the command's group, a short grace, then KILL until none of its descendants is left."""
        self._signal_group(signal.SIGTERM)
        until = time.monotonic() + self._job["grace"]
        while not self._reap():
            if time.monotonic() >= until:
                self._signal_group(signal.SIGKILL)
                for pid in _children_of(os.getpid()):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._main, number)


def _children_of(parent: int) -> Iterator[int]:
    """Direct children; orphans of the command are among them, because the keeper is their reaper (Linux)."""
    if not _ON_LINUX:
        return
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_bytes().rsplit(b")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            yield int(entry.name)


if __name__ == "__main__":
    Keeper(json.loads(sys.argv[1])).run()
