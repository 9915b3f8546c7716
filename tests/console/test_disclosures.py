"""The texts of security releases by REST, by the demo catalogue's rules."""

from typing import Any

from fastapi.testclient import TestClient

from tests.console.conftest import as_person
from tests.scene import Scene

TEXTS = {"service": "orders", "summary": "anybody reads any order", "rollback_plan": "shut the page"}


def file(client: TestClient, person: str) -> Any:
    return client.post("/api/disclosures", json=TEXTS, headers=as_person(person))


def test_they_are_filed_read_by_the_group_and_published(client: TestClient, scene: Scene) -> None:
    answer = file(client, "sam")
    reference = answer.json()["reference"]
    path = f"/api/disclosures/{reference}"
    assert answer.status_code == 201
    assert "anybody" not in answer.text

    refused, read = (client.get(path, headers=as_person(person)) for person in ("sam", "lena"))
    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_read_disclosure")
    assert "anybody" not in refused.text
    assert (read.json()["summary"], read.headers["cache-control"]) == ("anybody reads any order", "no-store")

    published = client.post(f"{path}/publish", json={"reason": "all have updated"}, headers=as_person("lena"))
    assert published.json()["detail"] == f"{reference} is published"
    assert client.get(path, headers=as_person("rita")).json()["published_by"] == "lena"


def test_refusals_and_what_is_not_there(client: TestClient) -> None:
    answers = [file(client, "rita"), client.get("/api/disclosures/SEC-99999", headers=as_person("lena"))]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (403, "may_not_file_disclosure"),
        (404, "not_found"),
    ]


def test_the_list_has_all_about_them_for_the_group_and_references_for_others(client: TestClient, scene: Scene) -> None:
    first, second = (file(client, "sam").json()["reference"] for _ in range(2))
    client.post(f"/api/disclosures/{first}/publish", json={"reason": "all have updated"}, headers=as_person("lena"))

    ours, others = (client.get("/api/disclosures", headers=as_person(person)) for person in ("lena", "sam"))

    assert [(one["reference"], one["service"], one["may_read"]) for one in ours.json()] == [
        (second, "orders", True),
        (first, "orders", True),
    ]
    assert others.json()[0] == {"reference": second, "may_read": False}
    assert (others.json()[1]["reference"], others.json()[1]["published_by"]) == (first, "lena")
    assert "anybody" not in ours.text + others.text
    (refused,) = scene.log("disclosure_read_refused")
    assert second in refused
    assert first not in refused
    assert not scene.log("disclosure_read")
    assert ours.headers["cache-control"] == "no-store"
