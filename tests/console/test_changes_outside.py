"""Pipelines of static apps and people who act by hand, by REST; by the demo catalogue's rules and people."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from slipway.domain.grant import Step
from slipway.domain.platform import Catalogue
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.domain.service_token import hash_of
from tests.builders import PROD, a_service
from tests.console.conftest import as_person
from tests.outside import BUILD, SERVICES, its_turn
from tests.scene import ProcessKilledError, Scene, a_world, killed

SECRET = "slp_of-the-leaflets"
ASKED = {
    "key": "build-7",
    "service": "leaflets",
    "version": "7",
    "digest": BUILD,
    "what": "a page about tea",
    "where": "/tea",
    "rollback_plan": "the pipeline of build 6 again",
    "authors": ["rita@example.org"],
    "tested": "looked at in its preview",
}


@pytest.fixture
def scene(engine: Engine, tmp_path: Path, catalogue: Catalogue) -> Scene:
    return a_world(engine, tmp_path, a_service(), *SERVICES, rules=catalogue.platform, everybody=catalogue.people)


@pytest.fixture
def pipeline(client: TestClient) -> dict[str, str]:
    """The headers of a pipeline whose token mona and piet issued."""
    asked = issue(client, "mona")
    assert (asked.status_code, second(client, "piet", asked.json()["id"]).status_code) == (202, 200)
    return with_token(SECRET)


def with_token(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def issue(client: TestClient, person: str, **more: Any) -> Any:
    body = {"service": "leaflets", "hash": hash_of(SECRET), "days": 90, "reason": "its pipeline", **more}
    return client.post("/api/tokens", json=body, headers=as_person(person))


def second(client: TestClient, person: str, number: int) -> Any:
    return client.post(f"/api/pending/{number}/second", headers=as_person(person))


def report(client: TestClient, headers: dict[str, str], change: str, phase: str, **more: Any) -> Any:
    body = {"key": phase, "phase": phase, "seen": "the page shows", **more}
    return client.post(f"/api/changes/{change}/result", json=body, headers=headers)


def its_run(scene: Scene, change: str) -> Attempt:
    """Opened by the platform, authorised and signed off, and its turn."""
    asked = {"service": "leaflets", "dag_id": "record_change", "release_id": change, "origin": Origin.PLATFORM}
    attempt = scene.opened("7", by="platform", **asked)
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    scene.turn(attempt, PROD)
    return attempt


def test_a_pipeline_asks_waits_begins_and_reports(client: TestClient, scene: Scene, pipeline: dict[str, str]) -> None:
    asked = client.post("/api/changes", json=ASKED, headers=pipeline)
    assert asked.status_code == 202
    change = asked.json()["id"]
    assert client.get(f"/api/changes/{change}", headers=pipeline).json()["may_begin"] is False
    attempt = its_run(scene, change)
    assert client.get(f"/api/changes/{change}", headers=pipeline).json()["may_begin"] is True
    for phase in ("started", "done"):
        assert report(client, pipeline, change, phase).status_code == 200
    scene.smoke(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "passed"
    assert scene.release_of(attempt).requesters == {"pipeline:1", "rita"}


def test_the_same_request_again_is_answered_alike_and_another_under_its_key_is_refused(
    client: TestClient, pipeline: dict[str, str]
) -> None:
    first, again = (client.post("/api/changes", json=ASKED, headers=pipeline).json() for _ in range(2))
    assert first == again
    other = client.post("/api/changes", json={**ASKED, "what": "something else"}, headers=pipeline)
    assert (other.status_code, other.json()["code"]) == (403, "key_reused")


def test_a_result_without_a_permit_is_refused_and_found(
    client: TestClient, scene: Scene, pipeline: dict[str, str]
) -> None:
    change = client.post("/api/changes", json=ASKED, headers=pipeline).json()["id"]
    more = {"dag_id": "record_change", "origin": Origin.PLATFORM}
    scene.opened("7", by="platform", service="leaflets", release_id=change, **more)
    refused = report(client, pipeline, change, "done")
    assert (refused.status_code, refused.json()["code"]) == (403, "unauthorised_change")
    assert "without a permit" in json.loads(scene.log("unauthorised_change")[0])["what"]


def test_a_token_is_good_for_its_own_service_and_nothing_else(client: TestClient, pipeline: dict[str, str]) -> None:
    other = client.post("/api/changes", json={**ASKED, "service": "orders"}, headers=pipeline)
    assert (other.status_code, other.json()["code"]) == (403, "not_this_service")
    for path in ("holds", "releases/r1/stop", "changes/r1/act", "changes/r1/confirm", "tokens", "tokens/1/revoke"):
        assert client.post(f"/api/{path}", json={}, headers=pipeline).status_code == 401
    assert client.get("/api/releases", headers=pipeline).status_code == 401


def test_people_read_a_change_as_they_read_a_release(
    client: TestClient, scene: Scene, pipeline: dict[str, str]
) -> None:
    change = client.post("/api/changes", json=ASKED, headers=pipeline).json()["id"]
    for person in ("rita", "audrey"):
        for headers in (as_person(person), {**as_person(person), "authorization": "Bearer a-token-of-a-person"}):
            read = client.get(f"/api/changes/{change}", headers=headers)
            assert read.status_code == 200
            assert read.json() == client.get(f"/api/releases/{change}", headers=as_person(person)).json()
    assert set(client.get(f"/api/changes/{change}", headers=pipeline).json()) >= {"may_begin", "blockers"}
    stranger = client.get(f"/api/changes/{change}", headers=with_token("slp_guessed"))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "unknown_token")
    assert client.get(f"/api/changes/{change}").status_code == 401


def test_what_is_no_change_is_said_to_be_none(client: TestClient, scene: Scene) -> None:
    release = scene.opened("1.0").release_id
    for name, words in ((release, f"{release} is no change made outside"), ("r999", "there is no release r999")):
        answer = client.get(f"/api/changes/{name}", headers=as_person("rita"))
        assert (answer.status_code, words in answer.text) == (404, True)


def test_no_person_and_no_stranger_comes_as_a_pipeline(client: TestClient) -> None:
    assert client.post("/api/changes", json=ASKED, headers=as_person("mona")).status_code == 401
    assert client.post("/api/changes", json=ASKED).status_code == 401
    stranger = client.post("/api/changes", json=ASKED, headers=with_token("slp_guessed"))
    assert (stranger.status_code, stranger.json()["code"]) == (403, "unknown_token")


def test_a_revoked_token_is_refused_at_once(client: TestClient, pipeline: dict[str, str]) -> None:
    (token,) = client.get("/api/tokens", headers=as_person("rita")).json()
    assert "hash" not in token
    gone = client.post(f"/api/tokens/{token['id']}/revoke", json={"reason": "it leaked"}, headers=as_person("rob"))
    assert gone.status_code == 200
    refused = client.post("/api/changes", json=ASKED, headers=pipeline)
    assert (refused.status_code, refused.json()["code"]) == (403, "token_refused")
    assert client.get("/api/tokens", headers=as_person("rita")).json() == []
    assert len(client.get("/api/tokens", params={"all": True}, headers=as_person("rita")).json()) == 1


def test_one_person_issues_nothing(client: TestClient) -> None:
    asked = issue(client, "mona")
    for person in ("mona", "rita", "fiona"):
        assert second(client, person, asked.json()["id"]).status_code == 403
    assert client.get("/api/tokens", headers=as_person("mona")).json() == []
    assert issue(client, "sam").json()["code"] == "may_not_issue_token"
    assert issue(client, "mona", hash="the secret itself").status_code == 422


def test_a_person_begins_and_confirms_what_is_made_by_hand(client: TestClient, scene: Scene) -> None:
    attempt = its_turn(scene)
    change = attempt.release_id
    begun = client.post(f"/api/changes/{change}/act", headers=as_person("rita"))
    assert (begun.status_code, "go ahead" in begun.json()["detail"]) == (200, True)
    confirmed = client.post(f"/api/changes/{change}/confirm", json={"seen": "a letter came"}, headers=as_person("rita"))
    assert confirmed.status_code == 200
    assert json.loads(scene.log("act_done")[0])["detail"] == "done by rita: a letter came"


def test_a_page_elsewhere_begins_nothing(client: TestClient, scene: Scene) -> None:
    path = f"/api/changes/{its_turn(scene).release_id}/act"
    assert client.post(path, headers={"x-test-person": "rita"}).status_code == 403
    assert not scene.log("act_started")


def test_what_a_rescue_holds_back_is_answered_at_once_to_be_asked_again(client: TestClient, scene: Scene) -> None:
    scene.long_live("1.0")
    watched = scene.signed_off("1.1")
    scene.work(watched, PROD)
    scene.ask(watched, Step.CONFIRM)
    attempt = its_turn(scene, by="lena", kind=ChangeKind.EMERGENCY)
    scene.answer(watched, Step.CONFIRM, "rob", "Reject")
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.finish(watched, PROD)

    answer = client.post(f"/api/changes/{attempt.release_id}/act", headers=as_person("rita"))

    assert (answer.status_code, answer.json()["code"], scene.slept) == (409, "held_back", [])
    assert "ask again when it has ended" in answer.json()["message"]
