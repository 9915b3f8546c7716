"""Each route is tried without a login, as a viewer, from another site, and with a megabyte of text.

The routes come from the application itself: a new one is covered as soon as it is written.
"""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from slipway.domain.migration_proof import FindingCode, Reversibility
from slipway.domain.platform import Action, Catalogue
from slipway.domain.release import ChangeKind
from slipway.ports.values import Actor
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.file_disclosure import file_disclosure
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from tests.builders import PREPROD, a_service
from tests.console.conftest import as_person, as_task
from tests.console.every_route import OF_PIPELINES, OF_TASKS, Route, all_routes, body_of
from tests.migrations import a_proof
from tests.outside import SERVICES, recorded
from tests.scene import Scene, a_world

OPEN = [Route("GET", "/health")]
FOR_EVERYBODY = [Route("POST", "/api/policy/proposals"), Route("POST", "/api/releases/{release_id}/acknowledge")]
"""Whoever is in the list of people may propose, for nothing comes of it without a manager who is somebody else, and may
say what they have seen: only the word of those in the table counts for more."""
OF_THE_DOOR = [Route("POST", "/api/releases"), Route("POST", "/api/releases/{release_id}/retry")]
"""Refused as a run would be at the door: the recorder, which stands before this application, has the only entry."""
VIEWER = "pat"
ROUTES = all_routes()
CHANGES = [route for route in ROUTES if route.changes]
OF_PEOPLE = [route for route in CHANGES if route.path not in {*OF_TASKS, *OF_PIPELINES}]
FROM_ELSEWHERE = (
    {"origin": "https://elsewhere.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site", "origin": "http://testserver:8081"},
    {"x-requested-with": ""},
)
"""What the browser adds to a request that a page of another site, or of another port, has somebody send."""


@pytest.fixture
def scene(engine: Engine, tmp_path: Path, catalogue: Catalogue) -> Scene:
    """The demo catalogue's rules and people, and services that are changed outside."""
    services = (a_service(), *SERVICES)
    return a_world(engine, tmp_path, *services, rules=catalogue.platform, everybody=catalogue.people)


@pytest.fixture
def known(scene: Scene) -> dict[str, str]:
    """One of everything that a path can name, by the collection it is in."""
    attempt = scene.approved(by="lena", kind=ChangeKind.EMERGENCY)
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    lena = Actor(id="lena", via="rest")
    hold = place_hold(scene.world, HoldRequest(scope=HoldScope.ALL, name=None, reason="an audit"), lena)
    with scene.store.transaction() as tx:
        activity = tx.activities.of_stage(attempt.id, PREPROD)[0].id
        (review,) = tx.reviews.all(open_only=True)
        tx.log("unauthorised_change", lena, service="orders", payload={"what": "a run was cleared"})
        token = tx.tokens.issue("leaflets", "1" * 64, ("mona", "piet"), tx.now + timedelta(days=1))
        booking = tx.bookings.book("orders", tx.now, tx.now + timedelta(hours=1), "a large change", "rita")
        waiver = tx.confirmation_waivers.give("orders", "mona", tx.now + timedelta(days=1), "nobody is in")
        proof = a_proof(Reversibility.REVERSIBLE, FindingCode.UPGRADE_FAILED)
        tx.migrations.add(proof)
    with scene.store.transaction() as tx:
        (finding,) = tx.findings.newest(open_only=True, limit=1)
    change = recorded(scene)
    pending = ask_second(scene.world, Action.BREAK_LEASE, {"attempt": attempt.id}, "it is stuck", lena)
    filed = file_disclosure(scene.world, "orders", "a hole in the order page", "the old page", lena)
    return {
        "releases": attempt.release_id,
        "holds": str(hold),
        "leases": attempt.id,
        "activities": activity,
        "pending": str(pending.id),
        "reviews": str(review.id),
        "migrations": proof.id,
        "disclosures": filed.reference,
        "changes": change.release_id,
        "tokens": str(token.id),
        "support": str(booking.id),
        "confirmation-waivers": str(waiver.id),
        "findings": str(finding.seq),
    }


def filled(route: Route, known: dict[str, str]) -> str:
    """The path with names of things that are there; of what this file does not know, the first."""
    pieces = route.path.split("/")
    named = itertools.pairwise(["", *pieces])
    return "/".join(known.get(before, "1") if piece.startswith("{") else piece for before, piece in named)


