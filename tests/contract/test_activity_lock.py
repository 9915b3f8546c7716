"""The lock that proves death: the same cases on the fake and on the file lock."""

from collections.abc import Callable
from pathlib import Path

import pytest

from slipway.adapters.activity_lock import FileActivityLock
from slipway.domain.errors import SlipwayError
from slipway.ports.outside.surroundings import ActivityLock
from tests.fakes.activity_lock import FakeActivityLock

MAKERS: dict[str, Callable[[Path], ActivityLock]] = {
    "fake": lambda folder: FakeActivityLock(),
    "file": FileActivityLock,
}


@pytest.fixture(params=MAKERS)
def lock(request: pytest.FixtureRequest, tmp_path: Path) -> ActivityLock:
    return MAKERS[request.param](tmp_path / "locks")


def test_an_activity_that_never_started_is_free(lock: ActivityLock) -> None:
    assert lock.is_free("a1", lock.host) is True


def test_a_held_lock_is_not_free_until_its_file_is_closed(lock: ActivityLock) -> None:
    held = lock.hold("a1")
    assert lock.is_free("a1", lock.host) is False
    held.close()
    assert lock.is_free("a1", lock.host) is True


def test_locks_of_two_activities_are_independent(lock: ActivityLock) -> None:
    with lock.hold("a1"):
        assert lock.is_free("a2", lock.host) is True


def test_a_second_start_of_the_same_activity_is_refused(lock: ActivityLock) -> None:
    with lock.hold("a1"), pytest.raises(SlipwayError, match="still work"):
        lock.hold("a1")


def test_a_freed_lock_can_be_held_again(lock: ActivityLock) -> None:
    lock.hold("a1").close()
    with lock.hold("a1"):
        assert lock.is_free("a1", lock.host) is False


def test_another_host_cannot_tell(lock: ActivityLock) -> None:
    assert lock.is_free("a1", "some-other-host") is None
