"""Who did it: {REST as the UI uses it, Airflow CLI, database} × {trigger, answer, mark, clear, delete, asset event}.

The recorder writes what comes by REST, refusals included. What the Airflow CLI does goes past it and is found by
`audit_live`. The CLI has no command that answers a question or sends an asset event: a test holds it to that.
"""

import getpass
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from slipway.platform.client import PlatformClient, wait_for
from slipway.use_cases.change_stages import CHANGE_DAG
from tests.e2e.airflow_cli import airflow_cli, airflow_database_url
from tests.e2e.scenery import BREAKER
from tests.running_platform import RunningPlatform

pytestmark = pytest.mark.e2e
DAG, REMOVABLE, RELEASED = "release__audited", "removable", "release__greeter"
RUN, FORGED, BY_CLI = "audited-1", "audited-forged", "audited-by-cli"
ASSET_EVENTS = "/api/v2/assets/events"
_TASKS = f"/api/v2/dags/{DAG}/dagRuns/{RUN}/taskInstances"
_FORM = {"version": "1.0.0", "summary": "past the platform", "rollback_plan": "none", "to": "preprod"}
Entry = dict[str, Any]


def log_of(platform: RunningPlatform, **wanted: str) -> list[Entry]:
    """Log entries as an auditor reads them."""
    found: list[Entry] = platform.client("audrey").get("/slipway/api/log", limit=500, **wanted)
    return found


def audit(platform: RunningPlatform, run_id: str) -> None:
    """Runs `audit_live` by hand, as an auditor."""
    auditor = platform.client("audrey")
    auditor.trigger("audit_live", run_id)
    assert auditor.wait_for_end("audit_live", run_id) == "success"


@pytest.fixture(scope="module")
def parked(platform: RunningPlatform, broken_glass: str) -> dict[str, Any]:
    """A run that waits for sam."""
    rita = platform.client("rita")
    for dag_id in (DAG, REMOVABLE, RELEASED, "dev__announced", "audit_live"):
        wait_for(lambda d=dag_id: rita.request("GET", f"/api/v2/dags/{d}").is_success or None, 120, dag_id)  # type: ignore[misc]
    rita.trigger(DAG, RUN)
    rita.trigger(DAG, FORGED)
    return platform.client("sam").wait_for_request(DAG, RUN, "ask")


@pytest.fixture(scope="module")
def by_rest(platform: RunningPlatform, parked: dict[str, Any]) -> dict[str, tuple[str, str, str, int]]:
    """Each request that was made: actor, method, path and status."""
    assets = platform.client("rita").get("/api/v2/assets", name_pattern="artefact-announced")["assets"]
    run, event = f"/api/v2/dags/{DAG}/dagRuns", {"asset_id": assets[0]["id"], "extra": {"version": "1.0.0"}}
    answer = f"{_TASKS}/ask/-1/hitlDetails"
    approve = {"chosen_options": ["Approve"], "params_input": {}}
    mark, clear = {"new_state": "failed"}, {"dag_run_id": RUN, "task_ids": ["after"], "dry_run": False}
    platform.client("sam").wait_for_request(DAG, FORGED, "ask")
    asked: dict[str, tuple[str, str, str, Any]] = {
        "trigger, refused": ("audrey", "POST", run, {"logical_date": None, "dag_run_id": "audited-2"}),
        "trigger": ("rita", "POST", run, {"logical_date": None, "dag_run_id": "audited-2"}),
        "answer, refused": ("rita", "PATCH", answer, approve),
        "answer": ("sam", "PATCH", answer, approve),
        "mark, refused": ("mona", "PATCH", f"{_TASKS}/after", mark),
        "mark": (BREAKER, "PATCH", f"{_TASKS}/after", mark),
        "clear, refused": ("mona", "POST", f"/api/v2/dags/{DAG}/clearTaskInstances", clear),
        "clear": (BREAKER, "POST", f"/api/v2/dags/{DAG}/clearTaskInstances", clear),
        "delete, refused": ("luke", "DELETE", f"{run}/{RUN}", None),
        "delete": (BREAKER, "DELETE", f"{run}/{RUN}", None),
        "asset event, refused": ("rita", "POST", ASSET_EVENTS, event),
        "asset event": ("pipeline", "POST", ASSET_EVENTS, event),
    }
    made = {}
    for what, (who, method, path, body) in asked.items():
        if what in {"mark", "delete"}:
            _wait_for_end(platform.client("sam"))
        status = platform.client(who).request(method, path, json=body).status_code
        made[what] = (who, method, path, status)
    return made


def _wait_for_end(client: PlatformClient) -> None:
    client.wait_for_end(DAG, RUN)


REST = ("trigger", "answer", "mark", "clear", "delete", "asset event")


@pytest.mark.parametrize("refused", [False, True], ids=["allowed", "refused"])
@pytest.mark.parametrize("what", REST)
def test_the_log_names_who_asked_and_what_came_of_it(
    platform: RunningPlatform, by_rest: dict[str, tuple[str, str, str, int]], what: str, *, refused: bool
) -> None:
    who, method, path, status = by_rest[f"{what}, refused" if refused else what]
    assert (status == 403) if refused else (status < 300)
    entries = {
        kind: [
            entry["payload"]
            for entry in log_of(platform, kind=kind, actor=who)
            if (entry["payload"]["method"], entry["payload"]["path"]) == (method, path)
        ]
        for kind in ("request_received", "request_answered")
    }
    ended = [(entry["status"], entry["outcome"]) for entry in entries["request_answered"]]
    assert (status, "refused" if refused else "allowed") in ended
    assert {one["request_id"] for one in entries["request_answered"]} <= {
        one["request_id"] for one in entries["request_received"]
    }


