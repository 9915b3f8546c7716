"""Walks of `lifecycle.md` that go on when nobody is there, by a clock that the test sets (R12, R13, R18)."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from slipway.domain.errors import RefusedError
from slipway.domain.grant import Step
from slipway.domain.platform import Action
from slipway.domain.release import Attempt, ChangeKind
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.values import Actor
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.await_act import NotActedError
from slipway.use_cases.give_second import give_second
from slipway.use_cases.park_slot import lane_is_freed
from slipway.use_cases.smoke import SmokeFailedError
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import PREPROD, PROD, a_service
from tests.clock import Clock
from tests.office_hours import RULES, on
from tests.outside import NOTIFY, a_change, agreed, awaited, begin, checked, report
from tests.scene import MortalTarget, ProcessKilledError, Scene, killed


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    """Orders and forms, 1.0 of each live of old, and letters that a vendor changes; it is Thursday morning."""
    made = scene_at(on(19, "10:00"), a_service("orders"), a_service("forms"), NOTIFY, rules=RULES)
    for service in ("orders", "forms"):
        made.long_live("1.0", service=service)
    return made


def lane_is_free(scene: Scene) -> bool:
    with scene.store.transaction() as tx:
        return tx.turns.holder("live") is None


def codes(scene: Scene, attempt: Attempt) -> list[str]:
    return [blocker.code for blocker in scene.turn(attempt, PREPROD).blockers]


# Fails in Prod on Friday at 15:55 -------------------------------------------------------------------------------------


@pytest.fixture
def failed(scene: Scene, clock: Clock) -> Attempt:
    """Orders 1.1 started in Prod at 15:40; its smoke tests fail at 15:55."""
    clock.set(on(20, "15:00"))
    attempt = scene.signed_off("1.1")
    clock.set(on(20, "15:40"))
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN
    scene.deploy(attempt, PROD)
    clock.set(on(20, "15:55"))
    scene.probe.verdicts["1.1"] = CheckStatus.FAIL
    with pytest.raises(SmokeFailedError):
        scene.smoke(attempt, PROD)
    return attempt


def test_what_fails_in_prod_on_friday_at_15_55_is_brought_back_after_closing_time(
    scene: Scene, failed: Attempt, clock: Clock
) -> None:
    clock.set(on(20, "16:05"))
    assert scene.finish(failed, PROD).outcome == "undone"
    assert scene.runs(PROD) == "1.0"
    assert scene.close(failed).outcome == "rolled_back"
    assert lane_is_free(scene)
    with scene.store.transaction() as tx:
        (hold,) = tx.records.standing_holds("orders", "prod", scene.release_of(scene.opened("1.3", by="rob")))
    assert hold.reason == "1.1 ended in prod as undone"


def test_its_fix_waits_for_monday(scene: Scene, failed: Attempt, clock: Clock) -> None:
    scene.finish(failed, PROD)
    scene.close(failed)
    fix = scene.approved("1.2", release_id=failed.release_id)
    clock.set(on(20, "16:30"))
    waits = scene.turn(fix, PREPROD)
    assert [blocker.code for blocker in waits.blockers] == ["window_closed"]
    assert waits.look_again_at == on(23, "09:30")
    clock.set(on(23, "09:30"))
    assert scene.stage(fix, PREPROD).outcome == "passed"


def test_an_emergency_that_fixes_it_does_not_wait_for_monday(scene: Scene, failed: Attempt, clock: Clock) -> None:
    scene.finish(failed, PROD)
    scene.close(failed)
    clock.set(on(20, "16:30"))
    fix = scene.dev_passed("1.2", by="lena", kind=ChangeKind.EMERGENCY, fixes=failed.release_id)
    scene.grant(fix, Step.APPROVE, "sam")
    assert scene.stage(fix, PREPROD).outcome == "passed"
    scene.grant(fix, Step.AUTHORISE, "sam")
    scene.grant(fix, Step.SIGN_OFF, "sue")
    scene.work(fix, PROD)
    assert scene.runs(PROD) == "1.2"


# Slot task alive, run stuck, at 02:00 ---------------------------------------------------------------------------------


def by(person: str) -> Actor:
    return Actor(id=person, via="rest")


def an_emergency(scene: Scene, service: str) -> Attempt:
    attempt = scene.dev_passed("1.1", service=service, by="lena", kind=ChangeKind.EMERGENCY)
    scene.grant(attempt, Step.APPROVE, "sam")
    return attempt


@pytest.fixture
def stuck(scene: Scene, clock: Clock) -> Attempt:
    """An emergency at night: its slot is parked, the process that deploys it dies, its target answers nobody."""
    clock.set(on(20, "01:45"))
    attempt = an_emergency(scene, "orders")
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.TAKEN
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    scene.target.before = MortalTarget().before
    scene.target.silent = True
    return attempt


def give_up(scene: Scene, attempt: Attempt) -> int:
    """Second line asks for it; the number under which it waits for a manager."""
    with scene.store.transaction() as tx:
        (activity,) = tx.activities.of_stage(attempt.id, PREPROD)
    parameters = {"activity": activity.id}
    return ask_second(scene.world, Action.QUARANTINE_ACTIVITY, parameters, "the host is gone", by("lena")).id


def test_a_run_that_is_stuck_at_02_00_keeps_the_lane_until_two_people_give_up_on_it(
    scene: Scene, stuck: Attempt, clock: Clock
) -> None:
    with pytest.raises(RefusedError, match=r"has until 2026-11-20 01:\d\d UTC: only then is it given up on"):
        give_up(scene, stuck)
    clock.set(on(20, "02:00"))
    assert scene.finish(stuck, PREPROD).outcome is None
    assert not lane_is_freed(scene.world, stuck.id, PREPROD)
    other = an_emergency(scene, "forms")
    assert codes(scene, other) == ["lane_busy"]

    number = give_up(scene, stuck)
    assert not lane_is_freed(scene.world, stuck.id, PREPROD), "one person alone changes nothing"
    give_second(scene.world, number, by("mona"))

    assert lane_is_freed(scene.world, stuck.id, PREPROD), "the task that holds the slot lets go of it"
    scene.target.silent = False
    assert may_go_on(scene.world, other.id, PREPROD)
    assert scene.stage(other, PREPROD).outcome == "passed"
    assert scene.finish(stuck, PREPROD).outcome == "live_uncertain"
    assert scene.close(stuck).outcome == "live_uncertain"
    (given_up,) = map(json.loads, scene.log("deploy_quarantined"))
    assert given_up["detail"].startswith("given up on by lena and mona: the host is gone")


# A third party acts the next day --------------------------------------------------------------------------------------


def planned(scene: Scene) -> Attempt:
    """Agreed on Thursday, for Friday at 10:00."""
    return agreed(scene, replace(a_change(), not_before=on(20, "10:00")))


def test_a_vendor_who_acts_the_next_day_holds_no_lane_overnight(scene: Scene, clock: Clock) -> None:
    clock.set(on(19, "16:00"))
    letters = planned(scene)
    waits = scene.turn(letters, PROD)
    assert [blocker.code for blocker in waits.blockers] == ["too_early"]
    assert waits.look_again_at == on(20, "10:00")
    for at in (on(19, "16:10"), on(20, "09:40")):
        clock.set(at)
        assert lane_is_free(scene)
        assert scene.stage(scene.approved(f"2.{at.day}", service="forms", to=PREPROD), PREPROD).outcome == "passed"
    clock.set(on(20, "09:59:59"))
    assert not may_go_on(scene.world, letters.id, PROD)
    clock.set(on(20, "10:00"))
    assert scene.turn(letters, PROD).answer is TurnAnswer.TAKEN
    begin(scene, letters)
    report(scene, letters)
    checked(scene, letters)
    assert scene.finish(letters, PROD).outcome == "passed"
    assert scene.close(letters).outcome == "live"


def test_a_vendor_who_does_not_come_lets_the_lane_go_at_the_deadline(scene: Scene, clock: Clock) -> None:
    letters = planned(scene)
    clock.set(on(20, "10:00"))
    assert scene.turn(letters, PROD).answer is TurnAnswer.TAKEN
    forms = scene.approved("1.1", service="forms")
    assert codes(scene, forms) == ["lane_busy"]
    clock.set(on(20, "11:00"))
    with pytest.raises(NotActedError, match="nobody began to act"):
        awaited(scene, letters)
    assert scene.finish(letters, PROD).outcome == "expired"
    assert may_go_on(scene.world, forms.id, PREPROD)


def test_one_that_could_not_be_done_before_closing_time_is_not_begun(scene: Scene, clock: Clock) -> None:
    letters = planned(scene)
    clock.set(on(20, "15:30"))
    waits = scene.turn(letters, PROD)
    assert [blocker.code for blocker in waits.blockers] == ["window_too_short"]
    assert waits.look_again_at == on(23, "09:30")
    assert lane_is_free(scene)
