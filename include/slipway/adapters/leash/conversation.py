"""A command on a leash that is asked more than once: a line for each question, a line for each answer."""

import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from slipway.adapters.leash.leash import Ended, Leash, Streams
from slipway.adapters.leash.listening import Listener, close_quietly, hand_in
from slipway.adapters.leash.run import KEEP_BYTES, Finished


class Conversation:
    """Starts the command at once, so that it can get ready while nothing is asked; ends it with the `with` block."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str],
        cwd: Path,
        seconds: float,
        keep_bytes: int = KEEP_BYTES,
    ) -> None:
        """`seconds`: after so many it is ended, whatever it does."""
        pipes = Streams(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self._leash = Leash(argv, environment=environment, cwd=cwd, seconds=seconds, streams=pipes)
        self._answers: deque[str] = deque()
        self._listener = Listener(self._leash, keep_bytes, self._answers.append)
        self._too_late = False

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        close_quietly(self._leash.keeper.stdin)
        self._leash.close()
        self._listener.__exit__(kind, value, trace)

    def ask(self, question: str, seconds: float) -> str | None:
        """Its answer; None where it ended without one or took longer, after which it is asked no more."""
        if self._too_late:
            return None
        hand_in(self._leash.keeper.stdin, question + "\n")
        self._listener.until(lambda: bool(self._answers), seconds)
        if self._answers:
            return self._answers.popleft()
        self._too_late = True
        return None

    @property
    def finished(self) -> Finished:
        """How it ended and its last words, after an answer that did not come."""
        ended = self._leash.ended or Ended(why="deadline")
        return Finished(ended=ended, stdout=self._listener.said("stdout"), stderr=self._listener.said("stderr"))
