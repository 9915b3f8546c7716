"""What is asked to be released by REST starts a run as the person who asks, by Airflow's own route."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import JSONResponse

from slipway.adapters.own_server import keep_server
from slipway.console.parts import Parts
from slipway.domain.release import Attempt, ChangeKind
from tests.console.conftest import as_person
from tests.console.test_same_answer import policy
from tests.outside import NOTIFY, recorded
from tests.rollbacks import ask, started
from tests.scene import Scene

FORM = {"service": "orders", "version": "1.0", "summary": "takes more orders", "rollback_plan": "back to 0.9"}
TOKEN = {"authorization": "Bearer token-of-rita"}


@dataclass
class Airflow:
    """The server that the console is a part of: all but the console's own paths is noted, and answered alike."""

    console: FastAPI
    answer: tuple[int, Any] = (200, {})
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            keep_server(scope, self)
            if scope["path"].startswith("/api/v2/"):
                request = Request(scope, receive)
                self.asked.append((request.method, request.url.path, json.loads(await request.body())))
                self.sent.append(dict(request.headers))
                status, body = self.answer
                await JSONResponse(body, status)(scope, receive, send)
                return
        await self.console(scope, receive, send)


@pytest.fixture
def airflow(_app: FastAPI, parts: Parts) -> Airflow:
    _app.state.parts = parts
    return Airflow(_app)