def everything(scene: Scene) -> dict[str, str | None]:
    """The whole content of every table but the log, as one text each."""
    with scene.store.transaction() as tx:
        names = tx.sql.all("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        tables = [row["relname"] for row in names if row["relname"] not in {"log", "log_head"}]
        read = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM"
        return {name: tx.sql.value(f'{read} "{name}" t'.replace("::", "\\:\\:")) for name in tables}


def entries(scene: Scene) -> list[tuple[str, str]]:
    """Kind and actor of each log entry."""
    with scene.store.transaction() as tx:
        return [(row["kind"], row["actor"]) for row in tx.sql.all("SELECT kind, actor FROM log ORDER BY seq")]


def test_the_routes_are_those_of_the_application() -> None:
    assert len(CHANGES) >= 10
    assert set(OPEN) | set(FOR_EVERYBODY) <= set(ROUTES)
    assert {route.path for route in ROUTES} > set(OF_TASKS)


@pytest.mark.parametrize("route", [route for route in ROUTES if route not in OPEN], ids=str)
def test_a_stranger_gets_nothing_from_it(client: TestClient, scene: Scene, route: Route) -> None:
    before = everything(scene), entries(scene)

    answer = client.request(route.method, filled(route, {}), json=body_of(route))

    assert answer.status_code == 401
    assert (everything(scene), entries(scene)) == before


@pytest.mark.parametrize("route", [route for route in OF_PEOPLE if route not in FOR_EVERYBODY], ids=str)
def test_a_viewer_changes_nothing_by_it_and_the_refusal_is_in_the_log(
    client: TestClient, scene: Scene, known: dict[str, str], route: Route
) -> None:
    facts, log = everything(scene), entries(scene)

    answer = client.request(route.method, filled(route, known), json=body_of(route), headers=as_person(VIEWER))

    assert answer.status_code == 403, answer.text
    assert everything(scene) == facts
    told = entries(scene)[len(log) :]
    assert [actor for _, actor in told] == ([] if route in OF_THE_DOOR else [VIEWER])
    assert all(kind.endswith("_refused") for kind, _ in told)


@pytest.mark.parametrize("route", [route for route in CHANGES if route.path in OF_TASKS], ids=str)
def test_no_person_passes_for_a_task(client: TestClient, scene: Scene, route: Route) -> None:
    before = everything(scene), entries(scene)
    as_somebody = {**as_person("mona"), "authorization": "Bearer a-token-of-mona"}

    answers = [client.post(route.path, json=body_of(route), headers=one) for one in (as_person("mona"), as_somebody)]

    assert [answer.status_code for answer in answers] == [401, 403]
    assert (everything(scene), entries(scene)) == before


@pytest.mark.parametrize("route", [route for route in CHANGES if route.path in OF_PIPELINES], ids=str)
def test_no_person_passes_for_a_pipeline(client: TestClient, scene: Scene, known: dict[str, str], route: Route) -> None:
    before = everything(scene)
    as_somebody = {**as_person("mona"), "authorization": "Bearer a-token-of-mona"}

    path, body = filled(route, known), body_of(route)
    answers = [client.post(path, json=body, headers=one) for one in (as_person("mona"), as_somebody)]

    assert [answer.status_code for answer in answers] == [401, 403]
    assert everything(scene) == before


@pytest.mark.parametrize("route", OF_PEOPLE, ids=str)
def test_a_page_of_another_site_changes_nothing_by_it(
    client: TestClient, scene: Scene, known: dict[str, str], route: Route
) -> None:
    """Though the browser of second line, or of a manager, sends it with their cookie."""
    before = everything(scene), entries(scene)
    for person, elsewhere in itertools.product(("lena", "mona"), FROM_ELSEWHERE):
        headers = {**as_person(person), **elsewhere}

        answer = client.request(route.method, filled(route, known), json=body_of(route), headers=headers)

        assert answer.status_code == 403, elsewhere
        assert "did not come from a page of this server" in answer.text
    assert (everything(scene), entries(scene)) == before


@pytest.mark.parametrize("route", CHANGES, ids=str)
def test_a_megabyte_is_too_much_for_it(client: TestClient, scene: Scene, route: Route) -> None:
    before = everything(scene), entries(scene)
    headers = as_task() if route.path in OF_TASKS else as_person("lena")

    long = client.request(route.method, filled(route, {}), json={"reason": "x" * 1_000_000}, headers=headers)
    unsaid = client.request(route.method, filled(route, {}), content=_in_pieces(), headers=headers)

    assert (long.status_code, unsaid.status_code) == (413, 411)
    assert (everything(scene), entries(scene)) == before


def _in_pieces() -> Iterator[bytes]:
    yield b'{"reason": "'
    yield b'"}'
