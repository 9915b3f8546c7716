"""Runs a command on a leash to its end and hands back what it said, bounded."""

import contextlib
import os
import selectors
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from slipway.adapters.leash.leash import GRACE_SECONDS, Ended, Leash, Streams

KEEP_BYTES = 64 * 1024
"""Of each stream only the last so many bytes are kept: a chatty command cannot fill our memory."""

_LAST_WORDS_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How the command ended, and the tail of what it wrote."""

    ended: Ended
    stdout: str
    stderr: str

    @property
    def succeeded(self) -> bool:
        """Whether it ended by itself with code 0."""
        return self.ended.why == "exited" and self.ended.code == 0

    def tail(self, characters: int = 2000) -> str:
        """The last words of both streams, for an error message."""
        said = "\n".join(part.strip() for part in (self.stdout, self.stderr) if part.strip())
        return said if len(said) <= characters else "…" + said[-characters:]


def run_on_leash(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str],
    cwd: Path,
    seconds: float,
    lock_fd: int | None = None,
    text_in: str = "",
    grace: float = GRACE_SECONDS,
    keep_bytes: int = KEEP_BYTES,
    on_line: Callable[[str], None] | None = None,
) -> Finished:
    """Runs to the end or the deadline. All children inherit `lock_fd`; none outlives this call.

    `on_line` is told each whole line of standard output as it comes."""
    shared = () if lock_fd is None else (lock_fd,)
    pipes = Streams(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with Leash(
        argv,
        environment=environment,
        cwd=cwd,
        seconds=seconds,
        grace=grace,
        held_fds=shared,
        shared_fds=shared,
        streams=pipes,
    ) as leash:
        try:
            _hand_in(leash.keeper.stdin, text_in)
            said = _listen_to_the_end(leash, _Ears(keep_bytes, on_line))
        finally:
            for stream in (leash.keeper.stdout, leash.keeper.stderr):
                if stream:
                    stream.close()
    return Finished(ended=leash.ended or Ended(why="lost"), stdout=said["stdout"], stderr=said["stderr"])


def _hand_in(stream: IO[bytes] | None, text: str) -> None:
    if stream is None:
        return
    with contextlib.suppress(BrokenPipeError):  # the command did not want it
        stream.write(text.encode())
        stream.flush()
    with contextlib.suppress(BrokenPipeError):
        stream.close()


class _Ears:
    """Keeps the tail of each stream."""

    def __init__(self, keep_bytes: int, on_line: Callable[[str], None] | None) -> None:
        self._keep_bytes = keep_bytes
        self._on_line = on_line
        self._line = b""
        self._heard = {"stdout": bytearray(), "stderr": bytearray()}

    def hear(self, name: str, chunk: bytes) -> None:
        """Takes in what a stream said."""
        self._heard[name] = (self._heard[name] + chunk)[-self._keep_bytes :]
        if name != "stdout" or self._on_line is None:
            return
        *lines, self._line = (self._line + chunk).split(b"\n")
        for line in lines:
            self._on_line(line.decode(errors="replace"))

    def all(self) -> dict[str, str]:
        """What was kept, as text."""
        return {name: bytes(part).decode(errors="replace") for name, part in self._heard.items()}


def _listen_to_the_end(leash: Leash, ears: _Ears) -> dict[str, str]:
    """Reads until all is said; once the command is over, only a moment longer: a lost child may hold a pipe."""
    with selectors.DefaultSelector() as selector:
        for name, stream in (("stdout", leash.keeper.stdout), ("stderr", leash.keeper.stderr)):
            if stream:
                selector.register(stream, selectors.EVENT_READ, name)
        selector.register(leash.control, selectors.EVENT_READ, None)
        while len(selector.get_map()) > 0:
            events = selector.select(None if leash.ended is None else _LAST_WORDS_SECONDS)
            if not events:
                break
            for key, _ in events:
                if _is_finished(leash, key, ears):
                    selector.unregister(key.fileobj)
    return ears.all()


def _is_finished(leash: Leash, key: selectors.SelectorKey, ears: _Ears) -> bool:
    if key.data is None:
        leash.take_in()
        return leash.ended is not None
    chunk = os.read(key.fd, 65536)
    ears.hear(key.data, chunk)
    return not chunk