@pytest.fixture
def client(airflow: Airflow) -> Iterator[TestClient]:
    with TestClient(airflow, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def failed(scene: Scene) -> Attempt:
    attempt = scene.opened(by="rita")
    scene.close(attempt)
    return attempt


def post(client: TestClient, path: str, body: Any, person: str = "rita", **headers: str) -> httpx.Response:
    return client.post(f"/api/{path}", json=body, headers={**as_person(person), **headers})


def conf(airflow: Airflow) -> dict[str, Any]:
    ((method, path, body),) = airflow.asked
    assert (method, path) == ("POST", "/api/v2/dags/release__orders/dagRuns")
    found: dict[str, Any] = body["conf"]
    return found


def test_a_retry_starts_the_next_attempt_and_says_where_to_follow_it(
    client: TestClient, airflow: Airflow, failed: Attempt
) -> None:
    answer = post(client, f"releases/{failed.release_id}/retry", {})
    said = answer.json()
    assert answer.status_code == 202, answer.text
    assert (said["release_id"], said["version"], said["dag_id"]) == (failed.release_id, "1.0", "release__orders")
    assert airflow.asked[0][2]["dag_run_id"] == said["run_id"]
    assert said["run_id"].startswith("orders-1.0-")
    assert conf(airflow) == {
        "version": "1.0",
        "summary": "takes more orders",
        "rollback_plan": "back to the version before",
        "change_kind": "standard",
        "to": "prod",
        "release_id": failed.release_id,
        "resume_of": failed.id,
    }


def test_it_goes_on_with_what_mends_it(client: TestClient, airflow: Airflow, failed: Attempt) -> None:
    body = {"version": "1.1", "contains": "r5,r6", "despite_bad": "the check was wrong"}
    assert post(client, f"releases/{failed.release_id}/retry", body).json()["version"] == "1.1"
    assert conf(airflow).items() >= body.items()


def test_airflow_is_asked_as_the_person_with_what_the_person_sent(
    client: TestClient, airflow: Airflow, failed: Attempt
) -> None:
    more = {"cookie": "_token=ritas", "origin": "http://testserver", "x-forwarded-user": "mona", "referer": "http://x"}
    post(client, f"releases/{failed.release_id}/retry", {}, **TOKEN, **more)
    (sent,) = airflow.sent
    assert {name: sent[name] for name in ("authorization", "cookie", "origin", "host")} == {
        **TOKEN,
        "cookie": "_token=ritas",
        "origin": "http://testserver",
        "host": "testserver",
    }
    assert not sent.keys() & {"x-forwarded-user", "referer", "x-test-person"}


def test_a_release_is_asked_for_as_by_the_form(client: TestClient, airflow: Airflow) -> None:
    more = {"to": "preprod", "ticket": "T-1", "needs": "forms=2.0", "problematic": True, "change_kind": "standard"}
    answer = post(client, "releases", {**FORM, **more})
    assert answer.status_code == 202, answer.text
    said = answer.json()
    assert said["detail"].endswith(f"GET /slipway/api/requests/release__orders/{said['run_id']} says what became of it")
    assert conf(airflow) == {**{name: text for name, text in FORM.items() if name != "service"}, **more}


@pytest.mark.parametrize(
    ("body", "person", "status", "code"),
    [
        ({"summary": " "}, "rita", 403, "text_missing"),
        ({"change_kind": "security"}, "lena", 403, "free_text"),
        ({"service": "ordres"}, "rita", 404, "not_found"),
        ({"release_id": "r1"}, "rita", 422, "not_understood"),
    ],
    ids=["says nothing", "tells too much", "no such service", "no such field"],
)
def test_what_the_run_would_refuse_is_refused_at_once_and_starts_none(
    client: TestClient, scene: Scene, airflow: Airflow, body: dict[str, str], person: str, status: int, code: str
) -> None:
    answer = post(client, "releases", {**FORM, **body}, person)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert airflow.asked == []
    assert len(scene.log("release_refused")) == (status != 422)


def test_one_that_does_not_await_a_retry_or_is_not_there_goes_not_on(
    client: TestClient, scene: Scene, airflow: Airflow
) -> None:
    attempt = scene.opened()
    refused = post(client, f"releases/{attempt.release_id}/retry", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_awaiting_retry")
    assert json.loads(scene.log("release_refused")[0])["code"] == "not_awaiting_retry"
    assert post(client, "releases/r999/retry", {}).status_code == 404
    assert airflow.asked == []


@pytest.mark.parametrize("status", [400, 403, 503])
def test_what_airflow_or_its_door_refuses_is_refused(
    client: TestClient, airflow: Airflow, failed: Attempt, status: int
) -> None:
    airflow.answer = (status, {"detail": "rita has 16 runs that have not ended"})
    answer = post(client, f"releases/{failed.release_id}/retry", {})
    assert answer.status_code == status
    message = "release__orders was not started: rita has 16 runs that have not ended"
    assert answer.json() == {"code": "not_started", "message": message}


def test_a_security_release_goes_on_by_its_reference(client: TestClient, scene: Scene, airflow: Airflow) -> None:
    attempt = scene.opened(by="lena", kind=ChangeKind.SECURITY)
    scene.close(attempt)
    told = post(client, f"releases/{attempt.release_id}/retry", {"despite_bad": "an open door, everywhere"}, "lena")
    assert told.status_code == 403
    assert airflow.asked == []
    assert post(client, f"releases/{attempt.release_id}/retry", {}, "lena").status_code == 202
    assert conf(airflow)["summary"].startswith("SEC-")


def test_a_change_made_outside_goes_on_in_the_dag_for_changes(
    client: TestClient, scene: Scene, airflow: Airflow
) -> None:
    scene.definitions.services["notify"] = NOTIFY
    now = policy(scene)
    scene.activate(now.platform, now.people)
    attempt = recorded(scene)
    scene.close(attempt)
    answer = post(client, f"releases/{attempt.release_id}/retry", {})
    assert (answer.status_code, answer.json()["dag_id"]) == (202, "record_change"), answer.text
    ((_, path, body),) = airflow.asked
    assert path == "/api/v2/dags/record_change/dagRuns"
    known = {"release_id": attempt.release_id, "service": "notify", "sort": "third_party"}
    assert body["conf"].items() >= {**known, "where": "letters in the vendor's console"}.items()


def test_a_console_outside_airflow_says_that_it_can_start_nothing(airflow: Airflow, failed: Attempt) -> None:
    with TestClient(airflow.console) as alone:
        answer = post(alone, f"releases/{failed.release_id}/retry", {})
    assert (answer.status_code, "outside Airflow" in answer.json()["message"]) == (500, True)


def test_a_rollback_is_not_retried_and_the_answer_says_what_to_ask_for_instead(
    client: TestClient, airflow: Airflow, scene: Scene
) -> None:
    scene.long_live("1.0")
    scene.live("1.1")
    release_id = ask(scene, "1.0").release.id
    started(scene, release_id)
    answer = post(client, f"releases/{release_id}/retry", {"version": "1.0"})
    assert (answer.status_code, answer.json()["code"]) == (403, "is_a_rollback")
    assert f"{release_id} is a rollback" in answer.json()["message"]
    assert "`slipway rollback orders prod --to VERSION" in answer.json()["message"]
    assert not airflow.asked


@pytest.mark.parametrize("person", ["piet", "nobody-x"])
def test_who_may_not_release_is_refused_and_writes_into_no_releases_log(
    client: TestClient, scene: Scene, airflow: Airflow, failed: Attempt, person: str
) -> None:
    for path, body in (("releases", FORM), (f"releases/{failed.release_id}/retry", {"contains": "x" * 150})):
        answer = post(client, path, body, person)
        assert (answer.status_code, answer.json()["code"]) == (403, "may_not_request")
        assert answer.json()["message"].startswith(f"{person} may not release orders: ")
    assert scene.log("release_refused") == []
    assert airflow.asked == []


HOLE = "remote code execution in the login form"


@pytest.mark.parametrize("kind", ["security", "standard"])
def test_a_version_that_can_be_none_is_refused_and_logged_nowhere(
    client: TestClient, scene: Scene, airflow: Airflow, kind: str
) -> None:
    answer = post(client, "releases", {**FORM, "version": HOLE, "change_kind": kind}, "lena")
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_version")
    assert "login" not in answer.text
    assert scene.log("release_refused") == []
    assert airflow.asked == []


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [({"version": HOLE.replace(" ", "-")}, 403, "free_text"), ({"service": HOLE}, 404, "not_found")],
    ids=["version", "service"],
)
def test_words_of_a_security_release_are_refused_and_not_in_the_log(
    client: TestClient, scene: Scene, airflow: Airflow, told: dict[str, str], status: int, code: str
) -> None:
    secret = {"change_kind": "security", "summary": "SEC-1", "rollback_plan": "SEC-1"}
    answer = post(client, "releases", {**FORM, **secret, **told}, "lena")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    with scene.store.transaction() as tx:
        (entry,) = tx.sql.all("SELECT * FROM log WHERE kind = 'release_refused'")
    assert "login" not in str(entry)
    assert airflow.asked == []


def test_nor_are_those_of_its_next_attempt(client: TestClient, scene: Scene, airflow: Airflow) -> None:
    attempt = scene.opened(by="lena", kind=ChangeKind.SECURITY)
    scene.close(attempt)
    body = {"version": HOLE.replace(" ", "-")}
    assert post(client, f"releases/{attempt.release_id}/retry", body, "lena").status_code == 403
    assert "login" not in str(scene.log("release_refused"))
    assert airflow.asked == []
