"""A call ends by its deadline, and whatever it says until then is heard."""

import contextlib
import contextvars
import gzip
import threading
import time
from collections.abc import Callable

import httpx
import pytest

from slipway.adapters.whole_answer import TooLargeError, read_whole, whole_answer
from slipway.adapters.within import MOST_LEFT_BEHIND, within

ASKED_BY: contextvars.ContextVar[str] = contextvars.ContextVar("asked_by")


def test_what_a_call_returns_or_raises_is_its_askers() -> None:
    assert within(10, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(10, lambda: 1 // 0)


def test_a_time_out_of_the_call_itself_keeps_its_words() -> None:
    def times_out() -> None:
        raise TimeoutError("the read timed out")

    with pytest.raises(TimeoutError, match="the read timed out"):
        within(10, times_out)


def test_a_call_that_never_ends_is_left_behind() -> None:
    over = threading.Event()
    with pytest.raises(TimeoutError, match=r"not done within 0\.05 s"):
        within(0.05, over.wait)
    over.set()


def test_while_too_many_that_were_left_behind_go_on_no_other_is_begun() -> None:
    over, begun = threading.Event(), threading.Event()
    before = threading.active_count()
    try:
        for _ in range(MOST_LEFT_BEHIND + 3):
            with pytest.raises(TimeoutError, match=r"not done within|not begun"):
                within(0.001, over.wait)
        assert threading.active_count() <= before + MOST_LEFT_BEHIND
        with pytest.raises(TimeoutError, match="not begun: 32 calls before it passed their deadlines and still go on"):
            within(10, begun.set)
        assert not begun.is_set()
    finally:
        over.set()
    _soon(lambda: within(10, lambda: 7) == 7)


def _soon(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        with contextlib.suppress(TimeoutError):
            if holds():
                return
        time.sleep(0.01)
    raise AssertionError("never")


def test_a_call_knows_what_its_asker_knows() -> None:
    ASKED_BY.set("rita")
    assert within(10, ASKED_BY.get) == "rita"


def test_chunks_are_read_to_the_end_up_to_a_size_and_a_time() -> None:
    for_ever = float("inf")
    assert read_whole([b"ab", b"c"], for_ever, most=3) == b"abc"
    with pytest.raises(TooLargeError, match="larger than 2 bytes"):
        read_whole([b"ab", b"c"], for_ever, most=2)
    with pytest.raises(TimeoutError):
        read_whole([b"ab", b"c"], 0.0)


def test_an_answer_that_came_packed_is_unpacked_once() -> None:
    packed = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress("ä".encode()))
    )
    answer = whole_answer(10, lambda: httpx.Client(transport=packed), "GET", "http://service/")
    assert (answer.text, str(answer.url)) == ("ä", "http://service/")
