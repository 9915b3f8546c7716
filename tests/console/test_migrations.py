"""Proofs of migrations by REST, by the demo catalogue's rules."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from tests.builders import a_service
from tests.console.conftest import as_person
from tests.migrations import declared
from tests.scene import Scene

LEFT_OVER = declared("reversible", "# finds schema_left_over type_mood")


@pytest.fixture
def found(client: TestClient, scene: Scene) -> str:
    """A proof that found something the schema keeps."""
    scene.definitions.services["orders"] = a_service(database=True)
    scene.artefacts.publish("orders", "1.1", {"migrations/versions/0001_mood.py": LEFT_OVER})
    answer = client.post("/api/migrations/checks", json={"service": "orders"}, headers=as_person("rita"))
    assert answer.status_code == 200, answer.text
    assert answer.json()["verdict"] == "failed"
    assert [one["code"] for one in answer.json()["blockers"]] == ["migration_schema_left_over"]
    return str(answer.json()["proof"])


def a_waiver(code: str = "schema_left_over") -> dict[str, str]:
    until = datetime.now(tz=UTC) + timedelta(days=1)
    return {"code": code, "reason": "removed in 1.2", "expires_at": until.isoformat()}


def test_a_proof_is_rehearsed_shown_and_waived_by_a_manager(client: TestClient, found: str) -> None:
    path = f"/api/migrations/{found}/waivers"
    refused = client.post(path, json=a_waiver(), headers=as_person("sam"))
    waived = client.post(path, json=a_waiver(), headers=as_person("mona"))
    shown = client.get("/api/migrations/orders?environment=preprod", headers=as_person("rita")).json()

    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_waive")
    assert (waived.status_code, found in waived.json()["detail"]) == (201, True)
    assert shown["proof"] == found
    assert shown["blockers"] == []
    assert [(one["code"], one["by"], one["expired"]) for one in shown["waivers"]] == [
        ("schema_left_over", "mona", False)
    ]


def test_a_second_waiver_while_the_first_counts_is_refused_with_words_that_name_the_first(
    client: TestClient, found: str
) -> None:
    path = f"/api/migrations/{found}/waivers"
    first = client.post(path, json=a_waiver(), headers=as_person("mona"))
    second = client.post(path, json=a_waiver(), headers=as_person("mona"))

    assert "still" not in first.json()["detail"].lower()
    assert (second.status_code, second.json()["code"]) == (403, "already_waived")
    assert f"waiver {first.json()['id']} of schema_left_over of this proof, by mona" in second.json()["message"]


def test_whoever_waives_is_told_what_stops_the_release_all_the_same(client: TestClient, scene: Scene) -> None:
    scene.definitions.services["orders"] = a_service(database=True)
    text = f"{LEFT_OVER}\n# finds invalid_index orders_by_day\n# finds rights_differ orders"
    scene.artefacts.publish("orders", "1.1", {"migrations/versions/0001_mood.py": text})
    proof = client.post("/api/migrations/checks", json={"service": "orders"}, headers=as_person("rita")).json()["proof"]
    waived = client.post(f"/api/migrations/{proof}/waivers", json=a_waiver(), headers=as_person("mona"))

    assert waived.status_code == 201
    detail = waived.json()["detail"]
    assert "The release stays stopped because of invalid_index, which can never be waived" in detail
    assert detail.endswith("Still to be waived, or mended: rights_differ")


def test_what_is_not_there_is_said_to_be_not_there(client: TestClient) -> None:
    for path in ("/api/migrations/nothing", "/api/migrations/orders?environment=prod"):
        assert client.get(path, headers=as_person("rita")).status_code == 404
    answer = client.post("/api/migrations/m0/waivers", json=a_waiver(), headers=as_person("mona"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    body = {"service": "orders", "environment": "moon"}
    answer = client.post("/api/migrations/checks", json=body, headers=as_person("rita"))
    assert (answer.status_code, "it has dev, preprod, prod" in answer.json()["message"]) == (404, True)


def test_a_stranger_rehearses_nothing_and_that_is_in_the_log(client: TestClient, scene: Scene) -> None:
    answer = client.post("/api/migrations/checks", json={"service": "orders"}, headers=as_person("fiona"))
    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_check_migrations")
    assert len(scene.log("migration_check_refused")) == 1


def test_what_cannot_be_proven_is_an_ordinary_refusal_in_the_log(client: TestClient, scene: Scene) -> None:
    scene.definitions.services["orders"] = a_service(database=True)
    scene.artefacts.publish("orders", "1.1", {"migrations/versions/0001_mood.py": LEFT_OVER})
    scene.rehearsal.broken = True
    answer = client.post("/api/migrations/checks", json={"service": "orders"}, headers=as_person("rita"))
    assert (answer.status_code, answer.json()["code"]) == (403, "could_not_be_proven")
    assert "could not be proven: no copy could be made: the disk is full" in answer.json()["message"]
    assert '"code":"could_not_be_proven"' in scene.log("migration_check_refused")[0]


def test_a_service_without_a_database_has_nothing_to_prove(client: TestClient, scene: Scene) -> None:
    scene.artefacts.publish("orders", "1.1", {"app.py": ""})
    answer = client.post("/api/migrations/checks", json={"service": "orders"}, headers=as_person("rita")).json()
    assert (answer["proof"], "not applicable" in answer["detail"]) == (None, True)
