"""A stop at each moment of a stage: nothing half done stays, lane and service are free, the log says who and why."""

import contextlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from slipway.domain.errors import SlipwayError
from slipway.domain.release import Attempt
from slipway.domain.service import SmokeSuite, StageRole
from slipway.ports.outside.checks import CheckResult
from slipway.ports.outside.migrations import MigrationOrder, MigrationState
from slipway.ports.outside.targets import DeployOrder
from slipway.ports.values import Actor
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import DEV, PREPROD, PROD, a_service
from tests.fakes.migration_runner import FakeMigrationRunner
from tests.fakes.probe import FakeProbe
from tests.migrations import REVERSIBLE
from tests.scene import MortalTarget, Scene

MIGRATION = {"migrations/versions/0001_orders.py": REVERSIBLE}
REASON = "the wrong version"
Stop = Callable[[], None]
Moment = Callable[[Scene, Attempt, StageRole, Stop], None]


class StoppedMigrations(FakeMigrationRunner):
    """Somebody stops the release while it migrates."""

    def __init__(self, before: FakeMigrationRunner, stopping: Stop) -> None:
        super().__init__()
        self.applied = before.applied
        self.stopping = stopping

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        self.stopping()
        return super().upgrade(order)


class StoppedProbe(FakeProbe):
    """Somebody stops the release while it is in smoke."""

    def __init__(self, stopping: Stop) -> None:
        super().__init__()
        self.stopping = stopping

    def run(self, suite: SmokeSuite, substitutions: Mapping[str, str], hosts: Collection[str]) -> Sequence[CheckResult]:
        self.stopping()
        return super().run(suite, substitutions, hosts)


def before_its_turn(_: Scene, __: Attempt, ___: StageRole, stopping: Stop) -> None:
    stopping()


def with_its_turn(scene: Scene, attempt: Attempt, role: StageRole, stopping: Stop) -> None:
    scene.turn(attempt, role)
    stopping()


def while_it_migrates(scene: Scene, attempt: Attempt, role: StageRole, stopping: Stop) -> None:
    scene.world = replace(scene.world, migrations=StoppedMigrations(scene.migrations, stopping))


def after_it_migrated(scene: Scene, attempt: Attempt, role: StageRole, stopping: Stop) -> None:
    scene.turn(attempt, role)
    scene.migrate(attempt, role)
    stopping()


def while_it_deploys(scene: Scene, attempt: Attempt, role: StageRole, stopping: Stop) -> None:
    def once(_: DeployOrder) -> None:
        scene.target.before = MortalTarget().before
        stopping()

    scene.target.before = once


def while_it_is_in_smoke(scene: Scene, attempt: Attempt, role: StageRole, stopping: Stop) -> None:
    scene.world = replace(scene.world, probe=StoppedProbe(stopping))


def after_smoke_passed(scene: Scene, attempt: Attempt, role: StageRole, stopping: Stop) -> None:
    scene.work(attempt, role)
    stopping()


NOTHING_TOUCHED = (before_its_turn, with_its_turn)
UNDONE = (while_it_migrates, after_it_migrated, while_it_deploys, while_it_is_in_smoke, after_smoke_passed)
READY: Mapping[StageRole, Callable[..., Attempt]] = {
    DEV: Scene.opened,
    PREPROD: Scene.approved,
    PROD: Scene.signed_off,
}


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """Version 1.0 runs everywhere, of old; the service has a database."""
    scene = make_scene(a_service(database=True))
    scene.long_live("1.0")
    return scene


def stopped(scene: Scene, role: StageRole, moment: Moment) -> Attempt:
    """Stops a release of 1.1 at this moment, and lets its stage go on as its run would."""
    attempt = READY[role](scene, "1.1", files=MIGRATION)

    def stopping() -> None:
        detail = stop(scene.world, attempt.release_id, Actor(id="rob", via="rest"), REASON)
        assert "what was begun is settled and undone" in detail

    moment(scene, attempt, role, stopping)
    with scene.store.transaction() as tx:
        turn = tx.turns.find(attempt.id, role)
    if turn is not None or scene.turn(attempt, role).answer is TurnAnswer.TAKEN:
        with contextlib.suppress(SlipwayError):
            scene.migrate(attempt, role)
            scene.deploy(attempt, role)
            scene.smoke(attempt, role)
    return attempt


def all_is_free_and_told(scene: Scene, attempt: Attempt, role: StageRole) -> None:
    with scene.store.transaction() as tx:
        assert tx.turns.holder("live") is None
        assert tx.turns.waiting("live") == []
        assert tx.leases.live("orders", role.value) is None
        actors = tx.sql.all("SELECT actor FROM log WHERE kind = 'stop_requested' AND attempt = :id", id=attempt.id)
    assert [row["actor"] for row in actors] == ["rob"]
    assert json.loads(scene.log("stop_requested")[0])["reason"] == REASON
    assert all(word in scene.stage_of(attempt, role).detail for word in ("stopped", "rob", REASON))
    ended = scene.release_of(attempt).state == "ended"
    another = scene.opened("1.2", release_id=None if ended else attempt.release_id)
    assert scene.turn(another, DEV).answer is TurnAnswer.TAKEN


@pytest.mark.parametrize("role", READY)
@pytest.mark.parametrize("moment", NOTHING_TOUCHED, ids=lambda moment: moment.__name__)
def test_where_nothing_was_touched_it_is_withdrawn(scene: Scene, moment: Moment, role: StageRole) -> None:
    attempt = stopped(scene, role, moment)
    assert scene.finish(attempt, role).outcome == "withdrawn"
    assert scene.close(attempt).outcome == "withdrawn"
    assert scene.release_of(attempt).state == "ended"
    assert scene.runs(role) == "1.0"
    assert len(scene.log("permit_issued")) == list(READY).index(role)
    all_is_free_and_told(scene, attempt, role)


@pytest.mark.parametrize("role", READY)
@pytest.mark.parametrize("moment", UNDONE, ids=lambda moment: moment.__name__)
def test_what_was_begun_is_undone_the_schema_too(scene: Scene, moment: Moment, role: StageRole) -> None:
    attempt = stopped(scene, role, moment)
    assert scene.finish(attempt, role).outcome == "undone"
    assert scene.close(attempt).outcome == ("rolled_back" if role is PROD else "failed")
    assert scene.release_of(attempt).state == "awaiting_retry"
    assert scene.runs(role) == "1.0"
    assert scene.migrations.applied[f"postgresql:///orders_{role}"] == ()
    with scene.store.transaction() as tx:
        assert tx.records.why_bad("orders", attempt.digest) is None
    all_is_free_and_told(scene, attempt, role)


@pytest.mark.parametrize("moment", [while_it_migrates, after_it_migrated], ids=lambda moment: moment.__name__)
def test_after_a_stop_nothing_more_is_begun(scene: Scene, moment: Moment) -> None:
    attempt = stopped(scene, PREPROD, moment)
    assert "stopped" in scene.log("permit_refused")[0]
    assert "1.1" not in {order.artefact.version for order in scene.target.orders if order.environment == "preprod"}
    assert scene.stage_of(attempt, PREPROD).smoke is None


def test_a_release_that_was_stopped_and_undone_may_be_withdrawn(scene: Scene) -> None:
    attempt = stopped(scene, PREPROD, while_it_deploys)
    scene.finish(attempt, PREPROD)
    scene.close(attempt)
    assert "withdrawn" in stop(scene.world, attempt.release_id, Actor(id="rob", via="rest"), "we do without")
    assert (scene.release_of(attempt).state, scene.release_of(attempt).outcome) == ("ended", "withdrawn")
