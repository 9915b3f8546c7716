"""The child process in which a service's migrations run. Its job comes on standard input: no secret in argv.

Each line of standard output is JSON: progress, then the result. What the migrations print goes to standard error.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # our package, and no other copy of it

from slipway.adapters.migrations.in_child.asked import Action, Asked
from slipway.adapters.migrations.in_child.perform import perform


def main() -> None:
    """Keeps the real standard output for results alone."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def say(value: dict[str, Any]) -> None:
        results.write(json.dumps(value) + "\n")
        results.flush()

    job = json.load(sys.stdin)
    asked = Asked(
        **job
        | {
            "action": Action(job["action"]),
            "contract": frozenset(job["contract"]),
            "until": time.monotonic() + job["until"],
        }
    )
    say(perform(asked, lambda words: say({"progress": words})))


if __name__ == "__main__":
    main()
