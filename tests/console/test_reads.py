"""What people read by REST."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.overview import REFUSED_RUN
from slipway.adapters.database.transaction import DatabaseStore
from slipway.console.app import create_app
from slipway.console.parts import Parts
from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.governed import Ownership
from slipway.domain.grant import Step
from slipway.domain.release import ChangeKind
from slipway.ports.values import Actor
from tests.builders import PROD
from tests.console.conftest import as_person
from tests.scene import Scene
from tests.watching import watched_service


def get(client: TestClient, path: str, person: str = "rita") -> Any:
    answer = client.get(f"/api/{path}", headers=as_person(person))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_services_show_what_runs_what_is_behind_and_what_is_in_flight(client: TestClient, scene: Scene) -> None:
    scene.preprod_passed("1.0")
    scene.opened("1.1", by="lena")

    orders = next(one for one in get(client, "services") if one["service"] == "orders")

    assert {name: runs["version"] for name, runs in orders["environments"].items()} == {"dev": "1.0", "preprod": "1.0"}
    assert orders["behind"] == []
    assert "1.1" in {release["version"] for release in orders["in_flight"]}


def test_an_environment_is_behind_the_one_before_it(client: TestClient, scene: Scene) -> None:
    first = scene.preprod_passed("1.0")
    scene.close(first)
    scene.dev_passed("1.1")

    orders = next(one for one in get(client, "services") if one["service"] == "orders")

    assert orders["behind"] == ["preprod runs 1.0, dev 1.1"]


def test_a_release_is_shown_whole(client: TestClient, scene: Scene) -> None:
    attempt = scene.preprod_passed()

    release = get(client, f"releases/{attempt.release_id}")

    (only,) = release["attempts"]
    assert release["requesters"] == ["rita"]
    assert [(stage["role"], stage["outcome"]) for stage in only["stages"]] == [
        ("dev", "passed"),
        ("preprod", "passed"),
        ("prod", None),
    ]
    assert [(grant["step"], grant["person"]) for grant in only["grants"]] == [("approve", "sam")]
    assert {activity["kind"] for activity in only["activities"]} >= {"deploy"}


def test_a_stage_says_how_far_it_is_watched_in_the_words_of_the_form(client: TestClient, scene: Scene) -> None:
    scene.definitions.services["orders"] = watched_service()
    attempt = scene.signed_off()
    scene.work(attempt, PROD)
    path = f"releases/{attempt.release_id}"
    assert [stage["watch"] for stage in get(client, path)["attempts"][0]["stages"]] == [None, None, None]

    scene.watch(attempt)
    scene.look(attempt)

    watch = get(client, path)["attempts"][0]["stages"][-1]["watch"]
    (check,) = watch.pop("checks")
    assert datetime.fromisoformat(watch.pop("until")) > datetime.now(UTC)
    assert watch == {"verdict": None, "is_over": False, "looks": 1, "of": 21}
    detail = "1 good, 0 bad and 0 blind of 21 looks; it is 0"
    assert check == {"name": "errors", "verdict": None, "detail": detail, "text": f"errors: so far, {detail}"}


def test_releases_are_found_by_service_and_state(client: TestClient, scene: Scene) -> None:
    attempt = scene.opened()

    assert [one["release_id"] for one in get(client, "releases?service=orders&state=open")] == [attempt.release_id]
    assert get(client, "releases?service=orders&state=ended") == []


def test_the_queue_tells_holder_position_and_who_is_in_the_way(client: TestClient, scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, Step.APPROVE.role)

    (place,) = get(client, "queue")

    assert (place["position"], place["state"], place["attempt"]) == (0, "holding", attempt.id)
    assert place["slot_parked"] is True


def test_a_waiting_stage_says_what_it_waits_for(client: TestClient, scene: Scene) -> None:
    attempt = scene.approved()
    client.post("/api/holds", json={"scope": "all", "reason": "incident"}, headers=as_person("lena"))
    scene.turn(attempt, Step.APPROVE.role)

    (place,) = get(client, "queue")

    assert (place["position"], place["state"], place["expected_start"]) == (1, "waiting", None)
    assert [blocker["code"] for blocker in place["blockers"]] == ["hold"]


def test_explain_names_every_blocker_of_an_open_attempt(client: TestClient, scene: Scene) -> None:
    attempt = scene.dev_passed()
    client.post("/api/holds", json={"scope": "all", "reason": "incident"}, headers=as_person("lena"))

    (answer,) = get(client, "explain?service=orders&environment=preprod")

    assert (answer["attempt"], answer["allowed"]) == (attempt.id, False)
    assert {blocker["code"] for blocker in answer["blockers"]} == {"grant_missing", "hold"}


def test_explain_says_what_would_hold_a_release_that_nobody_asked_for(client: TestClient) -> None:
    free = get(client, "explain?service=orders&environment=prod")
    client.post("/api/holds", json={"scope": "service", "name": "orders", "reason": "x"}, headers=as_person("rita"))
    held = get(client, "explain?service=orders&environment=prod")

    assert [(one["in_flight"], one["allowed"]) for one in free] == [(False, True)]
    assert [blocker["code"] for blocker in held[0]["blockers"]] == ["hold"]


def test_explain_knows_no_made_up_service_or_environment(client: TestClient) -> None:
    for query in ("service=ordres&environment=prod", "service=orders&environment=pord"):
        assert client.get(f"/api/explain?{query}", headers=as_person("rita")).status_code == 404


def test_explain_names_the_environments_of_a_service_where_it_has_no_such_one(client: TestClient) -> None:
    answer = client.get("/api/explain?service=orders&environment=live", headers=as_person("rita"))
    assert answer.status_code == 404
    assert "orders has no environment live; it has dev, preprod, prod" in answer.text


def test_the_log_is_read_by_auditors_whole(client: TestClient, scene: Scene) -> None:
    scene.opened()

    entries = get(client, "log?limit=500", "audrey")

    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert get(client, "log?kind=release_requested", "audrey")[0]["actor"] == "rita"


def test_a_team_reads_its_own_releases_in_the_log_and_no_others(client: TestClient, scene: Scene) -> None:
    release = scene.opened().release_id

    assert get(client, f"log?release={release}", "rob")
    assert get(client, "log?service=orders", "rob")
    for person, query in (("rob", ""), ("finn", f"?release={release}"), ("finn", "?service=orders"), ("pat", "")):
        answer = client.get(f"/api/log{query}", headers=as_person(person))
        assert (answer.status_code, answer.json()["code"]) == (403, "may_not_read_log")


def test_a_team_that_gave_a_service_away_reads_its_own_releases_of_it_and_no_others(
    client: TestClient, scene: Scene
) -> None:
    before = scene.opened().release_id
    with scene.store.transaction() as tx:
        now = tx.policy().governed
        moved = replace(now, services={**now.services, "orders": Ownership(team="forms", product_owner=None)})
        tx.policies.activate(moved, "mona", "orders moves to forms")

    assert get(client, f"log?release={before}", "rob")
    assert get(client, "log?service=orders", "finn")
    answer = client.get("/api/log?service=orders", headers=as_person("rob"))
    assert (answer.status_code, answer.json()["code"]) == (403, "may_not_read_log")


def test_a_database_that_is_gone_is_told_as_such(parts: Parts) -> None:
    nowhere = DatabaseStore(make_engine("postgresql+psycopg2://nobody@127.0.0.1:1/nowhere"))
    client = TestClient(create_app(replace(parts, store=lambda: nowhere), lambda: "rita"))

    for path in ("/health", "/api/releases"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")


def test_a_bug_stays_a_bug(parts: Parts) -> None:
    def broken() -> DatabaseStore:
        raise ZeroDivisionError

    app: FastAPI = create_app(replace(parts, store=broken), lambda: "rita")

    with pytest.raises(ZeroDivisionError):
        TestClient(app).get("/api/releases")


def test_who_asked_is_told_what_became_of_it_and_nobody_else_why_not(client: TestClient, scene: Scene) -> None:
    opened = scene.opened("1.0", run_id="good")
    with pytest.raises(RefusedError):
        scene.opened("1.0", run_id="bad", kind=ChangeKind.EMERGENCY)

    def became(run_id: str, person: str = "rita") -> dict[str, Any]:
        found: dict[str, Any] = client.get(f"/api/requests/release__orders/{run_id}", headers=as_person(person)).json()
        return found

    number = {"attempt": opened.id, "release_id": opened.release_id}
    assert became("good") == {"state": "opened", **number, "supersedes": []}
    assert (became("bad")["state"], became("bad")["code"]) == ("refused", "may_not_declare")
    assert became("bad", "gina") == {"state": "waiting"}
    assert became("of nobody") == {"state": "waiting"}


def test_who_asked_is_told_what_the_request_replaced(client: TestClient, scene: Scene) -> None:
    waits = scene.approved("1.0")
    newer = scene.opened("1.1", by="sue", run_id="newer")
    found = client.get("/api/requests/release__orders/newer", headers=as_person("sue")).json()
    assert found["attempt"] == newer.id
    assert found["supersedes"] == [{"release_id": waits.release_id, "attempt": waits.id, "version": "1.0"}]


def test_a_refusal_is_found_without_reading_the_whole_log(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        tx.sql.run("SET LOCAL enable_seqscan = off")
        tx.sql.run("SET LOCAL enable_bitmapscan = off")
        plan = tx.sql.all(f"EXPLAIN {REFUSED_RUN}", person="rita", dag_id="release__orders", run_id="bad")

    assert any("log_by_refused_run" in line for row in plan for line in row.values()), plan


def test_a_refusal_is_found_whatever_was_in_the_form(client: TestClient, scene: Scene) -> None:
    with pytest.raises(SlipwayError):
        scene.opened("1.0\x00", run_id="nul" * 80, release_id="r1\x00")

    (payload,) = scene.log("release_refused")
    answer = client.get(f"/api/requests/release__orders/{'nul' * 80}", headers=as_person("rita")).json()
    assert (answer["state"], answer["message"]) == ("refused", json.loads(payload)["message"])


def test_an_entry_that_cannot_be_searched_is_written_all_the_same(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        tx.log("release_refused", Actor(id="rita", via="cli"), payload={"run_id": "\x00"})

    assert len(scene.log("release_refused")) == 1


def test_messages_that_have_not_arrived_are_shown(client: TestClient, scene: Scene) -> None:
    attempt = scene.opened("1.0")
    found = get(client, "messages?undelivered=true")
    (told,) = [one for one in found["messages"] if one["key"] == f"{attempt.id}:opened"]
    assert (told["state"], told["way"], told["release_id"]) == ("waiting", None, attempt.release_id)
    assert found["ways"] == []
