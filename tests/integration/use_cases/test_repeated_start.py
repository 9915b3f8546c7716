"""A task that Airflow starts twice settles what was begun, and never repeats it."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from slipway.domain.errors import SlipwayError
from slipway.ports.outside.migrations import MigrationOrder, MigrationState
from slipway.ports.outside.targets import DeployOrder
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.settle import Settled, settle
from slipway.use_cases.take_turn import TurnAnswer, take_turn
from tests.builders import DEV, PREPROD, a_service
from tests.clock import Clock
from tests.fakes.migration_runner import FakeMigrationRunner
from tests.scene import AGAIN, TASK, MortalTarget, ProcessKilledError, Scene, killed


class DyingMigrations(FakeMigrationRunner):
    """Whoever upgrades with it is killed when the work is done."""

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        super().upgrade(order)
        raise ProcessKilledError


def test_after_a_success_it_takes_the_result(scene: Scene) -> None:
    attempt = scene.opened()
    scene.turn(attempt, DEV)
    assert scene.deploy(attempt, DEV) == scene.deploy(attempt, DEV, AGAIN)
    assert len(scene.target.orders) == 1
    assert len(scene.log("activity_start_repeated")) == 1


def test_killed_after_the_deploy_it_finds_the_artefact_running_and_goes_on(scene: Scene) -> None:
    attempt = scene.opened()
    scene.turn(attempt, DEV)
    scene.target.after = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, DEV)
    scene.deploy(attempt, DEV, AGAIN)
    assert len(scene.target.orders) == 1
    assert len(scene.log("deploy_settled_done")) == 1
    scene.smoke(attempt, DEV)
    assert scene.finish(attempt, DEV).outcome == "passed"


def test_killed_before_the_deploy_it_is_not_repeated(scene: Scene) -> None:
    attempt = scene.opened()
    scene.turn(attempt, DEV)
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, DEV)
    with pytest.raises(SlipwayError, match="It is not repeated"):
        scene.deploy(attempt, DEV, AGAIN)
    assert not scene.target.orders
    scene.target.before = MortalTarget().before
    assert scene.finish(attempt, DEV).outcome == "undone"


def test_killed_in_a_migration_that_was_through_it_goes_on(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(database=True))
    attempt = scene.opened(files={"migrations/versions/0001_a.py": ""})
    scene.turn(attempt, DEV)
    dying = DyingMigrations()
    dying.applied = scene.migrations.applied
    alive, scene.world = scene.world, replace(scene.world, migrations=dying)
    with pytest.raises(ProcessKilledError):
        scene.migrate(attempt, DEV)
    scene.world = alive
    scene.migrate(attempt, DEV, AGAIN)
    assert not scene.migrations.orders
    scene.deploy(attempt, DEV)
    scene.smoke(attempt, DEV)
    assert scene.finish(attempt, DEV).outcome == "passed"


def silent_after_a_kill(scene: Scene) -> str:
    """The id of a deploy whose process is dead and whose target does not answer."""
    attempt = scene.opened()
    scene.turn(attempt, DEV)
    scene.target.after = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, DEV)
    scene.target.silent = True
    with scene.store.transaction() as tx:
        return tx.activities.of_stage(attempt.id, DEV)[-1].id


def asked_at_once(scene: Scene, activity_id: str, times: int = 3) -> int:
    """How often the log heard of it, ever."""
    for _ in range(times):
        assert settle(scene.world, activity_id, TASK) is Settled.UNKNOWN
    return len(scene.log("activity_unsettled"))


def test_of_a_silent_target_the_log_hears_once_a_minute(scene_at: Callable[..., Scene], clock: Clock) -> None:
    scene = scene_at(datetime(2026, 6, 10, 10, tzinfo=UTC))
    activity_id = silent_after_a_kill(scene)
    assert asked_at_once(scene, activity_id) == 1
    clock.pass_by(seconds=59)
    assert asked_at_once(scene, activity_id) == 1
    clock.pass_by(seconds=1)
    assert asked_at_once(scene, activity_id) == 2


def test_what_its_target_said_last_is_in_the_entry_of_its_end(scene: Scene) -> None:
    activity_id = silent_after_a_kill(scene)
    with scene.store.transaction() as tx:
        tx.activities.note(activity_id, "2 of 3 hosts")
    asked_at_once(scene, activity_id)
    scene.target.silent = False
    assert settle(scene.world, activity_id, TASK) is Settled.CLOSED
    detail = json.loads(scene.log("deploy_settled_done")[0])["detail"]
    assert detail.endswith("Heard of it last: 2 of 3 hosts; no answer: The target of orders in dev does not answer.")


def test_two_silent_activities_are_told_of_by_themselves(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(), a_service("forms"))
    asked_at_once(scene, silent_after_a_kill(scene))
    attempt = scene.opened(service="forms")
    scene.turn(attempt, DEV)
    scene.target.silent = False
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, DEV)
    scene.target.silent = True
    with scene.store.transaction() as tx:
        other = tx.activities.of_stage(attempt.id, DEV)[-1].id
    assert asked_at_once(scene, other) == 2


def test_while_a_child_of_the_first_worker_lives_it_waits(scene: Scene) -> None:
    attempt = scene.opened()
    scene.turn(attempt, DEV)
    inherited: list[int] = []

    def orphaned(order: DeployOrder) -> None:
        assert order.lock_fd is not None
        inherited.append(os.dup(order.lock_fd))
        raise ProcessKilledError

    scene.target.after = orphaned
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, DEV)
    with scene.store.transaction() as tx:
        (activity,) = tx.activities.of_stage(attempt.id, DEV)
    assert settle(scene.world, activity.id, TASK) is Settled.ALIVE
    assert scene.finish(attempt, DEV).outcome is None
    scene.world = replace(scene.world, sleep=lambda _: os.close(inherited.pop()))
    scene.deploy(attempt, DEV, AGAIN)
    assert not inherited
    assert len(scene.target.orders) == 1


def test_a_target_that_does_not_answer_leaves_it_open_and_held(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    scene.target.after = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    scene.target.silent = True
    assert scene.finish(attempt, PREPROD).outcome is None
    with scene.store.transaction() as tx:
        assert tx.turns.holder("live") is not None
        assert tx.leases.live("orders", "preprod") is not None
    scene.target.silent = False
    assert scene.finish(attempt, PREPROD).outcome == "undone"


def test_a_worker_on_another_host_is_waited_for_until_its_deadline(scene: Scene) -> None:
    attempt = scene.opened()
    scene.turn(attempt, DEV)
    scene.target.after = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, DEV)
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE activity SET host = 'elsewhere'")
    assert scene.finish(attempt, DEV).outcome is None
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE activity SET deadline = now() - interval '1 second'")
    assert scene.finish(attempt, DEV).outcome == "undone"


def test_killed_while_undoing_the_next_caller_finishes_it(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.approved("1.1")
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.finish(attempt, PREPROD)
    scene.target.before = MortalTarget().before
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "1.0"


def test_an_approval_task_marked_as_success_gives_no_turn_and_no_permit(scene: Scene) -> None:
    attempt = scene.dev_passed()
    assert scene.turn(attempt, PREPROD).outcome == "refused"
    with pytest.raises(NotPermittedError, match="grant_missing"):
        scene.deploy(attempt, PREPROD)
    assert scene.runs(PREPROD) is None


def test_a_turn_task_marked_as_success_gives_no_permit(scene: Scene) -> None:
    attempt = scene.approved()
    with pytest.raises(NotPermittedError, match="no_turn"):
        scene.deploy(attempt, PREPROD)
    assert len(scene.log("permit_refused")) == 1
    assert scene.finish(attempt, PREPROD).outcome == "refused"


def test_a_slot_that_was_never_parked_gives_no_permit(scene: Scene) -> None:
    attempt = scene.approved()
    assert take_turn(scene.world, attempt.id, PREPROD, TASK).answer is TurnAnswer.TAKEN
    with pytest.raises(NotPermittedError, match="slot_not_parked"):
        scene.deploy(attempt, PREPROD)
    assert scene.finish(attempt, PREPROD).outcome == "refused"
    with scene.store.transaction() as tx:
        assert tx.turns.holder("live") is None


def test_a_deploy_task_marked_as_success_has_nothing_to_test(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    with pytest.raises(SlipwayError, match="nothing was deployed"):
        scene.smoke(attempt, PREPROD)
    assert scene.finish(attempt, PREPROD).outcome == "not_started"


def test_a_smoke_task_marked_as_success_is_undone(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert "smoke: not run" in scene.stage_of(attempt, PREPROD).detail


def test_a_stage_that_ended_is_not_worked_on_again(scene: Scene) -> None:
    attempt = scene.approved()
    scene.stage(attempt, PREPROD)
    orders = len(scene.target.orders)
    scene.deploy(attempt, PREPROD, AGAIN)
    with pytest.raises(SlipwayError, match="its verdict stands"):
        scene.smoke(attempt, PREPROD)
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.ENDED
    assert scene.stage_of(attempt, PREPROD).outcome == "passed"
    assert len(scene.target.orders) == orders
