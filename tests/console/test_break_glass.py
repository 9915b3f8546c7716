"""Break-glass by REST, by the demo catalogue's rules."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.console.conftest import as_person
from tests.scene import Scene

BODY = {"person": "piet", "minutes": 15, "reason": "a run hangs"}


def post(client: TestClient, person: str, where: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/{where}", json=body, headers=as_person(person))


def openings(client: TestClient) -> Any:
    return client.get("/api/break-glass", headers=as_person("audrey")).json()


def test_it_waits_for_a_second_person_is_open_and_is_closed(client: TestClient, scene: Scene) -> None:
    asked = post(client, "piet", "break-glass", BODY)
    assert asked.status_code == 202
    assert openings(client) == []

    seconded = post(client, "luke", f"pending/{asked.json()['id']}/second")
    assert "break-glass 1 ends at" in seconded.json()["detail"]
    (opening,) = openings(client)
    assert (opening["person"], opening["activated_by"], opening["in_force"]) == ("piet", "luke", True)

    closed = post(client, "piet", "break-glass/close", {"reason": "cleared the sensor"})
    assert (closed.status_code, closed.json()["id"]) == (200, opening["id"])
    assert [one["in_force"] for one in openings(client)] == [False]


def test_refusals_are_told_and_logged(client: TestClient, scene: Scene) -> None:
    answers = [post(client, "rita", "break-glass", BODY), post(client, "piet", "break-glass", {**BODY, "minutes": 61})]
    answers.append(post(client, "piet", "break-glass/close", {"reason": "nothing"}))
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (403, "may_not_break_glass"),
        (403, "may_not_break_glass"),
        (403, "may_not_close_break_glass"),
    ]
    assert (len(scene.log("two_person_act_refused")), len(scene.log("break_glass_close_refused"))) == (2, 1)


@pytest.mark.parametrize("body", [{}, {**BODY, "minutes": "long"}, {**BODY, "role": "Admin"}])
def test_a_body_that_says_something_else_is_not_understood(client: TestClient, body: dict[str, Any]) -> None:
    assert post(client, "piet", "break-glass", body).status_code == 422
