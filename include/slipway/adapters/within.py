"""Calls that end by a deadline, whatever the other side does."""

import contextvars
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")
MOST_LEFT_BEHIND = 32
"""Calls of one process that may go on after their deadline."""
_left_behind: set[Thread] = set()


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """What the call returns or raises. Raises TimeoutError at the deadline; nobody hears of the call after that.

    A library's time-out is one for each read: who sends a byte now and then outlasts it. The call has a thread of its
    own, and should close what it opened itself: to close a connection under its reader is not safe. While too many
    of those that were left behind still go on, it is not begun: TimeoutError at once.
    """
    _refuse_too_many()
    answer: Future[Result] = Future()

    def answer_it() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the call is waited for
            answer.set_exception(error)

    thread = Thread(target=contextvars.copy_context().run, args=(answer_it,), name="within", daemon=True)
    thread.start()
    try:
        return answer.result(max(0.0, seconds))
    except TimeoutError:
        if answer.done():
            raise
        _left_behind.add(thread)
        raise TimeoutError(f"not done within {seconds:g} s") from None


def _refuse_too_many() -> None:
    """Without a lock, which a fork might inherit held; threads of before a fork are not alive."""
    _left_behind.difference_update([thread for thread in tuple(_left_behind) if not thread.is_alive()])
    if len(_left_behind) >= MOST_LEFT_BEHIND:
        raise TimeoutError(f"not begun: {MOST_LEFT_BEHIND} calls before it passed their deadlines and still go on")
