"""Calls at the same moment, and what became of each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from slipway.domain.errors import SlipwayError

T = TypeVar("T")


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Runs the calls at the same moment; raises what one raised."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(5)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(20) for future in [pool.submit(run, call) for call in calls]]


def attempted(call: Callable[[], T]) -> T | SlipwayError:
    """What the call returns or raises."""
    try:
        return call()
    except SlipwayError as error:
        return error
