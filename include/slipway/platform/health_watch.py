"""Notices a program that is alive but does nothing: a scheduler that lost its database waits for its tasks for ever."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence

WATCHED = frozenset({"scheduler", "triggerer"})
"""Components named like our programs. The DAG processor is silent for minutes while it writes a thousand services, and
ends by itself when it loses its database; the metadatabase and the API server are judged by whether they answer."""
LOOK_SECONDS = 10.0
GRACE_SECONDS = 45.0
"""Unhealthy for so long, while the database is healthy: it will not come back by itself."""


class HealthWatch:
    """Keeps since when each component has been unhealthy. `unhealthy` asks Airflow: names of components."""

    def __init__(self, unhealthy: Callable[[], Iterable[str]], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._unhealthy = unhealthy
        self._monotonic = monotonic
        self._since: dict[str, float] = {}
        self._overdue: frozenset[str] = frozenset()

    def look(self) -> None:
        """One look. Nothing is held against anybody while the database itself is away."""
        sick = set(self._unhealthy())
        now = self._monotonic()
        if "metadatabase" in sick:
            self._since.clear()
            self._overdue = frozenset()
            return
        self._since = {name: self._since.get(name, now) for name in sick & WATCHED}
        self._overdue = frozenset(name for name, since in self._since.items() if now - since >= GRACE_SECONDS)

    def take_overdue(self) -> Sequence[str]:
        """Programs to be started anew; their time begins again."""
        overdue, self._overdue = self._overdue, frozenset()
        for name in overdue:
            self._since.pop(name, None)
        return sorted(overdue)

    def follow(self, stop: threading.Event) -> None:
        """Looks at intervals until stopped; for a thread."""
        while not stop.wait(LOOK_SECONDS):
            self.look()
