"""Somebody with BreakGlass marks and clears tasks in Airflow: authority lives elsewhere, so nothing is deployed."""

import json

import httpx
import pytest
from sqlalchemy import create_engine, text

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.airflow_cli import airflow_database_url
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

    run = run.retry_on_the_page()
    run.asked(Step.APPROVE)
    mark(run, "preprod.hold_slot")
    run.approve()
    run.ends("refused")
    assert "slot_not_parked" in str(run.log("permit_refused")[0]["payload"])

    assert scene.recorder.works("glass", "preprod") == []
    assert run.release()["state"] == "awaiting_retry"
    opened = scene.log(kind="attempt_opened", release_id=run.release_id)
    assert [entry["actor"] for entry in opened] == [run.team.releaser] * 3
    asked = [
        one for one in scene.log(kind="request_answered") if one["payload"]["path"].endswith("/release__glass/dagRuns")
    ]
    assert [(one["actor"], one["payload"]["status"]) for one in asked] == [(run.team.releaser, 200)] * 3


HOSTILE = "1.0.0; touch {} $(id) `id` | cat {{{{ var.value.secret }}}} ../../etc/passwd <!channel>"


@story
def test_a_run_that_is_edited_or_cleared_deploys_what_was_approved_once(scene: Scene) -> None:
    taken = scene.platform.home.root / "taken"
    texts = dict.fromkeys(("summary", "rollback_plan", "ticket"), HOSTILE.format(taken))
    run = scene.ask("cleared", "1.0.0", to="preprod", **texts)
    run.asked(Step.APPROVE)
    edit_conf(run, {"version": "1.1.0", "summary": "something else", "rollback_plan": "none", "to": "prod"})
    run.approve()
    run.ends("proven")
    before = scene.recorder.works("cleared")
    assert {work.version for work in before} == {"1.0.0"}
    release = run.release()
    assert [release[name] for name in ("summary", "rollback_plan", "ticket")] == [HOSTILE.format(taken)] * 3
    assert not taken.exists()

    assert clear(run, "preprod.deploy").is_success
    run.until_logged("activity_start_repeated", kind="deploy")
    wait_for(lambda: run.tasks()["preprod.deploy"] == "success" or None, PATIENCE, "the cleared task")
    assert clear_all(run).is_success
    run.until_logged("request_answered", path=f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/clear")
    assert scene.client("gus").wait_for_end(run.dag_id, run.run_id, PATIENCE) == "success"
    assert run.tasks()["preprod.deploy"] != "success"
    assert scene.recorder.works("cleared") == before
    assert (run.attempt()["outcome"], run.release()["outcome"]) == ("proven", "proven")


def clear_all(run: Run) -> httpx.Response:
    """Has a whole run again."""
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/clear"
    return run.scene.client(BREAKER).request("POST", path, json={"dry_run": False, "only_failed": False})


def edit_conf(run: Run, conf: dict[str, str]) -> None:
    """Writes another form into Airflow's own database: its REST interface has no way to."""
    engine = create_engine(airflow_database_url(run.scene.platform))
    statement = "UPDATE dag_run SET conf = CAST(:conf AS jsonb) WHERE dag_id = :dag AND run_id = :run"
    with engine.begin() as connection:
        edited = connection.execute(text(statement), {"conf": json.dumps(conf), "dag": run.dag_id, "run": run.run_id})
    engine.dispose()
    assert edited.rowcount == 1
