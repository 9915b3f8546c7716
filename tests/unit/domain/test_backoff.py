"""Waits grow, are spread, and keep what the other side asks for."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from slipway.domain.backoff import LONGEST, wait_before_next

draws = st.floats(min_value=0, max_value=1, exclude_max=True)


@given(failures=st.integers(min_value=1, max_value=10_000), draw=draws)
def test_every_wait_is_between_half_a_second_and_the_longest(failures: int, draw: float) -> None:
    assert timedelta(seconds=0.5) <= wait_before_next(failures, draw) <= LONGEST


@given(failures=st.integers(min_value=1, max_value=8), draw=draws)
def test_each_failure_doubles_it(failures: int, draw: float) -> None:
    longer = wait_before_next(failures + 1, draw) - 2 * wait_before_next(failures, draw)
    assert abs(longer) <= timedelta(microseconds=5)


@given(failures=st.integers(min_value=1, max_value=50), draw=draws, asked=st.integers(min_value=0, max_value=3600))
def test_nobody_is_tried_earlier_than_they_asked_for(failures: int, draw: float, asked: int) -> None:
    wait = wait_before_next(failures, draw, timedelta(seconds=asked))
    assert timedelta(seconds=asked) <= wait <= timedelta(seconds=asked + 1)


@given(failures=st.integers(min_value=1, max_value=50), draw=draws)
def test_who_is_in_a_hurry_begins_shorter_and_ends_shorter(failures: int, draw: float) -> None:
    first, longest = timedelta(seconds=0.2), timedelta(seconds=2)
    assert first / 2 <= wait_before_next(failures, draw, first=first, longest=longest) <= longest
