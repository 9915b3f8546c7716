"""Who gets in at all: signed-in people, pages of our own, tasks of the platform."""

import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from slipway.console.app import create_app
from slipway.console.parts import Parts
from tests.console.conftest import BASE_URL, as_person

READS = (
    "services",
    "releases",
    "releases/r1",
    "queue",
    "holds",
    "leases",
    "activities",
    "pending",
    "tokens",
    "changes/r1",
    "log",
    "explain?service=orders&environment=prod",
)
CHANGES = (
    "releases/r1/stop",
    "releases/r1/verdict",
    "releases/r1/acknowledge",
    "holds",
    "holds/1/lift",
    "pending/1/second",
    "leases/r1.1/break",
    "activities/a1/quarantine",
    "changes/r1/act",
    "changes/r1/confirm",
    "changes",
    "changes/r1/result",
    "tokens",
    "tokens/1/revoke",
)


@pytest.mark.parametrize("path", READS)
def test_nobody_reads_anything_without_signing_in(client: TestClient, path: str) -> None:
    assert client.get(f"/api/{path}").status_code == 401


@pytest.mark.parametrize("path", CHANGES)
def test_nobody_changes_anything_without_signing_in(client: TestClient, path: str) -> None:
    assert client.post(f"/api/{path}", json={"reason": "x"}).status_code == 401


@pytest.mark.parametrize("path", ["docs", "openapi.json"])
def test_the_description_of_the_interface_is_for_those_signed_in(client: TestClient, path: str) -> None:
    assert client.get(f"/{path}").status_code == 401
    assert client.get(f"/{path}", headers=as_person("rita")).status_code == 200


def test_the_description_loads_nothing_from_elsewhere(client: TestClient) -> None:
    page = client.get("/docs", headers=as_person("rita")).text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)

    assert "http" not in page
    assert [client.get(f"/{part}").status_code for part in loaded if part != "data:,"] == [401, 401]
    kept = [client.get(f"/{part}", headers=as_person("rita")) for part in loaded if part != "data:,"]
    assert [answer.status_code for answer in kept] == [200, 200]
    assert "SwaggerUIBundle" in kept[1].text


def test_every_route_but_health_is_closed(client: TestClient) -> None:
    described = client.get("/openapi.json", headers=as_person("rita")).json()["paths"]
    paths = {path for path in described if "{" not in path and path != "/health"}

    open_ones = {path for path in paths if client.get(path).status_code == 200}

    assert len(paths) > 5
    assert open_ones == set()


def test_health_is_open_and_names_the_head_of_the_log(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "healthy", "seq": 0, "hash": "0" * 64}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-requested-with": ""},
        {"x-requested-with": "release-console"},
        {"origin": "http://testserver:8081"},
        {"origin": "null"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_a_change_from_a_page_elsewhere_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    body = {"scope": "all", "reason": "incident"}

    answer = client.post("/api/holds", json=body, headers={**as_person("lena"), **headers})

    assert answer.status_code == 403
    assert client.get("/api/holds", headers=as_person("lena")).json() == []


@pytest.mark.parametrize("origin", ["http://testserver", BASE_URL])
def test_a_change_from_our_own_pages_is_let_in(client: TestClient, origin: str) -> None:
    headers = {**as_person("lena"), "origin": origin, "sec-fetch-site": "same-origin"}

    assert client.post("/api/holds", json={"scope": "all", "reason": "incident"}, headers=headers).status_code == 201


def test_a_program_with_a_token_needs_no_page(client: TestClient) -> None:
    headers = {"x-test-person": "lena", "authorization": "Bearer token-of-lena", "origin": "http://elsewhere"}

    assert client.post("/api/holds", json={"scope": "all", "reason": "incident"}, headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("authorization", "status"),
    [(None, 401), ("Basic dGhl", 401), ("Bearer ", 401), ("Bearer wrong", 403), ("Bearer thé", 403)],
)
def test_only_the_internal_token_asks_for_grants(client: TestClient, authorization: str | None, status: int) -> None:
    headers = [] if authorization is None else [("authorization", authorization.encode())]
    asked = {"dag_id": "release__orders", "run_id": "run-1", "task_id": "preprod.approve"}

    answer = client.post("/api/grants", json=asked, headers=[*headers, ("x-test-person", b"sam")])

    assert answer.status_code == status


def test_without_an_internal_token_in_the_settings_nobody_asks_for_grants(parts: Parts) -> None:
    client = TestClient(create_app(replace(parts, internal_token=""), str))
    asked = {"dag_id": "release__orders", "run_id": "run-1", "task_id": "preprod.approve"}

    assert client.post("/api/grants", json=asked, headers={"authorization": "Bearer "}).status_code == 401
