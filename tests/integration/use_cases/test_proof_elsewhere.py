"""Preprod down in an emergency: another declared pre-production environment proves the artefact; never none."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from slipway.domain.errors import RefusedError, TargetError
from slipway.domain.grant import Step
from slipway.domain.platform import EnvironmentSettings, Platform
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.domain.service import Service
from slipway.ports.outside.checks import CheckStatus
from slipway.use_cases.ask_approval import Asked
from tests.builders import PREPROD, PROD, a_service, a_stage, people, platform_rules
from tests.scene import Scene


def with_qa(**changes: Any) -> Platform:
    rules = platform_rules()
    qa = EnvironmentSettings(name="qa", role=PREPROD, label="QA")
    return replace(rules, environments={**rules.environments, "qa": qa}, **changes)


def orders() -> Service:
    return replace(a_service(), stand_ins=(a_stage(PREPROD, environment="qa"),))


@pytest.fixture
def down(make_scene: Callable[..., Scene]) -> Scene:
    """Orders 1.0 runs everywhere, and Preprod answers nothing."""
    scene = make_scene(orders(), rules=with_qa())
    scene.long_live("1.0")

    def preprod_is_down(environment: str) -> None:
        if environment == "preprod":
            raise TargetError("preprod does not answer")

    scene.target.asked = preprod_is_down
    return scene


def emergency(scene: Scene, **more: Any) -> Attempt:
    return scene.dev_passed("1.1", **{"by": "lena", "kind": ChangeKind.EMERGENCY, "proof_in": "qa", **more})


def proven_in_qa(scene: Scene) -> Attempt:
    attempt = emergency(scene)
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"
    return attempt


def places(scene: Scene) -> list[str]:
    return [order.environment for order in scene.target.orders if order.artefact.version == "1.1"]


def test_without_it_an_emergency_does_not_get_past_a_preprod_that_is_down(down: Scene) -> None:
    attempt = emergency(down, proof_in=None)
    down.grant(attempt, Step.APPROVE, "sam")
    assert down.stage(attempt, PREPROD).outcome == "refused"
    assert "preprod does not answer" in str(down.last_error)


@pytest.mark.parametrize("kind", [ChangeKind.EMERGENCY, ChangeKind.SECURITY])
def test_the_stand_in_proves_it_and_preprod_is_not_touched(down: Scene, kind: ChangeKind) -> None:
    attempt = emergency(down, kind=kind)
    down.grant(attempt, Step.APPROVE, "sam")
    assert down.stage(attempt, PREPROD).outcome == "passed"
    down.grant(attempt, Step.AUTHORISE, "sam")
    down.grant(attempt, Step.SIGN_OFF, "sue")
    down.work(attempt, PROD)
    assert places(down) == ["dev", "qa", "prod"]
    prod = json.loads(down.log("permit_issued")[-1])
    assert [seen["environment"] for seen in prod["targets"]] == ["qa", "prod"]
    assert json.loads(down.log("release_requested")[-1])["proof_in"] == "qa"


def test_a_fail_there_is_a_fail(down: Scene) -> None:
    attempt = emergency(down)
    down.grant(attempt, Step.APPROVE, "sam")
    down.probe.verdicts["1.1"] = CheckStatus.FAIL
    assert down.stage(attempt, PREPROD).outcome == "undone"
    assert down.close(attempt).outcome == "failed"


def test_who_signs_is_told_that_preprod_is_left_out(down: Scene) -> None:
    attempt = proven_in_qa(down)
    asked = down.ask(attempt, Step.AUTHORISE)
    assert isinstance(asked, Asked)
    assert "**Not proven in Preprod**: lena says that it is down; qa stands in" in asked.request.evidence
    assert "Proven in qa: passed" in asked.request.evidence


def test_an_approval_for_it_is_for_that_environment(down: Scene) -> None:
    attempt = proven_in_qa(down)
    with down.store.transaction() as tx:
        (grant,) = tx.grants.of_attempt(attempt.id)
    assert grant.environment == "qa"


def test_a_further_attempt_is_proven_there_again_or_carried_over_from_there(down: Scene) -> None:
    attempt = proven_in_qa(down)
    down.grant(attempt, Step.AUTHORISE, "sam")
    down.grant(attempt, Step.SIGN_OFF, "sue")
    down.activate(with_qa(), people("sue"))
    assert down.turn(attempt, PROD).outcome == "renewed"
    down.close(attempt)
    again = down.opened("1.1", by="platform", origin=Origin.PLATFORM, release_id=attempt.release_id)
    stage = down.stage_of(again, PREPROD)
    assert (stage.environment, stage.outcome) == ("qa", "carried_over")


REFUSED = [
    ({"kind": ChangeKind.STANDARD}, "proof_in_not_urgent"),
    ({"proof_in": "preprod"}, "proof_in_is_preprod"),
    ({"proof_in": "prod"}, "proof_in_unknown"),
    ({"proof_in": "dev"}, "proof_in_unknown"),
    ({"proof_in": "moon"}, "proof_in_unknown"),
]


@pytest.mark.parametrize(("more", "code"), REFUSED)
def test_anything_else_is_refused_when_it_is_asked_for(down: Scene, more: dict[str, Any], code: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        emergency(down, **more)
    assert refusal.value.code == code
    assert json.loads(down.log("release_refused")[0])["code"] == code


def test_a_service_without_a_stand_in_says_so(make_scene: Callable[..., Scene]) -> None:
    with pytest.raises(RefusedError, match="its file declares none"):
        emergency(make_scene(rules=with_qa()))


def test_an_environment_that_the_policy_in_effect_does_not_know_is_refused(make_scene: Callable[..., Scene]) -> None:
    with pytest.raises(RefusedError, match="the policy in effect knows qa as no pre-production environment"):
        emergency(make_scene(orders()))


def test_where_it_is_proven_is_not_changed_by_a_retry(down: Scene) -> None:
    attempt = emergency(down, proof_in=None)
    down.grant(attempt, Step.APPROVE, "sam")
    down.stage(attempt, PREPROD)
    down.close(attempt)
    with pytest.raises(RefusedError, match="ask for a new one"):
        down.opened("1.1", by="lena", release_id=attempt.release_id, proof_in="qa")
