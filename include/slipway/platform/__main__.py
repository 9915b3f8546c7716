"""Runs the supervisor in the foreground: `python -m slipway.platform`. Ctrl-C ends everything it started."""

import sys
from datetime import UTC, datetime

from slipway.domain.errors import SlipwayError
from slipway.platform.place import current_place
from slipway.platform.supervisor import Supervisor, run_until_signalled


def _say(text: str) -> None:
    sys.stdout.write(f"{datetime.now(tz=UTC):%H:%M:%S} {text}\n")
    sys.stdout.flush()


def main() -> int:
    """Returns 0 after an orderly stop, 1 where the platform could not start."""
    try:
        run_until_signalled(Supervisor(current_place(), _say))
    except SlipwayError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
