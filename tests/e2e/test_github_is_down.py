"""GitHub refuses every connection: what the mirror has is released as ever, what it has not is refused."""

import pytest

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.performance import story
from tests.e2e.story import PATIENCE, Scene

pytestmark = pytest.mark.e2e


@story
def test_a_release_goes_to_live_from_the_mirror_while_github_is_down(scene: Scene) -> None:
    run = scene.ask("mirrored", "1.0.0")
    shown = run.asked(Step.APPROVE)
    assert "Fetched from the mirror" in str(shown)
    assert "cannot be reached" in str(shown)
    run.go_live()
    assert scene.recorder.runs("mirrored", "prod") == "1.0.0"
    fetched = scene.log(kind="artefact_fetched", service="mirrored")
    assert [entry["payload"]["source"] for entry in fetched] == ["the mirror"]
    assert fetched[0]["payload"]["digest"] == run.attempt()["digest"]
    assert fetched[0]["seq"] < run.log("attempt_opened")[0]["seq"]


@story
def test_what_nobody_gives_out_is_refused_and_says_so(scene: Scene) -> None:
    run = scene.ask("mirrored", "2.0.0")
    refused = wait_for(run.refusal, PATIENCE, "the refusal")
    assert refused["payload"]["code"] == "artefact_unavailable"
    assert "mirrored/2.0.0/mirrored-2.0.0.tar" in refused["payload"]["message"]
