"""A verdict that is owed, by REST."""

import pytest
from fastapi.testclient import TestClient

from tests.console.conftest import as_person


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"verdict": "pass", "reason": "works"}, 404),
        ({"verdict": "unknown", "reason": "works"}, 422),
        ({"verdict": "pass"}, 422),
        ({"verdict": "pass", "reason": "works", "by": "sue"}, 422),
    ],
)
def test_it_says_pass_or_fail_with_a_reason(client: TestClient, body: dict[str, str], status: int) -> None:
    answer = client.post("/api/releases/r99/verdict", json=body, headers=as_person("sue"))
    assert answer.status_code == status, answer.text
