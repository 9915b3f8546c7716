"""Acts of two people by REST, by the demo catalogue's rules."""

from typing import Any

from fastapi.testclient import TestClient

from slipway.domain.release import Attempt
from tests.builders import PREPROD
from tests.console.conftest import as_person
from tests.scene import Scene


def stuck(scene: Scene) -> Attempt:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    return attempt


def ask(client: TestClient, person: str, attempt: Attempt) -> Any:
    path = f"/api/leases/{attempt.id}/break"
    return client.post(path, json={"reason": "it is stuck"}, headers=as_person(person))


def second(client: TestClient, person: str, number: int) -> Any:
    return client.post(f"/api/pending/{number}/second", headers=as_person(person))


def pending(client: TestClient, **query: Any) -> Any:
    return client.get("/api/pending", params=query, headers=as_person("rita")).json()


def test_the_first_call_is_accepted_and_waits(client: TestClient, scene: Scene) -> None:
    assert pending(client) == []

    answer = ask(client, "lena", stuck(scene))

    number = answer.json()["id"]
    assert answer.status_code == 202
    assert answer.json()["detail"].startswith(f"pending {number}: nothing was done yet")
    assert f"slipway second {number}" in answer.json()["detail"]
    (waits,) = pending(client)
    assert (waits["id"], waits["first"], waits["state"], waits["reason"]) == (number, "lena", "waiting", "it is stuck")


def test_a_manager_of_another_team_seconds_it_once(client: TestClient, scene: Scene) -> None:
    number = ask(client, "lena", stuck(scene)).json()["id"]

    first, again = (second(client, "fiona", number) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert "takes effect" in first.json()["detail"]
    assert "Nothing was done again" in again.json()["detail"]
    assert pending(client) == []
    assert [one["state"] for one in pending(client, all=True)] == ["effective"]


def test_refusals_are_told_and_logged(client: TestClient, scene: Scene) -> None:
    attempt = stuck(scene)
    answers = [ask(client, "sam", attempt)]
    number = ask(client, "lena", attempt).json()["id"]
    answers += [second(client, "lena", number), second(client, "luke", number)]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (403, "may_not_break_lease"),
        (403, "may_not_second"),
        (403, "may_not_second"),
    ]
    assert (len(scene.log("two_person_act_refused")), len(scene.log("second_refused"))) == (1, 2)


def test_what_does_not_exist_is_not_found(client: TestClient) -> None:
    assert second(client, "mona", 99).status_code == 404
    for path in ("leases/r9.1/break", "activities/a1/quarantine", "activities/a1/settle"):
        assert client.post(f"/api/{path}", json=_body(path), headers=as_person("lena")).status_code == 404


def _body(path: str) -> dict[str, str]:
    return {"reason": "x", **({"as": "done"} if path.endswith("settle") else {})}


def test_an_activity_is_settled_as_done_or_failed_only(client: TestClient) -> None:
    for body in ({"as": "perhaps"}, {}, {"as": "done", "more": "x"}):
        answer = client.post("/api/activities/a1/settle", json={"reason": "x", **body}, headers=as_person("lena"))
        assert answer.status_code == 422
