"""An emergency takes the lane from what is only watched in Prod: both go live, and never two deploy at once (R20)."""

from dataclasses import replace

import pytest

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.live_path import meetings, stays_in_the_targets
from tests.e2e.performance import story
from tests.e2e.story import GREETING, PATIENCE, Scene

pytestmark = pytest.mark.e2e
DECLARED_BY_A_SENIOR = replace(GREETING, releaser="sofia", senior="seth")


@story
def test_an_emergency_goes_live_while_another_release_is_watched_which_goes_live_after_it(scene: Scene) -> None:
    watched = scene.ask("watched", "1.0.0")
    urgent = scene.ask("urgent", "1.0.0", team=DECLARED_BY_A_SENIOR, change_kind="emergency")
    urgent.asked(Step.APPROVE)
    watched.approve()
    watched.authorise()
    watched.asked(Step.CONFIRM)
    with scene.recorder.held("deploy", "urgent", "preprod") as reached:
        urgent.approve()
        wait_for(lambda: reached() or None, PATIENCE, "the emergency to deploy")
        holder = scene.client("gus").get("/slipway/api/queue")[0]
    assert (holder["state"], holder["attempt"], holder["overtakes"][0]) == ("holding", urgent.id, watched.id)
    assert "what it took the lane from is watched on without it" in holder["why_overtakes"]
    urgent.authorise()
    urgent.answer(Step.CONFIRM, "gina")
    urgent.ends("live")
    assert watched.attempt()["outcome"] is None
    watched.answer(Step.CONFIRM, "gina")
    watched.ends("live")

    (overtaken,) = watched.log("lane_overtaken")
    assert overtaken["payload"]["by"] == urgent.id
    assert f"emergency {urgent.release_id}, asked for by sofia" in overtaken["payload"]["because"]
    assert watched.tasks()["prod.hold_slot"] == "skipped"
    assert not watched.log("undo_started", "lease_overtaken")
    assert {scene.recorder.runs(service, "prod") for service in ("watched", "urgent")} == {"1.0.0"}
    both = [stay for stay in stays_in_the_targets(scene.recorder) if stay.who.startswith(("watched ", "urgent "))]
    assert meetings(both) == []
