"""Somebody with BreakGlass marks and clears tasks in Airflow: authority lives elsewhere, so nothing is deployed."""

import httpx
import pytest

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.performance import story
from tests.e2e.scenery import BREAKER
from tests.e2e.story import PATIENCE, Run, Scene

pytestmark = pytest.mark.e2e


def mark(run: Run, task: str) -> None:
    """Marks a task as a success."""
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task}"
    answer = run.scene.client(BREAKER).request("PATCH", path, json={"new_state": "success"})
    assert answer.is_success, answer.text


def clear(run: Run, task: str) -> httpx.Response:
    """Has a task run again."""
    body = {"dag_run_id": run.run_id, "task_ids": [task], "dry_run": False, "only_failed": False}
    return run.scene.client(BREAKER).request("POST", f"/api/v2/dags/{run.dag_id}/clearTaskInstances", json=body)


@story
def test_marking_approval_turn_or_slot_as_a_success_deploys_nothing(scene: Scene) -> None:
    run = scene.ask("glass", "1.0.0", to="preprod")
    run.asked(Step.APPROVE)
    mark(run, "preprod.approve")
    run.ends("refused")
    assert "grant_missing" in str(run.log("turn_ended")[0]["payload"])

    run = run.retry()
    run.asked(Step.APPROVE)
    hold = scene.hold("glass", "gina", "So that its turn does not come by itself.")
    run.approve()
    run.until_logged("turn_queued", lane="live")
    mark(run, "preprod.take_turn")
    run.ends("refused")
    assert "no_turn" in str(run.log("permit_refused")[0]["payload"])
    assert scene.client("gina").request("POST", f"/slipway/api/holds/{hold}/lift", json={}).is_success

    run = run.retry()
    run.asked(Step.APPROVE)
    mark(run, "preprod.hold_slot")
    run.approve()
    run.ends("refused")
    assert "slot_not_parked" in str(run.log("permit_refused")[0]["payload"])

    assert scene.recorder.works("glass", "preprod") == []
    assert run.release()["state"] == "awaiting_retry"


@story
def test_a_deploy_that_is_cleared_after_its_success_is_not_repeated(scene: Scene) -> None:
    run = scene.ask("cleared", "1.0.0", to="preprod")
    run.approve()
    run.ends("proven")
    before = scene.recorder.works("cleared")
    assert clear(run, "preprod.deploy").is_success
    run.until_logged("activity_start_repeated", kind="deploy")
    wait_for(lambda: run.tasks()["preprod.deploy"] == "success" or None, PATIENCE, "the cleared task")
    assert scene.recorder.works("cleared") == before
    assert run.attempt()["outcome"] == "proven"
