"""`slipway audit` lists what came past the platform, and can look again first."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from slipway.cli.main import app
from slipway.domain.review import ReviewKind
from slipway.ports.values import Actor
from slipway.use_cases.close_review import close_review
from slipway.use_cases.open_review import open_review
from tests.fakes.airflow_server import FakeAirflow
from tests.scene import Scene

Slipway = Callable[..., Result]


@pytest.fixture
def slipway(scene: Scene, tmp_path: Path) -> Slipway:
    url = scene.store.engine.url.render_as_string(hide_password=False)

    def run(*words: str, **more: str) -> Result:
        places = {"SLIPWAY_DATABASE_URL": url, "XDG_CONFIG_HOME": str(tmp_path)}
        return CliRunner().invoke(app, list(words), env={**places, **more})

    return run


def find(scene: Scene, run: str | None = None) -> None:
    what = {"what": "cli_task_clear", "at": "2026-06-01T12:00:31.5+00:00", "dag_id": "release__orders", "run_id": run}
    with scene.store.transaction() as tx:
        tx.log("unauthorised_change", Actor(id="root", via="airflow_cli"), service="orders", payload=what)


def test_findings_are_listed_with_who_and_how(slipway: Slipway, scene: Scene) -> None:
    find(scene)
    line = slipway("audit").stdout.splitlines()[1]
    assert [word in line for word in ("root", "airflow_cli", "cli_task_clear", "release__orders")] == [True] * 4
    (found,) = json.loads(slipway("audit", "--json").stdout)
    assert (found["actor"], found["payload"]["what"]) == ("root", "cli_task_clear")


def test_nothing_found_is_said(slipway: Slipway, scene: Scene) -> None:
    assert slipway("audit").stdout == "No change that came past the platform is open, and no review is overdue.\n"
    assert slipway("audit", "--all").stdout == "No change came past the platform, and no review is overdue.\n"


def test_times_are_to_the_minute_and_a_long_run_is_cut(slipway: Slipway, scene: Scene) -> None:
    find(scene, run="m" * 60)
    find(scene, run="n" * 61)
    short, long = slipway("audit").stdout.splitlines()[1:]
    assert "  2026-06-01 12:00Z  " in short
    assert "m" * 60 in short
    assert "n" * 59 + "…" in long
    assert "n" * 60 not in long
    assert json.loads(slipway("audit", "--json").stdout)[1]["payload"]["run_id"] == "n" * 61


def test_those_that_are_closed_are_listed_with_all_only(slipway: Slipway, scene: Scene) -> None:
    find(scene)
    find(scene)
    first, second = (one["seq"] for one in json.loads(slipway("audit", "--json").stdout))
    with scene.store.transaction() as tx:
        tx.findings.explain(first, "sam", "a script")
        tx.findings.explain(second, "sue", "a script")
        tx.findings.close(first, "mona", "it is gone")

    heads, line = slipway("audit").stdout.splitlines()
    assert heads.split()[-4:] == ["EXPLAINED", "BY", "CLOSED", "BY"]
    assert line.split()[0] == str(second)
    assert line.split()[-2:] == ["sue", "-"]
    (_, closed, _) = slipway("audit", "--all").stdout.splitlines()
    assert closed.split()[-2:] == ["sam", "mona"]
    shown = json.loads(slipway("audit", "--all", "--json", "--limit", "2").stdout)
    assert [one["closed"] and one["closed"]["because"] for one in shown] == ["it is gone", None]


def test_an_overdue_review_is_a_finding_until_it_is_closed(slipway: Slipway, scene: Scene) -> None:
    with scene.store.transaction() as tx:
        number = open_review(tx, ReviewKind.BREAK_GLASS, "Airflow was opened", Actor(id="piet", via="rest")).id
    assert json.loads(slipway("audit", "--json").stdout) == []

    with scene.store.transaction() as tx:
        rules, everybody = tx.policy().platform, tx.policy().people
    scene.activate(replace(rules, review_life_minutes=0), everybody)
    (found,) = json.loads(slipway("audit", "--json").stdout)
    assert (found["kind"], found["actor"]) == ("review_overdue", "piet")
    assert found["payload"]["what"] == f"review {number} is overdue: Airflow was opened"
    assert f"review {number} is overdue" in slipway("audit").stdout

    close_review(scene.world, number, Actor(id="mona", via="rest"), "looked at")
    assert json.loads(slipway("audit", "--json").stdout) == []


@pytest.mark.parametrize(("state", "code"), [("success", 0), ("failed", 1)])
def test_it_can_audit_first_and_says_where_that_fails(slipway: Slipway, scene: Scene, state: str, code: int) -> None:
    runs = "/api/v2/dags/audit_live/dagRuns"
    answers = {f"POST {runs}": (200, {"dag_run_id": "by-hand"}), f"GET {runs}/*": (200, {"state": state})}
    with FakeAirflow(answers) as airflow:
        assert slipway("login", "audrey", SLIPWAY_PASSWORD="audrey", SLIPWAY_URL=airflow.url).exit_code == 0
        result = slipway("audit", "--now", SLIPWAY_URL=airflow.url)
        assert [one.person for one in airflow.changes()] == ["audrey"]
    assert result.exit_code == code
    assert ("failed: see its tasks" in result.output) == (code == 1)
