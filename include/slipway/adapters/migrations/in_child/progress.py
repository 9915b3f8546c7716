"""What a migration prints. A line `progress: …` is shown to those who wait for it."""

import io
from collections.abc import Callable
from typing import TextIO

PREFIX = "progress:"


class Printed(io.StringIO):
    """Stands in for standard output: everything goes to `aside`, lines of progress are told as well."""

    def __init__(self, aside: TextIO, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._aside = aside
        self._tell = tell
        self._line = ""

    def write(self, said: str, /) -> int:
        """Takes in any piece; whole lines are looked at."""
        self._aside.write(said)
        *lines, self._line = (self._line + said).split("\n")
        for line in lines:
            if line.startswith(PREFIX):
                self._tell(line.removeprefix(PREFIX).strip())
        return len(said)

    def flush(self) -> None:
        """Of what goes aside."""
        self._aside.flush()
