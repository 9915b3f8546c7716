"""No text, list, number or time that can be sent is without a limit: found by walking over what the routes accept."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slipway.domain.text_limits import TEXT, longest
from tests.console.conftest import as_person
from tests.console.every_route import all_routes, described
from tests.scene import Scene

IS_LIMITED: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    "string": lambda one: (
        "maxLength" in one
        or "enum" in one
        or "const" in one
        or ("format" in one and (one["format"] != "date-time" or {"x-earliest", "x-latest"} <= one.keys()))
    ),
    "integer": lambda one: "maximum" in one,
    "number": lambda one: "maximum" in one,
    "array": lambda one: "maxItems" in one,
    "object": lambda one: one.get("additionalProperties") is False,
}


def unlimited(schema: Any, known: dict[str, Any], where: str) -> Iterator[str]:
    """Every place under this schema that takes as much as one likes to send."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for kind in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(kind, ()):
            yield from unlimited(one, known, where)
    is_limited = IS_LIMITED.get(schema.get("type", ""))
    if is_limited is not None and not is_limited(schema):
        yield where
    if "items" in schema:
        yield from unlimited(schema["items"], known, f"{where}[]")
    for name, one in schema.get("properties", {}).items():
        yield from unlimited(one, known, f"{where}.{name}")


def all_unlimited(document: dict[str, Any]) -> set[str]:
    known: dict[str, Any] = document["components"]["schemas"]
    found: set[str] = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()):
                found |= set(unlimited(parameter["schema"], known, f"{method} {path}: {parameter['name']}"))
            for content in operation.get("requestBody", {}).get("content", {}).values():
                found |= set(unlimited(content["schema"], known, f"{method} {path}: body"))
    return found


def test_nothing_that_can_be_sent_is_without_a_limit() -> None:
    document = described()
    assert {path for path in document["paths"] if "{" in path or "post" in document["paths"][path]}
    assert all_unlimited(document) == set()


def test_every_body_that_is_read_is_described() -> None:
    """Else the walk would miss it."""
    paths = described()["paths"]
    hidden = {route for route in all_routes() if route.changes and route.path not in paths}
    assert hidden == set()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"type": "array", "items": {"type": "string", "maxLength": 1}},
        {"type": "array", "maxItems": 1, "items": {"type": "string"}},
        {"type": "string", "format": "date-time"},
        {"type": "string", "format": "date-time", "x-latest": "2100-01-01T00:00:00+00:00"},
        {"type": "integer"},
        {"type": "object"},
        {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "string"}}},
    ],
    ids=str,
)
def test_the_walk_finds_what_has_none(schema: dict[str, Any]) -> None:
    assert list(unlimited(schema, {}, "here"))


@pytest.mark.parametrize("reason", ["x" * (longest("reason") + 1), "NUL \x00 in it", "half \ud800 of a pair"])
def test_a_reason_that_nobody_reads_or_keeps_is_refused_before_anything_is_done(
    client: TestClient, scene: Scene, reason: str
) -> None:
    release = scene.opened().release_id
    before = len(scene.log("stop_requested"))
    for path, more in (("holds", {"scope": "all"}), (f"releases/{release}/stop", {})):
        sent = json.dumps({"reason": reason, **more})
        headers = {**as_person("rita"), "content-type": "application/json"}
        answer = client.post(f"/api/{path}", content=sent, headers=headers)
        assert (answer.status_code, reason in answer.text) == (422, False)
        assert answer.json()["code"] == "not_understood"
        assert answer.json()["message"].startswith("reason ")
    assert client.get("/api/holds", headers=as_person("rita")).json() == []
    assert len(scene.log("stop_requested")) == before


def test_as_much_as_people_read_is_let_in(client: TestClient) -> None:
    body = {"scope": "all", "reason": "x" * longest("reason")}
    assert client.post("/api/holds", json=body, headers=as_person("rita")).status_code == 201
    texts = {"service": "orders", "summary": "x" * TEXT, "rollback_plan": "x" * TEXT}
    assert client.post("/api/disclosures", json=texts, headers=as_person("sam")).status_code == 201


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2100-01-01T00:00:01Z"])
def test_a_time_that_nobody_could_read_again_is_refused_and_hides_nothing(
    client: TestClient, scene: Scene, at: str
) -> None:
    near = "2030-01-31T09:30:00+00:00"
    support = {"service": "orders", "reason": "it moves"}
    answers = [
        client.post("/api/holds", json={"scope": "all", "reason": "x", "until": at}, headers=as_person("rita")),
        client.post("/api/support", json={**support, "begins": at, "ends": near}, headers=as_person("rita")),
        client.post("/api/support", json={**support, "begins": near, "ends": at}, headers=as_person("rita")),
        client.get(
            "/api/explain",
            params={"service": "orders", "environment": "prod", "at": at},
            headers=as_person("rita"),
        ),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (422, "not_understood")
        assert "is between 2000-01-01 and 2100-01-01, like 2030-01-31T09:30+00:00" in answer.json()["message"]
    assert client.get("/api/holds", headers=as_person("rita")).json() == []
    assert client.get("/api/support", headers=as_person("rita")).json() == []


def test_a_time_of_another_zone_is_kept_in_utc(client: TestClient, scene: Scene) -> None:
    body = {"scope": "all", "reason": "x", "until": "2099-12-31T23:00:00+05:00"}
    assert client.post("/api/holds", json=body, headers=as_person("rita")).status_code == 201
    assert json.loads(scene.log("hold_placed")[0])["until"] == "2099-12-31T18:00:00+00:00"
