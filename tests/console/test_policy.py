"""Changing the policy by REST: what the server's disk says, proposed by one, activated by another."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from slipway.adapters.catalogue_policy import read_policy
from slipway.console.parts import Parts
from tests.console.conftest import CATALOGUE, as_person
from tests.scene import Scene


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CATALOGUE, tmp_path / "catalogue"))


@pytest.fixture
def parts(parts: Parts, folder: Path, scene: Scene) -> Parts:
    """The catalogue on disk is in effect, and may be changed."""
    with scene.store.transaction() as tx:
        tx.policies.activate(read_policy(folder), "platform", "")
    return replace(parts, catalogue=folder)


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "people.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def propose(client: TestClient, person: str) -> Any:
    return client.post("/api/policy/proposals", headers=as_person(person))


def activate(client: TestClient, person: str, digest: str, reason: str = "agreed") -> Any:
    body = {"digest": digest, "reason": reason}
    return client.post("/api/policy/activations", json=body, headers=as_person(person))


def test_two_people_change_what_is_in_effect(client: TestClient, scene: Scene, folder: Path) -> None:
    edit(folder, "teams: {ordering: senior}", "teams: {ordering: manager}")

    proposed = propose(client, "rita")

    assert proposed.status_code == 201
    assert "people.sam.teams.ordering: senior -> manager" in proposed.json()["differences"]
    assert activate(client, "mona", proposed.json()["digest"]).status_code == 201
    now = client.get("/api/policy", headers=as_person("rob")).json()
    assert now["in_effect"]["digest"] == proposed.json()["digest"]
    assert (now["in_effect"]["activated_by"], now["on_disk"]["differences"]) == ("mona", [])


def test_a_refusal_says_why_and_is_in_the_log(client: TestClient, scene: Scene, folder: Path) -> None:
    edit(folder, "teams: {ordering: releaser}", "teams: {ordering: senior}")
    digest = propose(client, "mona").json()["digest"]

    answer = activate(client, "mona", digest)

    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_activate")
    assert "proposer of this policy" in json.loads(scene.log("policy_activation_refused")[0])["message"]


def test_a_broken_catalogue_is_told_with_file_and_line(client: TestClient, folder: Path) -> None:
    edit(folder, "teams: {ordering: manager}", "teams: {ordring: manager}")

    answer = propose(client, "rita")

    assert (answer.status_code, answer.json()["code"]) == (403, "bad_catalogue")
    assert "people.yaml:" in answer.json()["message"]


def test_nobody_proposes_or_activates_unseen(client: TestClient) -> None:
    paths = ("/api/policy/proposals", "/api/policy/activations")
    assert [client.post(path, json={}).status_code for path in paths] == [401, 401]
    assert client.get("/api/policy").status_code == 401


def test_a_hold_on_a_service_is_lifted_by_its_owners_in_effect(client: TestClient, folder: Path) -> None:
    body = {"scope": "service", "name": "orders", "reason": "x"}
    hold = client.post("/api/holds", json=body, headers=as_person("lena")).json()["id"]
    file = folder / "services" / "orders.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("team: ordering", "team: forms"), encoding="utf-8")

    lifted = [
        client.post(f"/api/holds/{hold}/lift", json={"reason": "x"}, headers=as_person(person)).status_code
        for person in ("selma", "sam")
    ]

    assert lifted == [403, 200]
