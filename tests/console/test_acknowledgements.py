"""What is announced beforehand is acknowledged by REST, by the demo catalogue's rules and people."""

from typing import Any

from fastapi.testclient import TestClient

from slipway.domain.release import Attempt
from tests.console.conftest import as_person
from tests.scene import Scene


def seen(client: TestClient, release: str, person: str, comment: str = "") -> Any:
    path = f"/api/releases/{release}/acknowledge"
    return client.post(path, json={"comment": comment}, headers=as_person(person))


def announced(scene: Scene) -> Attempt:
    return scene.signed_off(extra={"problematic": "true"})


def test_everybody_says_that_they_have_seen_it_and_second_line_lets_it_go_on(client: TestClient, scene: Scene) -> None:
    release = announced(scene).release_id
    answers = [seen(client, release, person) for person in ("piet", "piet", "lena")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    first, again, instead = (answer.json()["detail"] for answer in answers)
    assert "yours does not stand in for that" in first
    assert again.startswith("already acknowledged: ")
    assert "in the place of a delivery" in instead


def test_refusals_and_what_is_not_there(client: TestClient, scene: Scene) -> None:
    ordinary = scene.dev_passed().release_id
    answers = [seen(client, "r99", "lena"), seen(client, ordinary, "stranger")]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (404, "not_found"),
        (403, "may_not_acknowledge"),
    ]
    assert len(scene.log("acknowledgement_refused")) == 1
    assert seen(client, ordinary, "lena").status_code == 200


def object_to(client: TestClient, release: str, person: str, reason: str = "not on tax day") -> Any:
    path = f"/api/releases/{release}/object"
    return client.post(path, json={"reason": reason}, headers=as_person(person))


def test_who_may_hold_may_object_and_is_told_the_number(client: TestClient, scene: Scene) -> None:
    release = scene.dev_passed().release_id
    answers = [
        object_to(client, release, "selma"),
        object_to(client, release, "pat"),
        object_to(client, release, "selma", " "),
        object_to(client, "r99", "selma"),
    ]
    assert [one.status_code for one in answers] == [201, 403, 403, 404]
    assert f"hold {answers[0].json()['id']} stands" in answers[0].json()["detail"]
    assert len(scene.log("hold_refused")) == 2


def test_a_comment_is_no_essay(client: TestClient, scene: Scene) -> None:
    assert seen(client, announced(scene).release_id, "lena", "x" * 1001).status_code == 422
