"""What people answer, who may, and what comes of it."""

import time

import pytest

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.performance import story
from tests.e2e.story import PATIENCE, Row, Run, Scene

pytestmark = pytest.mark.e2e
FORBIDDEN = 403
IN_PREPROD = ("preprod.take_turn", "preprod.migrate", "preprod.deploy", "preprod.smoke")


@story
def test_a_rejection_ends_the_release_and_leaves_out_what_follows(scene: Scene) -> None:
    run = scene.ask("unloved", "1.0.0")
    run.answer(Step.APPROVE, "sofia", "Reject", comment="Not before the holidays.")
    run.ends("rejected")
    assert {run.tasks()[task] for task in IN_PREPROD} == {"skipped"}
    assert (run.release()["state"], run.release()["outcome"]) == ("ended", "rejected")
    assert [work.environment for work in scene.recorder.works("unloved")] == ["dev"]
    assert run.log("rejected")[0]["payload"]["comment"] == "Not before the holidays."


def refusals(scene: Scene, run: Run, step: Step) -> set[str]:
    """Whose answers to this question were refused, by the log."""
    told = [entry for entry in scene.log(kind="request_answered") if entry["payload"].get("run_id") == run.run_id]
    asked = [entry for entry in told if entry["payload"]["task_id"] == f"{step.role}.{step}"]
    return {entry["actor"] for entry in asked if entry["payload"]["outcome"] == "refused"}


@story
def test_neither_the_requester_nor_a_stranger_nor_one_person_twice_decides(scene: Scene) -> None:
    run = scene.ask("guarded", "1.0.0", by="sofia")
    strangers = {who: run.try_to_answer(Step.APPROVE, who).status_code for who in ("gus", "sofia", "sam", "audrey")}
    assert strangers == dict.fromkeys(strangers, FORBIDDEN)
    everybody = set(strangers)  # an outcome is written after the answer was sent
    wait_for(lambda: refusals(scene, run, Step.APPROVE) == everybody or None, 30, "the refusals in the log")
    run.answer(Step.APPROVE, "seth")
    assert run.try_to_answer(Step.AUTHORISE, "sofia").status_code == FORBIDDEN
    run.answer(Step.AUTHORISE, "seth")
    again = {who: run.try_to_answer(Step.SIGN_OFF, who).status_code for who in ("seth", "sofia", "gina")}
    assert again == dict.fromkeys(again, FORBIDDEN)
    assert [grant["person"] for step in Step for grant in run.grants(step)] == ["seth", "seth"]
    assert run.stop("gus", " ").status_code == FORBIDDEN
    assert scene.log(release_id=run.release_id, kind="stop_refused")
    assert run.stop("gus", "We found something else.").is_success
    run.ends("withdrawn")
    assert run.log("request_withdrawn")[0]["payload"]["step"] == Step.SIGN_OFF
    assert scene.recorder.works("guarded", "prod") == []


@story
def test_an_answer_that_does_not_count_is_in_the_log_and_is_asked_again(scene: Scene) -> None:
    run = scene.ask("anew", "1.0.0")
    run.approve()
    assert run.try_to_answer(Step.AUTHORISE, "sofia", comment="Looks fine.").is_success
    refused = run.until_logged("answer_refused", step="authorise")
    assert "who looked" in refused["payload"]["message"]
    run.until_logged("approval_asked", step="authorise", asked=2)
    told = scene.rows("SELECT text FROM outbox WHERE key = :key", key=f"{run.id}:authorise:2")
    assert "asked again: the answer before did not count" in told[0]["text"]
    run.answer(Step.AUTHORISE, "sofia", "Reject")
    run.ends("rejected")


@story
def test_an_answer_in_the_moment_the_question_appears_is_never_lost(scene: Scene) -> None:
    for decision in ("Reject", "Approve", "Reject", "Approve", "Reject"):
        run = scene.ask("hasty", "1.0.0", to="preprod")
        request = _the_moment_it_appears(run)
        answer = scene.client("sofia").answer(request, decision, {"comment": "At once."}, at_once=True)
        if answer.is_error:  # Airflow took the question back in this very moment, and said so: she is asked again
            run.answer(Step.APPROVE, "sofia", decision)
        assert run.grant(Step.APPROVE)["decision"] == decision
        run.ends("proven" if decision == "Approve" else "rejected")
        assert [grant["person"] for grant in run.grants(Step.APPROVE)] == ["sofia"]


def _the_moment_it_appears(run: Run) -> Row:
    run.until_logged("approval_asked", step="approve")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for request in run.scene.client("sofia").pending(run.dag_id, run.run_id):
            return request
    raise AssertionError(f"{run.run_id} never asked")


@story
def test_a_release_is_stopped_in_the_queue(scene: Scene) -> None:
    run = scene.ask("queued", "1.0.0", to="preprod")
    run.asked(Step.APPROVE)
    hold = scene.hold("queued", "gina", "The database is being moved.")
    run.approve()
    assert "hold" in run.until_logged("turn_queued", lane="live")["payload"]["blockers"]
    queue = [place for place in scene.client("gus").get("/slipway/api/queue") if place["attempt"] == run.id]
    assert [place["state"] for place in queue] == ["waiting"]
    assert run.stop("gina", "Next week then.").is_success
    run.ends("withdrawn")
    assert scene.recorder.works("queued", "preprod") == []
    assert scene.client("gina").request("POST", f"/slipway/api/holds/{hold}/lift", json={}).is_success


@story
def test_a_stop_while_it_deploys_or_is_in_smoke_takes_back_what_was_begun(scene: Scene) -> None:
    run = scene.ask("halted", "1.0.0", to="preprod")
    for number, moment in enumerate(("deploy", "smoke"), start=1):
        with scene.recorder.held(moment, "halted", "preprod") as reached:
            run.approve()
            wait_for(lambda at=reached: at() or None, PATIENCE, f"{run.run_id} to be in {moment}")  # type: ignore[misc]
            assert run.stop("gina", f"Not like this, while in {moment}.").is_success
        run.ends("failed")
        assert run.stage("preprod")["outcome"] == "undone"
        assert f"stopped by gina: Not like this, while in {moment}." in run.stage("preprod")["detail"]
        works = [work.action for work in scene.recorder.works("halted", "preprod")]
        assert works == ["deploy", "remove"] * number
        assert scene.recorder.runs("halted", "preprod") is None
        assert [entry["actor"] for entry in run.log("stop_requested")] == ["gina"]
        assert [entry["environment"] for entry in run.log("lane_freed")][-1] == "preprod"
        run = run.retry() if moment == "deploy" else run
    assert run.release()["state"] == "awaiting_retry"
    assert run.stop("gus", "We do without.").is_success
    assert (run.release()["state"], run.release()["outcome"]) == ("ended", "withdrawn")
