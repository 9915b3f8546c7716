"""Requests of people whom nobody knows: they are refused, and the log, which keeps all for ever, says so sparingly."""

import time

MOST = 600
"""Requests of strangers in a span that are written one by one."""
SPAN_SECONDS = 3600.0


class Strangers:
    """Counts those that are not written, so that the next one which is can say how many they were."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._written = 0
        self._unwritten = 0

    def unwritten_before(self) -> int | None:
        """To be asked for each request: how many before it were not written; None where it is not written itself."""
        now = time.monotonic()
        if now - self._since >= SPAN_SECONDS:
            self._since, self._written = now, 0
        if self._written >= MOST:
            self._unwritten += 1
            return None
        self._written += 1
        before, self._unwritten = self._unwritten, 0
        return before
