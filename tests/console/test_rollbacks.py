"""Rollbacks by REST, by the demo catalogue's rules."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.console.conftest import as_person
from tests.rollbacks import REASON, rolled_back, started
from tests.scene import Scene


@pytest.fixture(autouse=True)
def live(scene: Scene) -> None:
    """Orders 1.1 is live, 1.0 was before it."""
    scene.long_live("1.0")
    scene.live("1.1")


def ask(client: TestClient, person: str, **body: object) -> Any:
    asked = {"service": "orders", "environment": "prod", "reason": REASON, **body}
    return client.post("/api/rollbacks", json=asked, headers=as_person(person))


def test_one_person_is_enough_for_what_the_grants_name(client: TestClient, scene: Scene) -> None:
    answer = ask(client, "rita")

    found = answer.json()
    assert answer.status_code == 202
    assert (found["version"], found["basis"], found["pending"]) == ("1.0", "pre_authorised", None)
    assert "rolls back orders in prod from 1.1 to 1.0" in found["detail"]
    assert rolled_back(scene, started(scene, found["release_id"])).outcome == "passed"


def test_another_version_waits_for_its_second_person(client: TestClient, scene: Scene) -> None:
    scene.live("1.2")

    found = ask(client, "sam", version="1.0").json()

    assert found["basis"] == "two_people"
    assert f"slipway second {found['pending']}" in found["detail"]
    seconded = client.post(f"/api/pending/{found['pending']}/second", headers=as_person("lena"))
    assert f"{found['release_id']} begins" in seconded.json()["detail"]


def test_in_an_incident_it_begins_and_says_what_is_owed(client: TestClient, scene: Scene) -> None:
    scene.live("1.2")

    found = ask(client, "sam", version="1.0", incident=True).json()

    assert found["basis"] == "incident"
    assert "second person is owed" in found["detail"]


def test_refusals_are_told_and_logged(client: TestClient, scene: Scene) -> None:
    answers = [ask(client, "finn"), ask(client, "rita", version="9.9"), ask(client, "rita", reason=" ")]

    assert [one.json()["code"] for one in answers] == ["may_not_rollback", "no_rollback", "text_missing"]
    assert len(scene.log("rollback_refused")) == 3


def test_nothing_unknown_is_taken_and_nobody_is_anonymous(client: TestClient) -> None:
    assert ask(client, "rita", force=True).status_code == 422
    assert client.post("/api/rollbacks", json={}).status_code in {401, 403}


def test_the_release_says_what_it_brings_back(client: TestClient) -> None:
    release_id = ask(client, "rita").json()["release_id"]

    release = client.get(f"/api/releases/{release_id}", headers=as_person("rita")).json()

    assert (release["rollback"]["from_version"], release["rollback"]["version"]) == ("1.1", "1.0")
