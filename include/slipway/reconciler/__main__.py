"""`python -m slipway.reconciler`: runs until it is told to stop."""

import logging
import os
import signal
import threading
from types import FrameType

from slipway.reconciler.loop import Reconciler
from slipway.wiring import make_reconciler_ports, make_world


def main() -> None:
    """Looks once a second; SIGTERM and SIGINT end it after what it is at."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    reconciler = Reconciler(make_world(), make_reconciler_ports(), pid=os.getpid())
    while not stopping.is_set():
        reconciler.round()
        stopping.wait(1.0)
    reconciler.close()


if __name__ == "__main__":
    main()
