"""The page behind the link of a failure's message: what it shows, and which release its button asks to go on."""

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from slipway.domain.release import Attempt
from tests.console.conftest import BASE_URL, as_person
from tests.scene import Scene

A_PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def failed(scene: Scene) -> Attempt:
    attempt = scene.opened(by="rita", summary='Bring </script><script>alert("1.0")</script>')
    scene.close(attempt)
    return attempt


def opened(client: TestClient, release_id: str, person: str = "rob") -> httpx.Response:
    return client.get(f"/releases/{release_id}/next-attempt", headers={**A_PAGE, **as_person(person)})


def next_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="next">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    form: dict[str, Any] = json.loads(found[1])
    return form


def test_the_message_of_a_failure_leads_to_the_page(client: TestClient, scene: Scene) -> None:
    scene.world = replace(scene.world, base_url=f"{BASE_URL}/airflow")
    attempt = scene.opened()
    scene.close(attempt)
    with scene.store.transaction() as tx:
        (row,) = tx.sql.all("SELECT payload FROM outbox WHERE key = :key", key=f"{attempt.id}:ended")
    link = row["payload"]["link"]
    assert link["label"] == "Start the next attempt"
    prefix = f"{BASE_URL}/airflow/slipway"
    assert link["url"].startswith(prefix)
    assert client.get(link["url"].removeprefix(prefix), headers=as_person("rob")).status_code == 200


def test_it_shows_what_became_of_the_release_and_offers_the_same_again(client: TestClient, failed: Attempt) -> None:
    answer = opened(client, failed.release_id)
    form = next_of(answer.text)
    assert form == {"release_id": failed.release_id, "base": "/airflow"}
    assert "${next.base}/slipway/api/releases/${encodeURIComponent(next.release_id)}/retry" in answer.text
    assert "1.0: failed" in answer.text
    assert 'value="1.0"' in answer.text


def test_a_version_that_is_marked_bad_is_not_offered_again(client: TestClient, scene: Scene, failed: Attempt) -> None:
    with scene.store.transaction() as tx:
        tx.records.mark_bad(failed, "smoke: fail <b>", "platform")
    page = opened(client, failed.release_id).text
    assert page.index("1.0 is marked bad:</strong> smoke: fail &lt;b&gt;") < page.index("<form")
    assert 'value="1.0"' not in page
    assert 'placeholder="the version that mends it"' in page


def test_what_people_wrote_is_text_there(client: TestClient, failed: Attempt) -> None:
    answer = opened(client, failed.release_id)
    assert "<script>alert" not in answer.text
    assert "Bring </script><script>" in unescape(answer.text)


def test_nothing_from_elsewhere_runs_in_it_and_nobody_frames_it(client: TestClient, failed: Attempt) -> None:
    first, second = (opened(client, failed.release_id) for _ in range(2))
    rules = dict(one.strip().split(" ", 1) for one in first.headers["content-security-policy"].split(";"))
    assert (rules["default-src"], rules["frame-ancestors"], rules["connect-src"]) == ("'none'", "'none'", "'self'")
    nonce = rules["script-src"].removeprefix("'nonce-").removesuffix("'")
    assert f'<script nonce="{nonce}">' in first.text
    assert nonce not in second.text
    assert first.headers["cache-control"] == "no-store"


def test_what_does_not_await_a_retry_says_so_and_offers_nothing(client: TestClient, scene: Scene) -> None:
    attempt = scene.opened()
    answer = opened(client, attempt.release_id)
    assert f"{attempt.release_id} is open: only a release that awaits a retry can go on." in answer.text
    assert "<form" not in answer.text
    assert opened(client, "r999").status_code == 404


def test_who_is_not_signed_in_signs_in_and_comes_back(client: TestClient, failed: Attempt) -> None:
    path = f"/releases/{failed.release_id}/next-attempt"
    answer = client.get(path, headers=A_PAGE, follow_redirects=False)
    to = urlsplit(answer.headers["location"])
    assert (answer.status_code, f"{to.scheme}://{to.netloc}{to.path}") == (303, f"{BASE_URL}/airflow/api/v2/auth/login")
    assert parse_qs(to.query)["next"] == [f"{BASE_URL}/airflow/slipway{path}"]


def test_a_program_that_is_not_signed_in_is_told_so(client: TestClient, failed: Attempt) -> None:
    assert client.get(f"/releases/{failed.release_id}/next-attempt").status_code == 401
    assert client.post("/api/holds", headers=A_PAGE, follow_redirects=False).status_code == 401
