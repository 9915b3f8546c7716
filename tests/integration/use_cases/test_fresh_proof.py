"""A proof in Preprod that grew old, or that a dependency overtook, is made again; approvers see what changed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from slipway.domain.grant import Step
from slipway.domain.release import Attempt, Origin
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import PREPROD, PROD, a_service, people, platform_rules
from tests.scene import Scene


@pytest.fixture
def two(make_scene: Callable[..., Scene]) -> Scene:
    """Orders, which depends on forms; and greeter, which nobody needs."""
    return make_scene(a_service("orders", depends_on=("forms",)), a_service("forms"), a_service("greeter"))


def changes(scene: Scene, service: str, version: str = "2.0") -> None:
    """Another service goes through Preprod."""
    scene.preprod_passed(version, service=service, to=PREPROD)


def renewed(scene: Scene, attempt: Attempt, code: str) -> Attempt:
    """Its turn ends for this reason, and the reconciler's next attempt is opened."""
    result = scene.turn(attempt, PROD)
    assert [blocker.code for blocker in result.blockers] == [code]
    assert scene.close(attempt).outcome == "renewed"
    with scene.store.transaction() as tx:
        assert [due.id for due in tx.releases.awaiting_renewal()] == [attempt.id]
    return scene.opened(attempt.version, by="platform", origin=Origin.PLATFORM, release_id=attempt.release_id)


def goes_live_after_a_new_proof(scene: Scene, attempt: Attempt) -> None:
    assert scene.stage_of(attempt, PREPROD).outcome is None
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    scene.work(attempt, PROD)
    assert scene.runs(PROD) == attempt.version


def form(scene: Scene, attempt: Attempt, step: Step = Step.AUTHORISE) -> str:
    """What the approver reads."""
    asked = scene.ask(attempt, step)
    assert isinstance(asked, Asked)
    return asked.request.evidence


def test_a_proof_that_grew_old_is_made_again(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.activate(platform_rules(proof_life_minutes=0), people())
    again = renewed(scene, attempt, "proof_expired")
    scene.activate(platform_rules(), people())
    goes_live_after_a_new_proof(scene, again)


def test_a_proof_that_is_young_enough_is_carried_over(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.activate(platform_rules(), people("sue"))
    again = renewed(scene, attempt, "grant_void")
    assert scene.stage_of(again, PREPROD).outcome == "carried_over"


def test_who_waits_looks_again_when_the_proof_expires(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.activate(platform_rules(proof_life_minutes=30), people())
    with scene.store.transaction() as tx:
        tx.records.place_hold("all", None, "an audit", "lena", None, None)
        proof = tx.records.latest_proof("orders", "preprod", attempt.digest)
    waits = scene.turn(attempt, PROD)
    assert waits.answer is TurnAnswer.WAIT
    assert proof is not None
    assert waits.look_again_at == proof.at + timedelta(minutes=30)


def test_a_changed_dependency_voids_the_proof_and_it_is_made_again(two: Scene) -> None:
    attempt = two.signed_off("1.0")
    assert may_go_on(two.world, attempt.id, PROD)
    changes(two, "forms")
    goes_live_after_a_new_proof(two, renewed(two, attempt, "dependency_changed"))


def test_a_dependency_that_changed_while_it_waits_wakes_it(two: Scene) -> None:
    attempt = two.signed_off("1.0")
    with two.store.transaction() as tx:
        tx.records.place_hold("service", "orders", "an audit", "lena", None, None)
    assert two.turn(attempt, PROD).answer is TurnAnswer.WAIT
    assert not may_go_on(two.world, attempt.id, PROD)
    changes(two, "forms")
    assert may_go_on(two.world, attempt.id, PROD)


def test_another_service_may_change_and_approvers_are_told(two: Scene) -> None:
    attempt = two.preprod_passed("1.0")
    assert "- Changed in pre-production since: nothing else" in form(two, attempt)
    changes(two, "greeter", "2.0")
    changes(two, "greeter", "2.1")
    text = form(two, attempt)
    assert "- Last proof in preprod: pass, " in text
    assert "    - greeter 2.1 in preprod (" in text
    assert ", the last of 2 changes)" in text
    two.grant(attempt, Step.AUTHORISE, "sam")
    two.grant(attempt, Step.SIGN_OFF, "sue")
    assert two.turn(attempt, PROD).answer is TurnAnswer.TAKEN


def test_approvers_see_that_a_dependency_changed(two: Scene) -> None:
    attempt = two.preprod_passed("1.0")
    changes(two, "forms")
    assert "**this service depends on it**" in form(two, attempt)


def test_what_changed_before_the_proof_is_not_on_the_form(two: Scene) -> None:
    changes(two, "greeter")
    assert "- Changed in pre-production since: nothing else" in form(two, two.preprod_passed("1.0"))
    assert "Changed in pre-production" not in form(two, two.dev_passed("1.1", by="rob"), Step.APPROVE)
