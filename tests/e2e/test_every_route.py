"""Every route of Airflow's own REST interface that may change something: no login, a mere viewer, another site."""

from typing import Any

import httpx
import pytest

from tests.example_body import body_for
from tests.running_platform import RunningPlatform

pytestmark = pytest.mark.e2e
VIEWER = "piet"
FORBIDDEN, UNAUTHORISED = 403, 401
READING_BY_POST = ("/list", "/batch")
"""What these endings ask for is read, and no row of anything is written."""
CHANGING = {"post", "put", "patch", "delete"}
OWN_SETTINGS = ("/favorite", "/unfavorite")
"""What these endings change is on somebody's own page only."""
FOUND_FIRST = ("/backfills/{backfill_id}/", "/parseDagFile/")
"""Here Airflow finds out which DAG it is before it looks at rights; there is none of that name, so it says 404."""
NOT_DESCRIBED = {"/clearDagRuns": {"dag_runs": [{"dag_run_id": "1"}]}}
"""Bodies of which the description does not tell that a field is needed."""
FROM_ELSEWHERE = ({"origin": "https://elsewhere.example"}, {"sec-fetch-site": "same-site"})
Route = tuple[str, str]


@pytest.fixture(scope="module")
def described(platform: RunningPlatform) -> Any:
    """What the API server says of itself."""
    return platform.client(VIEWER).get("/openapi.json")


@pytest.fixture(scope="module")
def routes(described: Any) -> list[Route]:
    """Method and path of each."""
    found = [
        (method.upper(), path)
        for path, methods in described["paths"].items()
        if path.startswith("/api/v2/") and not path.endswith(READING_BY_POST)
        for method in methods
        if method in CHANGING
    ]
    assert len(found) > 40
    return sorted(found)


def address(path: str) -> str:
    """The path, filled in: `1` is a name as well as a number."""
    return "/".join("1" if piece.startswith("{") else piece for piece in path.split("/"))


def answers(client: httpx.Client, routes: list[Route], described: Any) -> dict[Route, httpx.Response]:
    return {
        (method, path): client.request(method, address(path), json=body(described, path, method))
        for method, path in routes
    }


def body(described: Any, path: str, method: str) -> Any:
    for ending, known in NOT_DESCRIBED.items():
        if path.endswith(ending):
            return known
    return body_for(described, path, method)


def others(given: dict[Route, httpx.Response], status: int) -> dict[Route, int]:
    return {route: answer.status_code for route, answer in given.items() if answer.status_code != status}


def test_a_stranger_changes_nothing(platform: RunningPlatform, routes: list[Route], described: Any) -> None:
    with httpx.Client(base_url=platform.base_url, timeout=60) as client:
        assert others(answers(client, routes, described), UNAUTHORISED) == {}


def test_a_viewer_changes_nothing(platform: RunningPlatform, routes: list[Route], described: Any) -> None:
    token = {"authorization": f"Bearer {platform.client(VIEWER).sign_in()}"}
    with httpx.Client(base_url=platform.base_url, headers=token, timeout=60) as client:
        given = answers(client, routes, described)
    left = {
        (method, path): status
        for (method, path), status in others(given, FORBIDDEN).items()
        if not path.endswith(OWN_SETTINGS)
    }
    missing = {route: status for route, status in left.items() if any(part in route[1] for part in FOUND_FIRST)}
    assert set(missing.values()) <= {httpx.codes.NOT_FOUND}
    assert left == missing


@pytest.mark.parametrize("elsewhere", FROM_ELSEWHERE, ids=str)
def test_a_page_of_another_site_changes_nothing_with_a_managers_cookie(
    platform: RunningPlatform, routes: list[Route], described: Any, elsewhere: dict[str, str]
) -> None:
    cookie = {"_token": platform.client("mona").sign_in()}
    with httpx.Client(base_url=platform.base_url, headers=elsewhere, cookies=cookie, timeout=60) as client:
        given = answers(client, routes, described)
    assert others(given, FORBIDDEN) == {}
    assert {answer.json()["detail"] for answer in given.values()} == {
        "This change did not come from a page of this server: use its pages, or send a token."
    }


def test_the_same_cookie_works_from_our_own_pages(platform: RunningPlatform) -> None:
    cookie, body = {"_token": platform.client("mona").sign_in()}, {"scope": "service", "name": "nobodys", "reason": "x"}
    own = {"origin": platform.base_url, "sec-fetch-site": "same-origin", "x-requested-with": "slipway"}
    with httpx.Client(base_url=platform.base_url, headers=own, cookies=cookie, timeout=60) as client:
        assert client.post("/slipway/api/holds", json=body).status_code == httpx.codes.NOT_FOUND


def test_what_was_refused_is_in_the_log(platform: RunningPlatform, routes: list[Route]) -> None:
    told = platform.client("audrey").get("/slipway/api/log", limit=500, kind="request_answered", actor=VIEWER)
    refused = {(one["payload"]["method"], one["payload"]["path"]) for one in told}
    assert {(method, address(path)) for method, path in routes} <= refused
