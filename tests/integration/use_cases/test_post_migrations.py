"""A post migration waits until a version that carries it is in use; what a migration says is shown."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from slipway.domain.activity import ActivityKind
from slipway.ports.outside.migrations import MigrationOrder, MigrationState
from tests.builders import DEV, PREPROD, a_service
from tests.fakes.migration_runner import FakeMigrationRunner
from tests.migrations import REVERSIBLE
from tests.scene import Scene

FILES = {"migrations/versions/0001_orders.py": REVERSIBLE, "migrations/versions/0002_drop_post.py": REVERSIBLE}


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(a_service(database=True))


def upgrades(scene: Scene, environment: str) -> list[frozenset[str]]:
    orders = (order for action, order in scene.migrations.orders if action == "upgrade")
    return [order.contract for order in orders if order.environment == environment]


def test_it_waits_for_the_release_after_the_one_that_brings_it(scene: Scene) -> None:
    scene.live("1.0", files=FILES)
    assert set(scene.migrations.applied.values()) == {("0001",)}
    scene.live("1.1", files={**FILES, "code.py": "1.1"})
    assert set(scene.migrations.applied.values()) == {("0001", "0002")}
    assert upgrades(scene, "preprod") == [frozenset(), frozenset({"0002"})]


def test_what_was_left_is_said(scene: Scene) -> None:
    attempt = scene.approved("1.0", files=FILES)
    scene.turn(attempt, PREPROD)
    said = scene.migrate(attempt, PREPROD)
    assert said == "0001 applied; now at 0001; left for a later release: 0002"


class Telling(FakeMigrationRunner):
    """Says how far it is, and has somebody look at that moment."""

    def __init__(self, look: Callable[[], str]) -> None:
        super().__init__()
        self._look = look
        self.seen = ""

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        """As always, with a word of progress."""
        assert order.on_progress is not None
        order.on_progress("0001: 5 of 10 rows")
        self.seen = self._look()
        return super().upgrade(order)


def test_progress_is_seen_on_the_open_activity(scene: Scene) -> None:
    attempt = scene.opened("1.0", files={"migrations/versions/0001_orders.py": ""})

    def look() -> str:
        with scene.store.transaction() as tx:
            (activity,) = tx.activities.of_stage(attempt.id, DEV)
            return f"{activity.kind} {activity.state}: {activity.detail}"

    telling = Telling(look)
    scene.world = replace(scene.world, migrations=telling)
    scene.turn(attempt, DEV)
    scene.migrate(attempt, DEV)
    assert telling.seen == f"{ActivityKind.MIGRATE} open: 0001: 5 of 10 rows"
