"""Reviews by REST, by the demo catalogue's rules."""

from fastapi.testclient import TestClient

from slipway.domain.release import ChangeKind
from tests.console.conftest import as_person
from tests.scene import Scene


def test_open_reviews_are_listed_and_closed_by_a_manager_of_the_team(client: TestClient, scene: Scene) -> None:
    attempt = scene.opened(by="sam", kind=ChangeKind.EMERGENCY)
    (review,) = client.get("/api/reviews", headers=as_person("rita")).json()
    assert (review["release_id"], review["overdue"]) == (attempt.release_id, False)

    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = 'ended', outcome = 'live'")
    path, body = f"/api/reviews/{review['id']}/close", {"reason": "all was as it should be"}
    refused = client.post(path, json=body, headers=as_person("fiona"))
    closed = client.post(path, json=body, headers=as_person("mona"))

    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_close_review")
    assert (closed.status_code, closed.json()["detail"]) == (200, f"review {review['id']} is closed")
    assert client.get("/api/reviews", headers=as_person("rita")).json() == []
    assert len(client.get("/api/reviews?all=true", headers=as_person("rita")).json()) == 1


def test_what_is_not_there_is_said_to_be_not_there(client: TestClient) -> None:
    answer = client.post("/api/reviews/99/close", json={"reason": "x"}, headers=as_person("mona"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
