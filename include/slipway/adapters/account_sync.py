"""Has Airflow's accounts brought up to date by a process that may import Airflow; this one need not."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from slipway.domain.errors import SlipwayError

COMMAND: Sequence[str] = (sys.executable, "-m", "slipway.airflow_edge.sync_accounts")
PAUSE_SECONDS = 60.0
"""After a failure: Airflow is imported anew for each try, which takes seconds of a processor."""
PATIENCE_SECONDS = 300.0


class AccountSyncError(SlipwayError):
    """The accounts stay as they were; it is tried again. Use cases judge by the policy in effect all the same."""


class AccountSync:
    """Runs the command, and after a failure not again for a while."""

    def __init__(self, command: Sequence[str] = COMMAND, clock: Callable[[], float] = time.monotonic) -> None:
        self._command = command
        self._clock = clock
        self._failed: tuple[float, str] | None = None

    def __call__(self) -> str:
        """What was changed, in words. Raises AccountSyncError."""
        if self._failed is not None and self._clock() < self._failed[0] + PAUSE_SECONDS:
            raise AccountSyncError(self._failed[1])
        try:
            done = subprocess.run(
                self._command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
            problem = done.stderr.strip()[-1000:] if done.returncode else None
        except (OSError, subprocess.TimeoutExpired) as error:
            problem = str(error)
        if problem is not None:
            problem = f"Airflow's accounts do not follow the policy in effect yet: {problem}"
            self._failed = (self._clock(), problem)
            raise AccountSyncError(problem)
        self._failed = None
        return last_line(done.stdout)


def last_line(text: str) -> str:
    """What the command says at its end; Airflow may say something before."""
    return (text.strip().splitlines() or [""])[-1]
