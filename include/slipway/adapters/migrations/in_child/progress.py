"""What a migration prints. A line `progress: …` is shown to those who wait for it; nothing else of it is kept, because
it may be what stands in rows."""

import io
from collections.abc import Callable

PREFIX = "progress:"
_LONGEST = 1000


class Printed(io.StringIO):
    """Stands in for standard output: lines of progress are told."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self._line = ""

    def write(self, said: str, /) -> int:
        """Takes in any piece; whole lines are looked at."""
        *lines, self._line = (self._line + said).split("\n")
        self._line = self._line[:_LONGEST]
        for line in lines:
            if line.startswith(PREFIX):
                self._tell(line[:_LONGEST].removeprefix(PREFIX).strip())
        return len(said)
