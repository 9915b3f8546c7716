"""A rescue needs its service only: it runs beside another service's release, and nothing new starts until it ends."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from slipway.domain.errors import HeldBackError
from slipway.domain.grant import Step
from slipway.domain.platform import Platform
from slipway.domain.release import Attempt, ChangeKind
from slipway.domain.release_window import ReleaseWindow
from slipway.ports.outside.targets import DeployOrder
from slipway.ports.values import Actor
from slipway.use_cases.await_rescue import is_held_back, may_start_again
from slipway.use_cases.explain import explain
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer, TurnResult, may_go_on
from tests.builders import DEV, PREPROD, PROD, a_service, people, platform_rules
from tests.migrations import REVERSIBLE
from tests.scene import TASK, MortalTarget, ProcessKilledError, Scene, killed

ROB = Actor(id="rob", via="cli")


@pytest.fixture
def three(make_scene: Callable[..., Scene]) -> Scene:
    scene = make_scene(*(a_service(name) for name in ("orders", "forms", "greeter")))
    for name in ("orders", "forms", "greeter"):
        scene.long_live("1.0", service=name)
    return scene


def watched(scene: Scene) -> Attempt:
    """Orders 1.1 in Prod, the confirmation asked for."""
    attempt = scene.signed_off("1.1")
    scene.work(attempt, PROD)
    scene.ask(attempt, Step.CONFIRM)
    return attempt


def overtaking(scene: Scene, service: str = "forms", **more: Any) -> Attempt:
    """An emergency that has the lane, and no permit yet."""
    attempt = scene.dev_passed("2.0", service=service, by="lena", kind=ChangeKind.EMERGENCY, **more)
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.TAKEN
    return attempt


def dies_while_undoing(scene: Scene, attempt: Attempt) -> None:
    """Its undo is begun, and the process that brings it back dies."""
    scene.answer(attempt, Step.CONFIRM, "rob", "Reject")
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.finish(attempt, PROD)
    scene.target.before = MortalTarget().before


def codes(result: TurnResult) -> list[str]:
    return [blocker.code for blocker in result.blockers]


def test_a_is_brought_back_while_b_deploys(three: Scene) -> None:
    a = watched(three)
    b = overtaking(three)
    outcomes: list[object] = []

    def a_fails_meanwhile(order: DeployOrder) -> None:
        if order.service == "forms":
            three.answer(a, Step.CONFIRM, "rob", "Reject")
            outcomes.append(three.finish(a, PROD).outcome)

    three.target.before = a_fails_meanwhile
    three.deploy(b, PREPROD)
    assert outcomes == ["undone"]
    assert three.runs(PROD) == "1.0"
    (overlap,) = map(json.loads, three.log("rescue_overlap"))
    assert overlap["beside"] == {"attempt": b.id, "service": "forms", "environment": "preprod"}
    three.smoke(b, PREPROD)
    assert three.finish(b, PREPROD).outcome == "passed"
    assert three.close(a).outcome == "rolled_back"


def test_nothing_new_starts_while_something_is_brought_back(three: Scene) -> None:
    a = watched(three)
    waiting = three.approved("1.1", service="greeter")
    urgent = three.dev_passed("2.0", service="forms", by="lena", kind=ChangeKind.EMERGENCY)
    three.grant(urgent, Step.APPROVE, "sam")
    dies_while_undoing(three, a)
    assert codes(three.turn(waiting, PREPROD)) == ["rescue_running", "lane_busy"]
    assert codes(three.turn(urgent, PREPROD)) == ["rescue_running", "lane_busy"]
    (forms,) = explain(three.store, "forms", "ordering", "prod")
    assert forms.decision.has("rescue_running")
    assert not three.log("rescue_overlap")
    assert three.finish(a, PROD).outcome == "undone"
    assert may_go_on(three.world, urgent.id, PREPROD)
    assert three.turn(urgent, PREPROD).answer is TurnAnswer.TAKEN


def test_a_lane_that_is_free_is_not_taken_either(three: Scene) -> None:
    a = watched(three)
    b = overtaking(three)
    dies_while_undoing(three, a)
    three.finish(b, PREPROD)
    waiting = three.approved("1.1", service="greeter")
    assert codes(three.turn(waiting, PREPROD)) == ["rescue_running"]
    assert not may_go_on(three.world, waiting.id, PREPROD)


def test_dev_goes_on_meanwhile(three: Scene) -> None:
    dies_while_undoing(three, watched(three))
    nightly = three.opened("1.2", service="greeter", to=DEV)
    assert three.stage(nightly, DEV).outcome == "passed"


def test_who_has_the_lane_is_held_back_at_once_and_starts_when_the_rescue_has_ended(three: Scene) -> None:
    a = watched(three)
    b = overtaking(three)
    dies_while_undoing(three, a)
    for _ in range(2):
        with pytest.raises(HeldBackError, match=f"{a.id} is bringing orders in prod back .*; ask again"):
            three.deploy(b, PREPROD)
        assert not may_start_again(three.world, b.id, PREPROD)
    assert three.slept == [], "nobody sleeps in a task or a request"
    assert three.finish(a, PROD).outcome == "undone"
    assert may_start_again(three.world, b.id, PREPROD)
    three.deploy(b, PREPROD)
    assert not three.log("permit_refused")
    assert len(three.log("start_held_back")) == 2
    assert three.runs(PREPROD, "forms") == "2.0"


def test_the_task_before_it_waits_already_and_the_log_says_so(three: Scene) -> None:
    a = watched(three)
    b = overtaking(three)
    assert not is_held_back(three.world, b.id, PREPROD, TASK)
    dies_while_undoing(three, a)
    assert is_held_back(three.world, b.id, PREPROD, TASK)
    (entry,) = map(json.loads, three.log("start_held_back"))
    assert entry["blockers"][0].startswith(f"rescue_running: attempt {a.id}")
    three.finish(a, PROD)
    assert not is_held_back(three.world, b.id, PREPROD, TASK)


def test_that_wait_leaves_the_patience_with_targets_whole(three: Scene) -> None:
    a = watched(three)
    b = overtaking(three)
    dies_while_undoing(three, a)
    with pytest.raises(HeldBackError):
        three.deploy(b, PREPROD)
    three.finish(a, PROD)
    three.target.silent = True

    def then_it_answers(_: float) -> None:
        three.target.silent = False

    three.world = replace(three.world, sleep=then_it_answers)
    three.deploy(b, PREPROD)
    assert len(three.log("target_asked_again")) == 1


def test_a_stop_ends_that_wait(three: Scene) -> None:
    a = watched(three)
    b = overtaking(three)
    dies_while_undoing(three, a)
    with pytest.raises(HeldBackError):
        three.deploy(b, PREPROD)
    stop(three.world, b.release_id, ROB, "not now")
    assert may_start_again(three.world, b.id, PREPROD)
    with pytest.raises(NotPermittedError, match="stopped"):
        three.deploy(b, PREPROD)
    assert three.finish(b, PREPROD).outcome == "withdrawn"
    assert three.runs(PREPROD, "forms") == "1.0"


@pytest.mark.parametrize("ends", ["its grant is void", "its turn is over", "it is gone"])
def test_so_does_all_that_ends_its_stage(three: Scene, ends: str) -> None:
    a = watched(three)
    b = overtaking(three)
    dies_while_undoing(three, a)
    assert not may_start_again(three.world, b.id, PREPROD)
    if ends == "its grant is void":
        three.activate(platform_rules(), people("sam"))
    if ends == "its turn is over":
        three.finish(b, PREPROD)
    assert may_start_again(three.world, "r999.1" if ends == "it is gone" else b.id, PREPROD)


def test_work_that_has_its_permit_goes_on(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service("orders"), a_service("forms", database=True))
    scene.long_live("1.0")
    a = watched(scene)
    b = overtaking(scene, files={"migrations/versions/0001_forms.py": REVERSIBLE})
    scene.migrate(b, PREPROD)
    dies_while_undoing(scene, a)
    scene.deploy(b, PREPROD)
    scene.smoke(b, PREPROD)
    assert scene.finish(b, PREPROD).outcome == "passed"


def closed() -> Platform:
    return platform_rules(window=ReleaseWindow(days={}))


def test_no_hold_no_window_and_no_difference_of_policy_keeps_a_rescue_away(three: Scene) -> None:
    a = watched(three)
    waiting = three.approved("1.1", service="greeter")
    overtaking(three)
    with three.store.transaction() as tx:
        tx.records.place_hold("all", None, "nothing at all", "lena", None, None, absolute=True)
        tx.policies.note_seen(three.governed(closed(), people("rita")))
    three.activate(closed(), people("sam"))
    assert {"policy_not_activated", "hold", "never_fits"} <= set(codes(three.turn(waiting, PREPROD)))
    three.answer(a, Step.CONFIRM, "rob", "Reject")
    assert three.finish(a, PROD).outcome == "undone"
    assert three.runs(PROD) == "1.0"


def at_its_permit(scene: Scene, **more: Any) -> Attempt:
    """An emergency of orders that has its turn for Prod, where 1.1 is watched."""
    attempt = scene.dev_passed("2.0", by="lena", kind=ChangeKind.EMERGENCY, **more)
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN
    return attempt


@pytest.mark.parametrize("begun", [True, False])
def test_an_emergency_that_fixes_it_waits_at_its_permit_for_the_rescue_of_its_service(
    three: Scene, begun: bool
) -> None:
    a = watched(three)
    fix = at_its_permit(three, fixes=a.release_id)
    if begun:
        dies_while_undoing(three, a)
    else:
        three.answer(a, Step.CONFIRM, "rob", "Reject")

    def then_it_is_back(_: float) -> None:
        assert three.finish(a, PROD).outcome == "undone"

    if begun:
        with pytest.raises(HeldBackError):
            three.deploy(fix, PROD)
        then_it_is_back(0)
    three.world = replace(three.world, sleep=then_it_is_back)
    three.deploy(fix, PROD)
    assert three.runs(PROD) == "2.0"
    assert three.stage_of(fix, PROD).previous_version == "1.0"
    assert not three.log("lease_overtaken")


def test_one_that_does_not_say_so_is_refused_by_the_hold_of_the_failure(three: Scene) -> None:
    a = watched(three)
    other = at_its_permit(three)
    three.answer(a, Step.CONFIRM, "rob", "Reject")
    assert three.finish(a, PROD).outcome == "undone"
    assert three.stage(other, PROD).outcome == "refused"
    assert three.runs(PROD) == "1.0"
