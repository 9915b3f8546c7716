"""Long work goes on beside the rounds: one job of a name, so many at once, and its failures are told."""

from collections.abc import Iterator
from threading import Event

import pytest

from slipway.adapters.sideline import Sideline
from slipway.domain.errors import SlipwayError

PATIENCE = 30.0
"""Seconds until a test that waits for something says that it never came."""


@pytest.fixture
def sideline() -> Iterator[Sideline]:
    made = Sideline("test", workers=2)
    yield made
    made.close()


def settled(sideline: Sideline) -> None:
    """Returns when all that goes on has ended."""
    for job in sideline._going_on.values():
        job.exception(PATIENCE)


def fails() -> None:
    raise SlipwayError("the target is away")


def test_who_gives_a_job_does_not_wait_for_it(sideline: Sideline) -> None:
    let_it_end, ended = Event(), Event()
    assert sideline.give({"orders": lambda: let_it_end.wait(PATIENCE) and ended.set()}) == []
    assert not ended.is_set()
    let_it_end.set()
    assert ended.wait(PATIENCE)


def test_a_slow_job_keeps_no_other_waiting_and_is_not_begun_twice(sideline: Sideline) -> None:
    let_it_end, begun, done = Event(), [], Event()

    def slow() -> None:
        begun.append("orders")
        let_it_end.wait(PATIENCE)

    for _ in range(3):
        sideline.give({"orders": slow})
    sideline.give({"orders": slow, "forms": done.set})
    assert done.wait(PATIENCE)
    let_it_end.set()
    settled(sideline)
    assert begun == ["orders"]


def test_no_more_go_on_at_once_than_there_are_workers(sideline: Sideline) -> None:
    let_them_end, begun = Event(), []

    def slow(name: str) -> None:
        begun.append(name)
        let_them_end.wait(PATIENCE)

    sideline.give({name: lambda name=name: slow(name) for name in ("a", "b", "c")})  # type: ignore[misc]
    assert "c" not in begun
    let_them_end.set()
    settled(sideline)
    assert sorted(begun) == ["a", "b", "c"]


def test_a_failure_is_told_until_it_goes_well(sideline: Sideline) -> None:
    sideline.give({"orders": fails})
    settled(sideline)
    assert [str(one) for one in sideline.give({"orders": lambda: None})] == ["the target is away"]
    settled(sideline)
    assert sideline.give({"orders": lambda: None}) == []


def test_a_failure_is_told_while_the_next_try_goes_on(sideline: Sideline) -> None:
    let_it_end = Event()
    sideline.give({"orders": fails})
    settled(sideline)
    told = [len(sideline.give({"orders": lambda: let_it_end.wait(PATIENCE)})) for _ in range(2)]
    let_it_end.set()
    assert told == [1, 1]


def test_a_failure_nobody_asks_about_again_is_told_once(sideline: Sideline) -> None:
    sideline.give({"orders": fails})
    settled(sideline)
    assert [len(sideline.give({})) for _ in range(2)] == [1, 0]
