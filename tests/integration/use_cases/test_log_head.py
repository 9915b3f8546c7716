"""The log's head of each day is told where it can be kept (R5)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from slipway.adapters.database.log_reader import read_log
from slipway.use_cases.tell_log_head import tell_log_head
from tests.clock import Clock
from tests.scene import Scene

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    return scene_at(TEN)


def heads(scene: Scene) -> list[tuple[str, str, str]]:
    """What is told after one more round of the reconciler."""
    tell_log_head(scene.world)
    with scene.store.transaction() as tx:
        rows = tx.sql.all("SELECT key, channel, text FROM outbox WHERE channel = 'evidence' ORDER BY id")
    return [(row["key"], row["channel"], row["text"]) for row in rows]


def test_it_is_told_once_a_day_as_it_is_then(scene: Scene, clock: Clock) -> None:
    scene.dev_passed()
    with scene.store.transaction() as tx:
        number, digest = tx.log_head()
    ((key, channel, text),) = heads(scene)
    assert (key, channel) == ("log_head:2026-03-02", "evidence")
    assert f"--published {number}:{digest}" in text
    scene.dev_passed("1.2")
    clock.set(TEN + timedelta(hours=13, minutes=59))
    assert len(heads(scene)) == 1
    clock.set(TEN + timedelta(hours=14))
    first, second = heads(scene)
    assert second[0] == "log_head:2026-03-03"
    assert second[2] != first[2]


def test_what_is_told_is_what_verifies_the_log(scene: Scene) -> None:
    scene.dev_passed()
    ((_, _, text),) = heads(scene)
    number, _, digest = text.partition("log on 2026-03-02: ")[2].partition(".")[0].partition(":")
    with scene.store.transaction() as tx:
        assert next(entry.hash for entry in read_log(tx.sql) if entry.seq == int(number)) == digest
