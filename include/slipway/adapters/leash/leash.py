"""The asker's end of the leash."""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

_KEEPER = str(Path(__file__).with_name("keeper.py"))
_ACK_SECONDS = 5.0
GRACE_SECONDS = 3.0
"""Between TERM and KILL."""
_kept: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a leashed command ended. `why`: exited, deadline, asker_gone, told_to_end, not_started or lost."""

    why: str
    code: int | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Streams:
    """Where the command reads and writes; an int is a descriptor or one of subprocess's constants."""

    stdin: int | IO[bytes] = subprocess.DEVNULL
    stdout: int | IO[bytes] = subprocess.DEVNULL
    stderr: int | IO[bytes] = subprocess.DEVNULL


class Leash:
    """A command that dies with this process, at its deadline, or when the `with` block ends without `keep`.

    `held_fds` stay open until everything the command started is dead, or until `keep`; `shared_fds` are
    inherited by the command as well.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        seconds: float,
        grace: float = GRACE_SECONDS,
        held_fds: Sequence[int] = (),
        shared_fds: Sequence[int] = (),
        streams: Streams | None = None,
    ) -> None:
        _kept[:] = [keeper for keeper in _kept if keeper.poll() is None]
        streams = streams or Streams()
        self.control, theirs = socket.socketpair()
        job = {
            "argv": list(argv),
            "cwd": str(cwd),
            "seconds": max(0.0, seconds),
            "grace": grace,
            "control_fd": theirs.fileno(),
            "held_fds": list(held_fds),
            "shared_fds": list(shared_fds),
        }
        try:
            self.keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", _KEEPER, json.dumps(job)],
                env=dict(environment),
                start_new_session=True,
                pass_fds=tuple({theirs.fileno(), *held_fds, *shared_fds}),
                stdin=streams.stdin,
                stdout=streams.stdout,
                stderr=streams.stderr,
            )
        except BaseException:
            self.control.close()
            raise
        finally:
            theirs.close()
        self.child_pid: int | None = None
        self.ended: Ended | None = None
        self._was_kept = False
        self._unread = b""

    def __enter__(self) -> "Leash":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends what was not kept, and returns when all of it is dead."""
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_WR)
        if self._was_kept:
            _kept.append(self.keeper)
        else:
            self.keeper.wait()
        self.control.close()

    def wait_started(self, seconds: float) -> bool:
        """Waits until the command has started; False where it could not, or not in time."""
        until = time.monotonic() + seconds
        while self.child_pid is None and self.ended is None and time.monotonic() < until:
            self.listen(max(0.0, until - time.monotonic()))
        return self.child_pid is not None

    def keep(self) -> bool:
        """Lets the command live on and waits until the held files are closed; False where it has ended."""
        with contextlib.suppress(OSError):
            self.control.sendall(b"k")
        until = time.monotonic() + _ACK_SECONDS
        while not self._was_kept and self.ended is None and time.monotonic() < until:
            self.listen(max(0.0, until - time.monotonic()))
        return self._was_kept

    def listen(self, seconds: float) -> None:
        """Takes in what the keeper says within so many seconds; `child_pid` and `ended` show it."""
        ready, _, _ = select.select([self.control], [], [], seconds)
        if ready:
            self.take_in()

    def take_in(self) -> None:
        """Reads what the keeper has said; blocks where it said nothing."""
        try:
            words = self.control.recv(65536)
        except OSError:
            words = b""
        if not words:
            self.ended = self.ended or Ended(why="lost", detail="the keeper of the process was killed")
            return
        *lines, self._unread = (self._unread + words).split(b"\n")
        for line in lines:
            self._note(json.loads(line))

    def _note(self, facts: Mapping[str, Any]) -> None:
        if "started" in facts:
            self.child_pid = facts["started"]
        if "kept" in facts:
            self._was_kept = True
        if "ended" in facts:
            self.ended = Ended(why=facts["ended"], code=facts.get("code"), detail=facts.get("detail", ""))


def own_group(pid: int) -> bool:
    """Whether the process leads its own group, so that signalling the group touches nobody else."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False