def test_a_stranger_is_written_as_one(platform: RunningPlatform, by_rest: object) -> None:
    made_up = {"authorization": "Bearer made.up.token"}
    assert httpx.delete(f"{platform.base_url}/api/v2/dags/{DAG}", headers=made_up, timeout=60).status_code in {401, 403}
    last = log_of(platform, kind="request_answered", actor="anonymous")[-1]
    assert (last["payload"]["path"], last["payload"]["outcome"]) == (f"/api/v2/dags/{DAG}", "refused")
    assert last["service"] == "audited"


def test_reading_writes_nothing(platform: RunningPlatform, by_rest: object) -> None:
    before = log_of(platform, actor="piet")
    reader = platform.client("piet")
    reader.get(f"/api/v2/dags/{DAG}/dagRuns")
    reader.request("POST", "/api/v2/dags/~/dagRuns/~/taskInstances/list", json={})
    assert log_of(platform, actor="piet") == before


@pytest.fixture(scope="module")
def found(platform: RunningPlatform, by_rest: object) -> list[Entry]:
    """Everything done past the recorder, then the audit: its findings, without what pipelines reported themselves."""
    conf = json.dumps(_FORM)
    with ThreadPoolExecutor(2) as both:
        started = both.submit(airflow_cli, platform, "dags", "trigger", RELEASED, "-r", BY_CLI, "-c", conf)
        marked = both.submit(airflow_cli, platform, "dags", "test", REMOVABLE, "--mark-success-pattern", "only")
        started.result(), marked.result()
    with ThreadPoolExecutor(2) as both:
        cleared = both.submit(airflow_cli, platform, "tasks", "clear", DAG, "-t", "after", "-y")
        deleted = both.submit(airflow_cli, platform, "dags", "delete", REMOVABLE, "-y")
        cleared.result(), deleted.result()
    airflow_cli(platform, "tasks", "list", DAG)
    engine = create_engine(airflow_database_url(platform))
    with engine.begin() as connection:
        forged = connection.execute(text(_FORGERY), {"run": FORGED}).rowcount
    engine.dispose()
    assert forged == 1
    audit(platform, "by-hand-1")
    return [one for one in log_of(platform, kind="unauthorised_change") if one["payload"]["dag_id"] != CHANGE_DAG]


_FORGERY = """
UPDATE hitl_detail SET responded_at = now(), responded_by = '{"id": "sam", "name": "sam"}',
    chosen_options = '["Approve"]'
WHERE ti_id = (SELECT id FROM task_instance WHERE run_id = :run AND task_id = 'ask')
"""
CLI = {
    "trigger": ("cli_dag_trigger", RELEASED),
    "mark": ("cli_dag_test", REMOVABLE),
    "clear": ("cli_task_clear", DAG),
    "delete": ("cli_dag_delete", REMOVABLE),
}


@pytest.mark.parametrize("what", CLI)
def test_what_the_airflow_cli_does_is_found_and_names_the_system_user(found: list[Entry], what: str) -> None:
    event, dag_id = CLI[what]
    entries = [one for one in found if (one["payload"]["what"], one["payload"]["dag_id"]) == (event, dag_id)]
    assert [(one["actor"], one["via"]) for one in entries] == [(getpass.getuser(), "airflow_cli")]
    assert "airflow" in entries[0]["payload"]["command"]


def test_a_release_started_by_the_airflow_cli_is_refused(platform: RunningPlatform, found: object) -> None:
    assert platform.client("rita").wait_for_end(RELEASED, BY_CLI) == "failed"
    refusals = log_of(platform, kind="release_refused", service="greeter")
    mine = [one for one in refusals if one["payload"]["run_id"] == BY_CLI]
    assert [(one["actor"], one["payload"]["code"]) for one in mine] == [(getpass.getuser(), "may_not_request")]


def test_an_answer_written_straight_into_the_database_is_found(found: list[Entry]) -> None:
    entries = [one for one in found if one["via"] == "database"]
    assert [(one["actor"], one["payload"]["what"], one["payload"]["run_id"]) for one in entries] == [
        ("sam", "question answered", FORGED)
    ]


def test_what_came_by_rest_is_no_finding(found: list[Entry]) -> None:
    assert {one["via"] for one in found} == {"airflow_cli", "database"}


def test_commands_that_only_look_are_no_finding(found: list[Entry]) -> None:
    assert "cli_task_list" not in {one["payload"]["what"] for one in found}


def test_a_finding_is_told_once(platform: RunningPlatform, found: list[Entry]) -> None:
    audit(platform, "by-hand-2")
    again = log_of(platform, kind="unauthorised_change")
    keys = [one["payload"]["key"] for one in again]
    assert len(set(keys)) == len(keys)
    assert {one["seq"] for one in found} <= {one["seq"] for one in again}
    messages = platform.home.root / "messages.txt"
    told = wait_for(
        lambda: text if "cli_dag_delete" in (text := messages.read_text(encoding="utf-8")) else None, 30, "the page"
    )
    assert told.count("cli_dag_delete") == 1


def test_what_the_platforms_own_tasks_ask_is_written_as_theirs(platform: RunningPlatform, found: object) -> None:
    asked = log_of(platform, kind="request_answered", actor="platform")
    audits = [one for one in asked if one["payload"]["path"] == "/slipway/api/audits"]
    assert {(one["via"], one["payload"]["outcome"]) for one in audits} == {("task", "allowed")}
