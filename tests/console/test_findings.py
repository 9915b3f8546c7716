"""What is said of unauthorised changes by REST, by the demo catalogue's rules."""

import pytest
from fastapi.testclient import TestClient

from slipway.ports.values import Actor
from tests.console.conftest import as_person
from tests.scene import Scene


@pytest.fixture
def finding(scene: Scene) -> str:
    """Where it is."""
    with scene.store.transaction() as tx:
        tx.log("unauthorised_change", Actor(id="root", via="airflow_cli"), service="orders", payload={"what": "x"})
    with scene.store.transaction() as tx:
        (found,) = tx.findings.newest(open_only=True, limit=9)
    return f"/api/findings/{found.seq}"


def test_a_senior_explains_it_and_a_manager_closes_it(client: TestClient, scene: Scene, finding: str) -> None:
    body = {"reason": "a script, which is gone"}
    early = client.post(f"{finding}/close", json=body, headers=as_person("mona"))
    refused = client.post(f"{finding}/explanation", json=body, headers=as_person("rita"))
    explained = client.post(f"{finding}/explanation", json=body, headers=as_person("sam"))
    closed = client.post(f"{finding}/close", json=body, headers=as_person("mona"))

    seq = finding.rpartition("/")[2]
    assert (early.status_code, early.json()["code"]) == (403, "may_not_close_finding")
    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_explain_finding")
    assert explained.json() == {"seq": int(seq), "detail": f"finding {seq} is explained; a manager closes it"}
    assert closed.json() == {"seq": int(seq), "detail": f"finding {seq} is closed"}


def test_what_is_not_there_is_said_to_be_not_there(client: TestClient) -> None:
    for what in ("explanation", "close"):
        answer = client.post(f"/api/findings/99/{what}", json={"reason": "x"}, headers=as_person("mona"))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
