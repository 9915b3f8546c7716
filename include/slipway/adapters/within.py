"""Calls that end by a deadline, whatever the other side does."""

import contextvars
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


def within(seconds: float, call: Callable[[], Result]) -> Result:
    """What the call returns or raises. Raises TimeoutError at the deadline; nobody hears of the call after that.

    A library's time-out is one for each read: who sends a byte now and then outlasts it. The call has a thread of its
    own, and should close what it opened itself: to close a connection under its reader is not safe.
    """
    answer: Future[Result] = Future()

    def answer_it() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the call is waited for
            answer.set_exception(error)

    Thread(target=contextvars.copy_context().run, args=(answer_it,), name="within", daemon=True).start()
    try:
        return answer.result(max(0.0, seconds))
    except TimeoutError:
        if answer.done():
            raise
        raise TimeoutError(f"not done within {seconds:g} s") from None
