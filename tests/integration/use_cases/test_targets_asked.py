"""Just before the permit the targets are asked what runs, without a lock, and their word counts beside the log's."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from slipway.domain.grant import Step
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.domain.service import StageRole
from slipway.ports.outside.targets import Running
from slipway.ports.values import Actor, Deployed
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.stop import stop
from tests.builders import PREPROD, PROD, platform_rules
from tests.fakes.deploy_target import NOTHING
from tests.scene import Scene

STRANGER = Running(digest="sha256:stranger", version="by hand", healthy=True)


def refused(scene: Scene, attempt: Attempt, code: str, role: StageRole = PROD) -> str:
    """The stage's permit is refused for this reason, and nothing is touched; how the stage ended."""
    scene.turn(attempt, role)
    before = len(scene.target.orders)
    with pytest.raises(NotPermittedError) as refusal:
        scene.deploy(attempt, role)
    assert [blocker.code for blocker in refusal.value.decision.blockers] == [code]
    assert len(scene.target.orders) == before
    outcome = scene.finish(attempt, role).outcome
    assert outcome is not None
    return outcome


def permits(scene: Scene) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in scene.log("permit_issued")]


def renewed(scene: Scene, attempt: Attempt) -> Attempt:
    """The reconciler's next attempt of the same release."""
    assert scene.close(attempt).outcome == "renewed"
    return scene.opened(attempt.version, by="platform", origin=Origin.PLATFORM, release_id=attempt.release_id)


def proven_again(scene: Scene, attempt: Attempt) -> None:
    """Preprod is not carried over, but done again; then it goes live."""
    assert scene.stage_of(attempt, PREPROD).outcome is None
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    scene.work(attempt, PROD)


def test_the_permit_says_what_the_targets_answered(scene: Scene) -> None:
    attempt = scene.live("1.0")
    dev, preprod, prod = (permit["targets"] for permit in permits(scene))
    assert dev == []
    assert [(seen["environment"], seen["digest"]) for seen in preprod] == [("preprod", None)]
    assert [(seen["environment"], seen["digest"]) for seen in prod] == [("preprod", attempt.digest), ("prod", None)]


def test_live_that_was_changed_by_hand_is_not_overwritten(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.signed_off("1.1")
    scene.target.change_by_hand("orders", "prod", STRANGER)
    assert refused(scene, attempt, "live_drift") == "refused"
    assert scene.close(attempt).outcome == "refused"
    assert scene.runs(PROD) == "by hand"
    (found,) = (json.loads(payload) for payload in scene.log("drift_found"))
    assert (found["environment"], found["digest"]) == ("prod", "sha256:stranger")


def test_something_where_the_log_knows_nothing_is_drift_too(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.target.change_by_hand("orders", "prod", STRANGER)
    assert refused(scene, attempt, "live_drift") == "refused"


def test_an_emergency_passes_drift_and_its_reason_is_in_the_permit(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.signed_off("1.1", by="lena", kind=ChangeKind.EMERGENCY, summary="orders are lost")
    scene.target.change_by_hand("orders", "prod", STRANGER)
    scene.work(attempt, PROD)
    assert scene.runs(PROD) == "1.1"
    assert permits(scene)[-1]["goes_on_because"] == "orders are lost"
    assert len(scene.log("drift_found")) == 1


@pytest.mark.parametrize("found", [STRANGER, NOTHING], ids=["stranger", "nothing"])
def test_preprod_that_says_otherwise_is_proven_again(scene: Scene, found: Running) -> None:
    attempt = scene.signed_off("1.0")
    scene.target.change_by_hand("orders", "preprod", found)
    assert refused(scene, attempt, "preprod_moved_on") == "renewed"
    proven_again(scene, renewed(scene, attempt))
    assert scene.runs(PROD) == "1.0"


def test_preprod_that_stays_unhealthy_is_proven_again(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    ill = Running(digest=attempt.digest, version="1.0", healthy=False, detail="its process has ended")
    scene.target.change_by_hand("orders", "preprod", ill)
    assert refused(scene, attempt, "preprod_unhealthy") == "renewed"
    proven_again(scene, renewed(scene, attempt))


@pytest.mark.parametrize("role", [PREPROD, PROD])
def test_a_silent_target_is_asked_again_until_patience_ends(make_scene: Callable[..., Scene], role: StageRole) -> None:
    scene = make_scene(rules=platform_rules(target_patience_seconds=20))
    attempt = scene.approved("1.0") if role is PREPROD else scene.signed_off("1.0")
    scene.turn(attempt, role)
    scene.target.silent = True
    code = ["target_silent"] * (1 if role is PREPROD else 2)
    with pytest.raises(NotPermittedError, match="does not answer") as refusal:
        scene.deploy(attempt, role)
    assert [blocker.code for blocker in refusal.value.decision.blockers] == code
    assert scene.slept == [5.0] * 4
    assert len(scene.log("target_asked_again")) == 1
    assert scene.finish(attempt, role).outcome == "refused"
    assert scene.close(attempt).outcome == "refused"
    scene.target.silent = False
    again = scene.opened("1.0", by="rob", release_id=attempt.release_id)
    assert (scene.stage_of(again, PREPROD).outcome == "carried_over") is (role is PROD)


def test_a_target_that_answers_in_time_holds_up_nobody(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.turn(attempt, PROD)
    scene.target.silent = True
    questions: list[str] = []

    def wakes_up(environment: str) -> None:
        questions.append(environment)
        scene.target.silent = len(questions) < 4

    scene.target.asked = wakes_up
    scene.deploy(attempt, PROD)
    assert scene.runs(PROD) == "1.0"
    assert len(permits(scene)) == 3


def test_no_lock_is_held_while_a_target_thinks_and_what_happens_meanwhile_counts(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.turn(attempt, PROD)

    def thinks(environment: str) -> None:
        scene.target.asked = lambda _: None
        stop(scene.world, attempt.release_id, Actor(id="rob", via="cli"), "wrong version")

    scene.target.asked = thinks
    with pytest.raises(NotPermittedError, match="stopped"):
        scene.deploy(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "withdrawn"


def test_an_answer_from_before_a_change_is_not_believed(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.turn(attempt, PROD)

    def changed_meanwhile(environment: str) -> None:
        if environment == "prod":
            scene.target.asked = lambda _: None
            with scene.store.transaction() as tx:
                tx.records.add_deployment(attempt, "prod", Deployed(version="9", digest="sha256:9"), "deploy")

    scene.target.asked = changed_meanwhile
    with pytest.raises(NotPermittedError, match="live_drift"):
        scene.deploy(attempt, PROD)
    assert len(scene.log("target_asked_again")) == 1
    assert len(scene.slept) == 1


def test_a_second_start_after_the_permit_asks_nobody(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    scene.target.silent = True
    assert scene.deploy(attempt, PREPROD)
