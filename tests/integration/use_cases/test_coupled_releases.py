"""Releases that need another service's version live first: told at the request, held back in Prod, no circles."""

import json
from collections.abc import Callable

import pytest

from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.grant import Step
from slipway.domain.needs import Need
from slipway.domain.release import Attempt
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.at_once import attempted, together
from tests.builders import DEV, PROD, a_service
from tests.scene import Scene

NEEDED = Need(service="forms", version="2.1", environment="prod")


@pytest.fixture
def three(make_scene: Callable[..., Scene]) -> Scene:
    """Orders, forms and greeter; forms 2.0 is live everywhere, 2.1 and 2.2 are built."""
    scene = make_scene(a_service("orders"), a_service("forms"), a_service("greeter"))
    scene.long_live("2.0", service="forms")
    for service, version in (
        ("forms", "2.1"),
        ("forms", "2.2"),
        ("orders", "1.0"),
        ("orders", "1.1"),
        ("greeter", "3"),
    ):
        scene.artefacts.publish(service, version, {"app.py": f"{service} {version}"})
    return scene


def waits_for_forms(scene: Scene) -> Attempt:
    """Orders 1.0, signed off, needs forms 2.1."""
    return scene.signed_off("1.0", needs="forms=2.1")


def codes(scene: Scene, attempt: Attempt) -> list[str]:
    return [blocker.code for blocker in scene.turn(attempt, PROD).blockers]


def is_met(scene: Scene) -> bool:
    with scene.store.transaction() as tx:
        return tx.records.need_state(NEEDED).live


def test_it_waits_until_what_it_needs_is_live(three: Scene) -> None:
    attempt = waits_for_forms(three)
    assert codes(three, attempt) == ["needs_other"]
    assert not may_go_on(three.world, attempt.id, PROD)
    three.live("2.1", service="forms")
    assert may_go_on(three.world, attempt.id, PROD)
    three.work(attempt, PROD)
    assert three.runs(PROD) == "1.0"


def test_who_waits_does_not_hold_up_the_lane(three: Scene) -> None:
    attempt = waits_for_forms(three)
    assert three.turn(attempt, PROD).answer is TurnAnswer.WAIT
    three.live("3", service="greeter")
    assert three.runs(PROD, "greeter") == "3"


def test_a_later_version_will_do_an_older_one_will_not(three: Scene) -> None:
    assert not is_met(three)
    three.live("2.1", service="forms")
    three.live("2.2", service="forms")
    assert is_met(three)
    three.live("2.0", service="forms")
    assert not is_met(three)


def test_a_later_version_alone_will_not(three: Scene) -> None:
    three.live("2.2", service="forms")
    assert not is_met(three)


def test_a_need_that_was_live_and_went_back_holds_again(three: Scene) -> None:
    attempt = waits_for_forms(three)
    brings = three.signed_off("2.1", service="forms")
    three.work(brings, PROD)
    assert is_met(three)
    stop(three.world, brings.release_id, rob(), "it does not work")
    assert three.finish(brings, PROD).outcome == "undone"
    assert not is_met(three)
    assert codes(three, attempt) == ["needs_other"]


def rob() -> Actor:
    return Actor(id="rob", via="cli")


def test_it_says_which_release_brings_it(three: Scene) -> None:
    attempt = waits_for_forms(three)
    (blocker,) = three.turn(attempt, PROD).blockers
    assert "no release is on its way with it" in blocker.message
    brings = three.dev_passed("2.1", service="forms")
    (blocker,) = three.turn(attempt, PROD).blockers
    assert f"release {brings.release_id} is on its way with it" in blocker.message


def test_approvers_read_what_it_needs(three: Scene) -> None:
    asked = three.ask(three.preprod_passed("1.0", needs="forms=2.1"), Step.AUTHORISE)
    assert isinstance(asked, Asked)
    assert "- Needs forms 2.1: not live yet (prod runs 2.0" in asked.request.evidence


def test_the_log_says_what_it_needs_and_a_retry_still_does(three: Scene) -> None:
    three.target.never_healthy = {"1.0"}
    attempt = three.opened("1.0", needs="forms=2.1")
    assert json.loads(three.log("release_requested")[-1])["needs"] == ["forms 2.1"]
    three.stage(attempt, DEV)
    three.close(attempt)
    again = three.opened("1.1", by="rob", release_id=attempt.release_id)
    assert three.release_of(again).needs == (NEEDED,)


@pytest.mark.parametrize(
    ("needs", "code"),
    [
        ("forms", "needs_unreadable"),
        ("form=2.1", "needs_unknown"),
        ("forms=9.9", "needs_unknown"),
        ("orders=1.1", "needs_itself"),
        ("forms=2.1, forms=9.9", "needs_unknown"),
    ],
)
def test_what_cannot_be_needed_is_refused_at_the_request(three: Scene, needs: str, code: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        three.opened("1.0", needs=needs)
    assert refusal.value.code == code
    (logged,) = (json.loads(payload) for payload in three.log("release_refused"))
    assert logged["code"] == code
    with three.store.transaction() as tx:
        assert not tx.releases.open_attempts("orders")


def test_two_that_need_each_other_are_refused(three: Scene) -> None:
    three.opened("1.0", needs="forms=2.1")
    with pytest.raises(RefusedError, match=r"forms 2\.1 needs orders 1\.0, which needs forms 2\.1") as refusal:
        three.opened("2.1", service="forms", needs="orders=1.0")
    assert refusal.value.code == "needs_in_a_circle"
    assert len(three.log("release_refused")) == 1


def test_a_circle_of_three_is_refused(three: Scene) -> None:
    three.opened("1.0", needs="forms=2.1")
    three.opened("3", service="greeter", needs="orders=1.0")
    with pytest.raises(RefusedError, match="neither could ever go live"):
        three.opened("2.1", service="forms", needs="greeter=3")


def test_one_that_ended_closes_no_circle(three: Scene) -> None:
    attempt = three.opened("1.0", needs="forms=2.1")
    stop(three.world, attempt.release_id, rob(), "not now")
    three.close(attempt)
    assert three.opened("2.1", service="forms", needs="orders=1.0")


def test_a_retry_with_another_version_closes_no_circle_either(three: Scene) -> None:
    three.target.never_healthy = {"1.0"}
    failed = three.dev_passed("1.0", needs="forms=2.1")
    assert three.close(failed).outcome == "failed"
    three.opened("2.1", service="forms", needs="orders=1.1")
    with pytest.raises(RefusedError, match="neither could ever go live"):
        three.opened("1.1", by="rob", release_id=failed.release_id)


def test_of_two_asked_for_at_once_that_need_each_other_one_is_refused(three: Scene) -> None:
    results = together(
        lambda: attempted(lambda: three.opened("1.0", needs="forms=2.1", run_id="one")),
        lambda: attempted(lambda: three.opened("2.1", service="forms", needs="orders=1.0", run_id="other")),
    )
    assert sum(isinstance(result, SlipwayError) for result in results) == 1
