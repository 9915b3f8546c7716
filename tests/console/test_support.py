"""Second line's support by REST, by the demo catalogue's rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from tests.console.conftest import as_person

NOW = datetime.now(tz=UTC)


def book(client: TestClient, person: str, **changes: Any) -> Any:
    times = {"begins": NOW.isoformat(), "ends": (NOW + timedelta(days=1)).isoformat()}
    body = {"service": "orders", "reason": "the queue moves", **times, **changes}
    return client.post("/api/support", json=body, headers=as_person(person))


def answer(client: TestClient, person: str, path: str, **body: str) -> Any:
    return client.post(f"/api/support/{path}", json=body or None, headers=as_person(person))


def listed(client: TestClient) -> list[str]:
    return [one["state"] for one in client.get("/api/support", headers=as_person("rita")).json()]


def test_it_is_booked_by_the_team_accepted_by_second_line_and_waived(client: TestClient) -> None:
    booked = book(client, "rita")
    number = booked.json()["id"]
    assert (booked.status_code, listed(client)) == (201, ["not accepted yet"])
    assert f"--support {number}" in booked.json()["detail"]

    assert answer(client, "lena", f"{number}/accept").json()["detail"].endswith("is accepted by lena")
    assert listed(client) == ["accepted by lena"]
    assert answer(client, "mona", f"{number}/waive", reason="no need").status_code == 200
    assert listed(client) == ["waived by mona: no need"]


def test_refusals_and_what_is_not_there(client: TestClient) -> None:
    number = book(client, "rita").json()["id"]
    answers = [
        book(client, "selma"),
        answer(client, "mona", f"{number}/accept"),
        answer(client, "rob", f"{number}/waive", reason="x"),
        answer(client, "lena", "99/accept"),
        book(client, "rita", service="ordres"),
    ]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (403, "may_not_book_support"),
        (403, "may_not_accept_support"),
        (403, "may_not_waive_support"),
        (404, "not_found"),
        (404, "not_found"),
    ]


def test_a_time_without_a_zone_is_not_guessed(client: TestClient) -> None:
    assert book(client, "rita", begins="2026-11-22T10:00:00").status_code == 422
