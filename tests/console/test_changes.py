"""Stopping and holding by REST: as the signed-in person, judged by the table, refusals in the log."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.console.conftest import as_person
from tests.scene import Scene


def hold(client: TestClient, person: str, **body: Any) -> Any:
    return client.post("/api/holds", json={"scope": "all", "reason": "incident", **body}, headers=as_person(person))


def lift(client: TestClient, person: str, number: int, reason: str = "") -> Any:
    return client.post(f"/api/holds/{number}/lift", json={"reason": reason}, headers=as_person(person))


def standing(client: TestClient) -> list[int]:
    return [one["id"] for one in client.get("/api/holds", headers=as_person("rita")).json()]


def test_a_releaser_of_the_team_stops_a_release(client: TestClient, scene: Scene) -> None:
    attempt = scene.opened()
    path = f"/api/releases/{attempt.release_id}/stop"

    answer = client.post(path, json={"reason": "wrong version"}, headers=as_person("rob"))

    assert answer.status_code == 200
    assert json.loads(scene.log("stop_requested")[0]) == {"reason": "wrong version"}


def test_another_teams_senior_may_not_stop_it_and_that_is_in_the_log(client: TestClient, scene: Scene) -> None:
    attempt = scene.opened()
    path = f"/api/releases/{attempt.release_id}/stop"

    answer = client.post(path, json={"reason": "x"}, headers=as_person("selma"))

    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_stop")
    assert "Selma Shaw" in answer.json()["message"]
    assert len(scene.log("stop_refused")) == 1


def test_what_is_not_there_is_said_to_be_not_there(client: TestClient) -> None:
    answers = [
        client.post("/api/releases/r99/stop", json={"reason": "x"}, headers=as_person("rita")),
        client.get("/api/releases/r99", headers=as_person("rita")),
        lift(client, "lena", 99),
        hold(client, "lena", scope="service", name="ordres"),
    ]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "not_found")] * 4
    assert "orders" in answers[3].json()["message"]


def test_a_hold_on_a_service_that_is_none_names_those_that_are_and_no_path(client: TestClient) -> None:
    close, far = (
        hold(client, "lena", scope="service", name=name).json()["message"] for name in ("ordres", "typo-of-nothing")
    )

    assert close == "there is no service ordres: did you mean orders?"
    assert far.startswith("there is no service typo-of-nothing: there are ")
    assert "orders" in far
    assert "/" not in far


def test_what_is_not_understood_is_told_at_once_and_in_plain_words(client: TestClient) -> None:
    answer = hold(client, "lena", scope="galaxy", until="soon", wings=2)

    assert (answer.status_code, answer.json()["code"]) == (422, "not_understood")
    assert answer.json()["message"] == (
        "scope 'galaxy' is none of all, environment, service; "
        "until 'soon' is no time with a zone: write it like 2030-01-31T09:30+00:00; "
        "wings is not a field that is known here"
    )


def test_a_hold_stands_with_name_and_reason_and_is_announced(client: TestClient, scene: Scene) -> None:
    until = datetime.now(tz=UTC) + timedelta(hours=2)

    answer = hold(client, "rita", scope="environment", name="prod", until=until.isoformat())

    assert answer.status_code == 201
    (stands,) = client.get("/api/holds", headers=as_person("rob")).json()
    assert (stands["scope"], stands["name"], stands["placed_by"]) == ("environment", "prod", "rita")
    assert json.loads(scene.log("hold_placed")[0])["hold"] == stands["id"]
    with scene.store.transaction() as tx:
        assert "rita holds environment prod" in tx.sql.value("SELECT text FROM outbox")


@pytest.mark.parametrize(
    ("person", "body", "because"),
    [
        ("audrey", {}, "none of those who may"),
        ("stranger", {}, "nobody in the list of people"),
        ("rita", {"reason": "  "}, "a reason is needed"),
        ("rita", {"name": "prod"}, "a hold on all has no name"),
        ("rita", {"scope": "service"}, "needs the name"),
        ("rita", {"scope": "environment", "name": "pord"}, "there are dev, live, preprod, prod, qa"),
        ("rita", {"until": "2020-01-01T00:00:00Z"}, "past"),
        ("rita", {"during": "r99"}, "no release r99"),
    ],
)
def test_a_hold_that_may_not_be_is_refused_and_logged(
    client: TestClient, scene: Scene, person: str, body: dict[str, Any], because: str
) -> None:
    answer = hold(client, person, **body)

    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_hold")
    assert because in answer.json()["message"]
    assert because in json.loads(scene.log("hold_refused")[0])["message"]
    assert standing(client) == []


def test_a_time_without_a_zone_is_not_guessed(client: TestClient) -> None:
    assert hold(client, "rita", until="2030-01-01T00:00:00").status_code == 422


def test_who_placed_a_hold_lifts_it_without_a_reason(client: TestClient, scene: Scene) -> None:
    number = hold(client, "rita").json()["id"]

    assert lift(client, "rita", number).status_code == 200
    assert standing(client) == []
    assert json.loads(scene.log("hold_lifted")[0])["placed_by"] == "rita"


def test_second_line_lifts_anybodys_hold_with_a_reason_only(client: TestClient) -> None:
    number = hold(client, "rita").json()["id"]

    without = lift(client, "lena", number)

    assert (without.status_code, without.json()["code"]) == (403, "may_not_lift_hold")
    assert standing(client) == [number]
    assert lift(client, "lena", number, "the incident is over").status_code == 200


def test_a_service_hold_is_lifted_by_a_senior_of_its_team_not_of_another(client: TestClient, scene: Scene) -> None:
    number = hold(client, "lena", scope="service", name="orders").json()["id"]

    assert lift(client, "selma", number, "please").status_code == 403
    assert lift(client, "rob", number, "please").status_code == 403
    assert lift(client, "sam", number, "mended").status_code == 200
    assert len(scene.log("hold_lift_refused")) == 2


@pytest.mark.parametrize("scope", [{"scope": "all"}, {"scope": "environment", "name": "prod"}])
def test_a_hold_that_belongs_to_no_team_is_lifted_by_its_placer_seniors_of_any_team_and_second_line(
    client: TestClient, scope: dict[str, Any]
) -> None:
    for lifter in ("rita", "luke", "sam", "mona"):
        number = hold(client, "rita", **scope).json()["id"]
        refused = lift(client, "rob", number, "please")
        assert (refused.status_code, "a senior of any team or above" in refused.json()["message"]) == (403, True)
        assert lift(client, lifter, number, "over").status_code == 200


def test_an_absolute_hold_is_shown_as_one_and_not_for_everybody_to_place(client: TestClient) -> None:
    assert hold(client, "sam", absolute=True).status_code == 403
    assert hold(client, "mona", absolute=True).status_code == 201
    (stands,) = client.get("/api/holds", headers=as_person("rob")).json()
    assert stands["absolute"] is True


def test_a_hold_is_lifted_once(client: TestClient) -> None:
    number = hold(client, "rita").json()["id"]
    lift(client, "rita", number)

    assert "does not stand any more" in lift(client, "rita", number).json()["message"]
