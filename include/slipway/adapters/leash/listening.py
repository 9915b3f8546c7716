"""Listens to a leashed command: both its streams and its keeper at once, bounded."""

import contextlib
import os
import selectors
import time
from collections.abc import Callable
from types import TracebackType
from typing import IO

from slipway.adapters.leash.leash import Leash

_LAST_WORDS_SECONDS = 0.5


class Listener:
    """Keeps the tail of each stream. `on_line` is told each whole line of standard output as it comes."""

    def __init__(self, leash: Leash, keep_bytes: int, on_line: Callable[[str], None] | None = None) -> None:
        self._leash = leash
        self._keep_bytes = keep_bytes
        self._on_line = on_line
        self._line = b""
        self._heard = {"stdout": bytearray(), "stderr": bytearray()}
        self._streams = {"stdout": leash.keeper.stdout, "stderr": leash.keeper.stderr}
        self._selector = selectors.DefaultSelector()
        for name, stream in self._streams.items():
            if stream:
                self._selector.register(stream, selectors.EVENT_READ, name)
        self._selector.register(leash.control, selectors.EVENT_READ, None)

    def __enter__(self) -> "Listener":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._selector.close()
        for stream in self._streams.values():
            if stream:
                stream.close()

    def to_the_end(self) -> None:
        """Until all is said; once the command is over, only a moment longer: a lost child may hold a pipe."""
        self._listen(lambda: False, None)

    def until(self, done: Callable[[], bool], seconds: float) -> None:
        """Until it is so, all is said, or the time is up."""
        self._listen(done, time.monotonic() + seconds)

    def said(self, name: str) -> str:
        """What was kept of `stdout` or `stderr`."""
        return bytes(self._heard[name]).decode(errors="replace")

    def _listen(self, done: Callable[[], bool], until: float | None) -> None:
        while self._selector.get_map() and not done():
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return
            if self._leash.ended is not None:
                left = _LAST_WORDS_SECONDS
            events = self._selector.select(left)
            if not events and self._leash.ended is not None:
                return
            for key, _ in events:
                if self._is_finished(key):
                    self._selector.unregister(key.fileobj)

    def _is_finished(self, key: selectors.SelectorKey) -> bool:
        if key.data is None:
            self._leash.take_in()
            return self._leash.ended is not None
        chunk = os.read(key.fd, 65536)
        self._hear(key.data, chunk)
        return not chunk

    def _hear(self, name: str, chunk: bytes) -> None:
        self._heard[name] = (self._heard[name] + chunk)[-self._keep_bytes :]
        if name != "stdout" or self._on_line is None:
            return
        *lines, self._line = (self._line + chunk).split(b"\n")
        for line in lines:
            self._on_line(line.decode(errors="replace"))


def hand_in(stream: IO[bytes] | None, text: str) -> None:
    """To the command's standard input; that it has ended, or does not want it, is no error here."""
    if stream is not None:
        with contextlib.suppress(BrokenPipeError):
            stream.write(text.encode())
            stream.flush()


def close_quietly(stream: IO[bytes] | None) -> None:
    """Closing writes what is left, which the command may not want."""
    if stream is not None:
        with contextlib.suppress(BrokenPipeError):
            stream.close()
