"""Rollbacks by hand on a running Airflow: beside another release, failing, held, the window closed (R18)."""

import pytest

from slipway.domain.grant import Step
from slipway.domain.rollback import ROLLBACK_DAG
from slipway.platform.client import wait_for
from tests.e2e.performance import Performance, story
from tests.e2e.slipway_cli import slipway
from tests.e2e.story import PATIENCE, Run, Scene

pytestmark = pytest.mark.e2e
REASON = "Greetings are lost."


def live_twice(scene: Scene, service: str) -> None:
    """1.0.0, then 1.1.0."""
    for version in ("1.0.0", "1.1.0"):
        scene.ask(service, version).go_live()


def rollback(scene: Scene, service: str, by: str = "gus") -> Run:
    """Asked for on the command line; the run that starts by itself."""
    told = slipway(scene.platform, by, "rollback", service, "prod", "--reason", REASON)
    return scene.follow(ROLLBACK_DAG, f"{told.split()[0]}-attempt-1")


def serves(scene: Scene, service: str) -> str:
    listed = scene.client("gus").get("/slipway/api/services")
    (found,) = [one for one in listed if one["service"] == service]
    return str(found["environments"]["prod"]["version"])


@story
def test_a_rollback_runs_beside_another_release_that_holds_the_lane(scene: Scene) -> None:
    live_twice(scene, "returning")
    other = scene.ask("neighbour", "1.0.0", to="preprod")
    other.asked(Step.APPROVE)
    with scene.recorder.held("deploy", "neighbour", "preprod") as reached:
        other.approve()
        wait_for(lambda: reached() or None, PATIENCE, "the deploy of the neighbour")
        run = rollback(scene, "returning")
        run.ends("live")
        assert serves(scene, "returning") == "1.0.0"
    other.ends("proven")
    (overlap,) = run.log("rescue_overlap")
    assert overlap["payload"]["beside"]["service"] == "neighbour"
    assert run.tasks()["hold_slot"] == "skipped"
    assert run.until_logged("service_restored")["payload"]["from"] == "1.1.0"
    assert "hold" in {
        one["code"]
        for found in scene.client("gina").get("/slipway/api/explain", service="returning", environment="prod")
        for one in found["blockers"]
    }


@story
def test_a_rollback_that_fails_pages_and_says_what_truly_runs(scene: Scene) -> None:
    live_twice(scene, "lost")
    with scene.recorder.silent("lost", "prod"):
        run = rollback(scene, "lost")
        run.ends("live_uncertain")
    said = "The target says: nobody knows what runs in prod"
    assert said in run.stage("prod")["detail"]
    paged = scene.rows("SELECT text FROM outbox WHERE channel = 'page' AND key LIKE :key", key=f"{run.id}:%")
    assert [page["text"] for page in paged if said in page["text"]]

    scene.hold("lost", "gus", "Nothing changes here today.")


def test_a_rollback_passes_a_hold_and_a_closed_window(
    scene: Scene, performance: Performance, closed_window: None
) -> None:
    performance.judge(test_a_rollback_that_fails_pages_and_says_what_truly_runs.story)  # type: ignore[attr-defined]
    explained = scene.client("gina").get("/slipway/api/explain", service="lost", environment="prod")
    blockers = {one["code"] for found in explained for one in found["blockers"]}
    assert {"hold", "window_closed"} <= blockers
    form = {"service": "lost", "environment": "prod", "reason": REASON}
    scene.client("gus").trigger(ROLLBACK_DAG, "lost-by-its-form", form)
    scene.follow(ROLLBACK_DAG, "lost-by-its-form").ends("live")
    assert serves(scene, "lost") == "1.0.0"
