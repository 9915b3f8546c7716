"""How long the commands take that people type most."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

from slipway.platform.errors import PlatformError
from slipway.platform.home import PROJECT
from tests.bench.figures import Figure

_SLIPWAY = (sys.executable, "-c", "from slipway.cli.main import main; main()")
SECONDS = 1.0


def seconds_of(words: Sequence[str], variables: Mapping[str, str] | None = None) -> float:
    """Wall clock of one `slipway` command. Raises PlatformError where it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        [*_SLIPWAY, *words],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "include"), **(variables or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise PlatformError(f"slipway {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return time.perf_counter() - began


def measure_commands(rounds: int) -> Iterator[Figure]:
    """Medians, after one run that fills the file cache."""
    for words in (["--help"], ["catalogue", "validate", str(PROJECT / "include" / "catalogue")]):
        taken = [seconds_of(words) for _ in range(rounds + 1)][1:]
        what = f"`slipway {' '.join(words[:2])}`"
        yield Figure(point="", what=what, value=statistics.median(taken), unit="s", target=SECONDS)
