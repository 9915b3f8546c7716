"""The audit's task has Airflow's memory compared; nobody else may."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from slipway.console.app import create_app
from slipway.console.parts import Parts
from slipway.domain.audit import AirflowEvent, AirflowFacts
from tests.console.conftest import as_person, as_task

CLEARED = AirflowEvent(
    id=1,
    at=datetime.now(tz=UTC),
    event="cli_task_clear",
    owner="root",
    dag_id="release__orders",
    run_id=None,
    task_id=None,
    method=None,
    command="['airflow', 'tasks', 'clear']",
)


def test_the_platforms_task_is_told_what_was_found_once(parts: Parts) -> None:
    app = create_app(replace(parts, read_airflow=lambda _since, _runs: AirflowFacts(events=[CLEARED])), lambda: "")
    with TestClient(app) as client:
        first, second = (client.post("/api/audits", headers=as_task()) for _ in range(2))
    assert first.status_code == 201
    assert (first.json()["compared"], first.json()["unauthorised"]) == (1, 1)
    assert "cli_task_clear (release__orders) by root" in first.json()["detail"]
    assert (second.json()["compared"], second.json()["unauthorised"]) == (0, 0)


@pytest.mark.parametrize("headers", [{}, as_person("mona"), {"authorization": "Bearer guessed"}])
def test_nobody_else_starts_it(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/api/audits", headers=headers).status_code in {401, 403}


def test_outside_airflow_there_is_nothing_to_compare_with(client: TestClient) -> None:
    answer = client.post("/api/audits", headers=as_task())
    assert answer.status_code == 500
    assert "outside Airflow" in answer.json()["message"]
