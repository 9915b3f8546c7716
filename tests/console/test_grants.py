"""An approval task goes on: its answer is re-read, judged and written."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from slipway.console.parts import Where
from slipway.domain.grant import Answer, Step
from slipway.domain.release import Attempt
from tests.console.conftest import as_person, as_task
from tests.fakes.read_answer import FakeReadAnswer
from tests.scene import Scene


@pytest.fixture
def attempt(scene: Scene) -> Attempt:
    """Through Dev, and Preprod is asked for."""
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    return attempt


def where(attempt: Attempt, task: str = "preprod.approve") -> Where:
    return Where(dag_id=attempt.dag_id, run_id=attempt.run_id, task_id=task)


def answered(scene: Scene, by: str | None, decision: str = "Approve") -> Answer:
    with scene.store.transaction() as tx:
        return Answer(hitl_id="h1", person=by, decision=decision, comment="", looked_by="", looked_at="", at=tx.now)


def post(client: TestClient, place: Where, **more: Any) -> Any:
    return client.post("/api/grants", json={**vars(place), **more}, headers=as_task())


def test_an_approval_becomes_a_grant(
    client: TestClient, scene: Scene, answers: FakeReadAnswer, attempt: Attempt
) -> None:
    answers.kept[where(attempt)] = answered(scene, "sam")

    assert post(client, where(attempt)).json()["kind"] == "granted"

    with scene.store.transaction() as tx:
        assert [(grant.step, grant.person) for grant in tx.grants.of_attempt(attempt.id)] == [(Step.APPROVE, "sam")]


def test_the_requesters_own_approval_does_not_count(
    client: TestClient, scene: Scene, answers: FakeReadAnswer, attempt: Attempt
) -> None:
    answers.kept[where(attempt)] = answered(scene, "rita")

    result = post(client, where(attempt)).json()

    assert result["kind"] == "does_not_count"
    assert "Rita Rowe" in result["detail"]
    assert len(scene.log("answer_refused")) == 1


def test_while_nobody_has_answered_nothing_is_written(client: TestClient, attempt: Attempt) -> None:
    result = post(client, where(attempt))

    assert (result.status_code, result.json()["kind"]) == (200, "not_answered")


def test_an_answer_in_the_request_itself_is_refused(client: TestClient, attempt: Attempt) -> None:
    assert post(client, where(attempt), chosen_options=["Approve"]).status_code == 422


def test_an_answer_is_read_for_the_task_that_asked_only(
    client: TestClient, scene: Scene, answers: FakeReadAnswer, attempt: Attempt
) -> None:
    answers.kept[where(attempt, "prod.authorise")] = answered(scene, "sam")

    assert post(client, where(attempt)).json()["kind"] == "not_answered"


@pytest.mark.parametrize("task", ["approve", "prod.approve", "preprod.authorise", "preprod.deploy", "dev.smoke"])
def test_a_task_that_asks_nobody_gets_no_grant(client: TestClient, attempt: Attempt, task: str) -> None:
    answer = post(client, where(attempt, task))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_run_that_carries_out_no_release_gets_no_grant(client: TestClient) -> None:
    place = Where(dag_id="release__orders", run_id="made-up", task_id="preprod.approve")

    assert post(client, place).status_code == 404


def test_a_signed_in_person_cannot_have_an_answer_counted(client: TestClient, attempt: Attempt) -> None:
    answer = client.post("/api/grants", json=vars(where(attempt)), headers=as_person("sam"))

    assert answer.status_code == 401
