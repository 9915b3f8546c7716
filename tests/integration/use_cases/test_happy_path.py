"""A release from Dev through Preprod to live, and what the log says of it."""

from collections.abc import Callable

from slipway.adapters.database.log_reader import read_log
from slipway.domain.grant import Step
from slipway.domain.log_entry import verify_chain
from slipway.use_cases.ask_approval import NotAsked
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import DEV, PREPROD, PROD, a_service
from tests.fakes.migration_runner import REVERSIBLE
from tests.scene import Scene

ONE_MIGRATION = {"migrations/versions/0001_orders.py": REVERSIBLE}


def test_a_release_goes_through_dev_and_preprod_to_live(scene: Scene) -> None:
    attempt = scene.live("1.0")
    assert [scene.runs(role) for role in (DEV, PREPROD, PROD)] == ["1.0"] * 3
    assert scene.release_of(attempt).outcome == "live"
    assert scene.release_of(attempt).state == "ended"


def test_the_log_tells_the_whole_story_in_one_unbroken_chain(scene: Scene) -> None:
    scene.live("1.0")
    with scene.store.transaction() as tx:
        entries = list(read_log(tx.sql))
    told = [entry.kind for entry in entries if entry.environment == "prod"]
    assert told == [
        *("approval_asked", "grant_given", "approval_asked", "grant_given"),
        *("turn_queued", "turn_taken", "slot_parked", "migrate_not_applicable"),
        *("permit_issued", "deploy_started", "deploy_done", "smoke_finished"),
        *("approval_asked", "grant_given", "stage_finished", "lane_freed"),
    ]
    assert (entries[0].kind, entries[-1].kind) == ("release_requested", "attempt_ended")
    assert verify_chain(entries).broken is None


def test_migrations_run_before_the_artefact_in_every_environment(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(database=True))
    scene.live("1.0", files=ONE_MIGRATION)
    upgraded = [order.environment for action, order in scene.migrations.orders if action == "upgrade"]
    assert upgraded == ["dev", "preprod", "prod"]
    assert scene.target.orders[-1].environment_variables == {"DATABASE_URL": "postgresql:///orders_prod"}


def test_a_service_without_dev_says_so_and_goes_on(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(dev=False))
    attempt = scene.opened()
    assert scene.turn(attempt, DEV).answer is TurnAnswer.NOT_NEEDED
    assert scene.deploy(attempt, DEV) == "not applicable, because it has none; agreed by mona"
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_a_release_up_to_preprod_ends_as_proven(scene: Scene) -> None:
    attempt = scene.preprod_passed(to=PREPROD)
    assert isinstance(scene.ask(attempt, Step.AUTHORISE), NotAsked)
    assert scene.finish(attempt, PROD).outcome == "not_asked"
    assert scene.close(attempt).outcome == "proven"
    assert scene.runs(PROD) is None


def test_opening_the_same_run_twice_gives_the_same_attempt(scene: Scene) -> None:
    first = scene.opened(run_id="the run")
    assert scene.opened(run_id="the run") == first
    assert len(scene.log("release_requested")) == 1


def test_closing_twice_writes_one_outcome(scene: Scene) -> None:
    attempt = scene.live()
    assert scene.close(attempt).outcome == "live"
    assert len(scene.log("attempt_ended")) == 1
