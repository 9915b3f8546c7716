"""A task that dies of a bug: the log says of what, and its stage ends as that of any lost task."""

import json
from typing import Any

import pytest

from slipway.adapters.database.log_reader import read_log
from slipway.domain.errors import TargetError
from slipway.domain.grant import Step
from slipway.domain.release import Attempt, ChangeKind
from slipway.ports.outside.targets import DeployOrder
from slipway.use_cases.note_failure import TaskFailure, note_failure
from slipway.use_cases.reconcile import finish_orphans
from tests.builders import DEV, PREPROD
from tests.scene import WORKER, Scene


def breaks_off(scene: Scene, attempt: Attempt, task_id: str = "preprod.take_turn", **more: Any) -> None:
    """The task dies of a bug in its own words."""
    told: dict[str, Any] = {
        "dag_id": attempt.dag_id,
        "run_id": attempt.run_id,
        "task_id": task_id,
        "role": PREPROD,
        "error": "TypeError",
        "message": "'NoneType' object has no attribute 'ready_at' of the queue",
        "tried_again": False,
    }
    note_failure(scene.store, TaskFailure(**{**told, **more}))


def test_a_stage_that_lost_its_turn_to_a_bug_ends_and_says_why(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    breaks_off(scene, attempt)
    assert [json.loads(one)["error"] for one in scene.log("task_failed")] == ["TypeError"]

    finish_orphans(scene.world, [attempt], WORKER)
    stage = scene.stage_of(attempt, PREPROD)
    assert stage.outcome == "not_started"
    assert "preprod.take_turn broke off: TypeError: 'NoneType' object has no" in stage.detail
    assert scene.release_of(attempt).state == "awaiting_retry"


def test_a_task_that_is_tried_again_ends_nothing(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    breaks_off(scene, attempt, tried_again=True)
    assert len(scene.log("task_failed")) == 1
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_what_a_person_decided_before_stays(scene: Scene) -> None:
    attempt = scene.dev_passed("1.0")
    scene.ask(attempt, Step.APPROVE)
    scene.answer(attempt, Step.APPROVE, "sam", "Reject", comment="not today")
    breaks_off(scene, attempt)
    assert scene.finish(attempt, PREPROD).outcome == "rejected"


def test_where_work_was_begun_the_teardown_decides(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.approved("1.1")
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    breaks_off(scene, attempt, "preprod.smoke")
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "1.0"


def test_a_run_that_opened_no_attempt_is_logged_with_its_service(scene: Scene) -> None:
    nothing: dict[str, Any] = {"task_id": "open", "role": None, "error": "KeyError", "message": "'to'"}
    note_failure(scene.store, TaskFailure(dag_id="release__orders", run_id="never-seen", tried_again=False, **nothing))
    with scene.store.transaction() as tx:
        services = [entry.service for entry in read_log(tx.sql) if entry.kind == "task_failed"]
    assert services == ["orders"]


def test_of_a_security_release_only_the_kind_of_exception_is_kept(scene: Scene) -> None:
    attempt = scene.opened("1.0", kind=ChangeKind.SECURITY, by="sam")
    breaks_off(scene, attempt, "take_turn", role=DEV, message="no column cvv_in_plain_text of the table cards")
    entry = json.loads(scene.log("task_failed")[0])
    assert entry["error"] == "TypeError"
    assert "cvv" not in entry["message"]
    assert "cvv" not in scene.finish(attempt, DEV).detail


def test_work_that_failed_is_in_the_log_already(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    scene.turn(attempt, PREPROD)

    def fails(_: DeployOrder) -> None:
        raise TargetError("the endpoint said no")

    scene.target.before = fails
    with pytest.raises(TargetError) as caught:
        scene.deploy(attempt, PREPROD)
    assert caught.value.is_logged
    assert len(scene.log("deploy_failed")) == 1
