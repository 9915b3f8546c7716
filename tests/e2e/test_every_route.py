"""Every route of Airflow's own REST interface that may change something: no login, a mere viewer, another site."""

import httpx
import pytest

from tests.running_platform import RunningPlatform

pytestmark = pytest.mark.e2e
VIEWER = "piet"
FORBIDDEN, UNAUTHORISED = 403, 401
READING_BY_POST = ("/list", "/batch")
"""What these endings ask for is read, and no row of anything is written."""
CHANGING = {"post", "put", "patch", "delete"}
Route = tuple[str, str]


@pytest.fixture(scope="module")
def routes(platform: RunningPlatform) -> list[Route]:
    """Method and path of each, with names of things that are not there."""
    described = platform.client(VIEWER).get("/openapi.json")["paths"]
    found = [
        (method.upper(), path)
        for path, methods in described.items()
        if path.startswith("/api/v2/") and not path.endswith(READING_BY_POST)
        for method in methods
        if method in CHANGING
    ]
    assert len(found) > 40
    return sorted(found)


def address(path: str) -> str:
    """The path, filled in: `1` is a name as well as a number."""
    return "/".join("1" if piece.startswith("{") else piece for piece in path.split("/"))


def statuses(client: httpx.Client, routes: list[Route]) -> dict[Route, int]:
    return {(method, path): client.request(method, address(path), json={}).status_code for method, path in routes}


def test_a_stranger_changes_nothing(platform: RunningPlatform, routes: list[Route]) -> None:
    with httpx.Client(base_url=platform.base_url, timeout=60) as client:
        answers = statuses(client, routes)
    assert {route: status for route, status in answers.items() if status != UNAUTHORISED} == {}


def test_a_viewer_changes_nothing(platform: RunningPlatform, routes: list[Route]) -> None:
    token = {"authorization": f"Bearer {platform.client(VIEWER).sign_in()}"}
    with httpx.Client(base_url=platform.base_url, headers=token, timeout=60) as client:
        answers = statuses(client, routes)
    assert {route: status for route, status in answers.items() if status != FORBIDDEN} == {}


@pytest.mark.parametrize(
    "elsewhere", [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "same-site"}], ids=str
)
def test_a_page_of_another_site_changes_nothing_with_a_managers_cookie(
    platform: RunningPlatform, routes: list[Route], elsewhere: dict[str, str]
) -> None:
    cookie = {"_token": platform.client("mona").sign_in()}
    with httpx.Client(base_url=platform.base_url, headers=elsewhere, cookies=cookie, timeout=60) as client:
        answers = {(method, path): client.request(method, address(path), json={}).text for method, path in routes}
    others = {route: told for route, told in answers.items() if "did not come from a page of this server" not in told}
    assert others == {}


def test_the_same_cookie_works_from_our_own_pages(platform: RunningPlatform) -> None:
    cookie, body = {"_token": platform.client("mona").sign_in()}, {"logical_date": None}
    own = {"origin": platform.base_url, "sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=platform.base_url, headers=own, cookies=cookie, timeout=60) as client:
        answer = client.post("/api/v2/dags/nobodys/dagRuns", json=body)
    assert "did not come from a page of this server" not in answer.text


def test_what_was_refused_is_in_the_log(platform: RunningPlatform, routes: list[Route]) -> None:
    told = platform.client("audrey").get("/slipway/api/log", limit=500, kind="request_answered", actor=VIEWER)
    refused = {(one["payload"]["method"], one["payload"]["path"]) for one in told}
    assert {(method, address(path)) for method, path in routes} <= refused
