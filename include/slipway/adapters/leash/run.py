"""Runs a command on a leash to its end and hands back what it said, bounded."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.adapters.leash.leash import GRACE_SECONDS, Ended, Leash, Streams
from slipway.adapters.leash.listening import Listener, close_quietly, hand_in
from slipway.domain.masked import Hide

KEEP_BYTES = 64 * 1024
"""Of each stream only the last so many bytes are kept: a chatty command cannot fill our memory."""


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

    def tail(self, characters: int = 2000, hide: Hide = str) -> str:
        """The last words of both streams, for an error message. `hide` takes out secrets, before anything is cut."""
        said = "\n".join(hide(part).strip() for part in (self.stdout, self.stderr) if part.strip())
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
    with (
        Leash(
            argv,
            environment=environment,
            cwd=cwd,
            seconds=seconds,
            grace=grace,
            held_fds=shared,
            shared_fds=shared,
            streams=pipes,
        ) as leash,
        Listener(leash, keep_bytes, on_line) as listener,
    ):
        hand_in(leash.keeper.stdin, text_in)
        close_quietly(leash.keeper.stdin)
        listener.to_the_end()
    return Finished(
        ended=leash.ended or Ended(why="lost"), stdout=listener.said("stdout"), stderr=listener.said("stderr")
    )
