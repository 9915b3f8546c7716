"""A release that ends for good without going live: Preprod goes back to live's artefact, in its turn (lifecycle.md)."""

from collections.abc import Callable

import pytest

from slipway.domain.grant import Step
from slipway.domain.release_window import ReleaseWindow
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.roll_back import roll_back
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import PREPROD, PROD, a_service, people, platform_rules
from tests.returns import asked, rejected
from tests.rollbacks import rolled_back, started
from tests.scene import TASK, WORKER, Scene

ROB = Actor(id="rob", via="cli")


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """Orders 1.0 is live."""
    made = make_scene(a_service(), a_service("forms"))
    for service in ("orders", "forms"):
        made.long_live("1.0", service=service)
    return made


def test_it_takes_turn_and_slot_and_brings_back_what_is_live(scene: Scene) -> None:
    rejected(scene)
    (release,) = asked(scene)
    attempt = started(scene, release.id)
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.TAKEN
    assert rolled_back(scene, attempt, PREPROD).outcome == "passed"
    assert scene.close(attempt).outcome == "proven"
    assert (scene.runs(PREPROD), scene.runs(PROD)) == ("1.0", "1.0")
    assert not scene.log("version_marked_bad")
    assert not scene.log("hold_placed")
    assert not scene.log("review_opened")
    assert asked(scene) == []


def test_until_then_each_form_says_that_preprod_differs(scene: Scene) -> None:
    rejected(scene)
    (release,) = asked(scene)
    other = scene.dev_passed("2.0", service="forms")
    shown = scene.ask(other, Step.APPROVE)
    assert isinstance(shown, Asked)
    told = f"**preprod differs from live**: orders runs 1.1 there, and goes back to 1.0 ({release.id})"
    assert told in shown.request.evidence


def test_each_is_asked_for_once(scene: Scene) -> None:
    rejected(scene)
    assert len(asked(scene)) == 1
    assert len(asked(scene)) == 1


def test_it_has_no_permit_without_its_turn(scene: Scene) -> None:
    rejected(scene)
    (release,) = asked(scene)
    attempt = started(scene, release.id)
    with pytest.raises(NotPermittedError, match="no_turn"):
        roll_back(scene.world, attempt.id, WORKER, TASK)
    assert scene.runs(PREPROD) == "1.1"


def test_it_waits_for_window_holds_and_the_lane_as_any_stage(scene: Scene) -> None:
    other = scene.approved("2.0", service="forms")
    rejected(scene)
    scene.turn(other, PREPROD)
    (release,) = asked(scene)
    attempt = started(scene, release.id)
    assert [one.code for one in scene.turn(attempt, PREPROD).blockers] == ["lane_busy"]
    scene.activate(platform_rules(window=ReleaseWindow(days={})), people())
    assert {"never_fits"} <= {one.code for one in scene.turn(attempt, PREPROD).blockers}


def test_it_is_dropped_when_something_newer_is_on_its_way(scene: Scene) -> None:
    rejected(scene)
    (release,) = asked(scene)
    attempt = started(scene, release.id)
    scene.opened("1.2")
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.ENDED
    assert scene.finish(attempt, PREPROD).outcome == "superseded"
    assert scene.close(attempt).outcome == "superseded"
    assert scene.runs(PREPROD) == "1.1"


def test_none_is_due_while_a_newer_one_is_open_and_that_one_owes_it_when_it_ends_likewise(scene: Scene) -> None:
    rejected(scene)
    newer = scene.approved("1.2")
    assert asked(scene) == []
    scene.stage(newer, PREPROD)
    stop(scene.world, newer.release_id, ROB, "not now")
    scene.finish(newer, PROD)
    assert scene.close(newer).outcome == "withdrawn"
    (release,) = asked(scene)
    assert release.rollback is not None
    assert (release.rollback.from_version, release.rollback.version) == ("1.2", "1.0")


@pytest.mark.parametrize("ends", ["live", "proven", "undone", "in Dev"])
def test_none_is_due_for_what_left_preprod_as_it_should_be(scene: Scene, ends: str) -> None:
    if ends == "live":
        scene.live("1.1")
    elif ends == "proven":
        attempt = scene.preprod_passed("1.1", to=PREPROD)
        assert scene.close(attempt).outcome == "proven"
    elif ends == "undone":
        attempt = scene.approved("1.1")
        scene.target.never_healthy.add("1.1")
        assert scene.stage(attempt, PREPROD).outcome in {"undone", "live_uncertain"}
        scene.close(attempt)
        stop(scene.world, attempt.release_id, ROB, "given up")
    else:
        attempt = scene.dev_passed("1.1")
        stop(scene.world, attempt.release_id, ROB, "given up")
        scene.finish(attempt, PREPROD)
        scene.close(attempt)
    assert asked(scene) == []
