"""Migrations on a running platform: stopped before anyone is asked, waived, taken back; no copy is left (R19)."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import create_engine, text

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from slipway.platform.postgres import OWNER, EmbeddedPostgres
from tests.e2e.performance import story
from tests.e2e.slipway_cli import slipway
from tests.e2e.story import ORDERING, PATIENCE, Row, Run, Scene

pytestmark = pytest.mark.e2e
COPIES = "SELECT datname FROM pg_database WHERE datname LIKE 'slipway_rehearsal_%'"


def place(scene: Scene, service: str, **order: object) -> None:
    """An order in Preprod, by the service itself."""
    answer = httpx.post(f"{scene.scenery.url(service, 'preprod')}/orders", json=order, timeout=10)
    assert answer.status_code == httpx.codes.CREATED, answer.text


def placed(scene: Scene, service: str) -> list[Row]:
    """The orders in Preprod."""
    return list(httpx.get(f"{scene.scenery.url(service, 'preprod')}/orders", timeout=10).json()["orders"])


def runs(scene: Scene, service: str) -> str:
    """The version that answers in Preprod."""
    return str(httpx.get(f"{scene.scenery.url(service, 'preprod')}/health", timeout=10).json()["version"])


def task_log(run: Run, task_id: str) -> str:
    """What Airflow shows of the first try of a task."""
    path = f"/api/v2/dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task_id}/logs/1"
    return str(run.scene.client("rita").get(path))


def in_preprod(scene: Scene, service: str, version: str) -> None:
    """Releases it that far."""
    run = scene.ask(service, version, team=ORDERING, to="preprod")
    run.approve()
    run.ends("proven")


@story
def test_an_irreversible_one_is_stopped_before_anyone_is_asked_until_a_manager_waives_it(scene: Scene) -> None:
    first = slipway(scene.platform, "rita", "migrations", "check", "tills", "--version", "1.1.0")
    assert "0001, 0002: reversible, new data lost" in first
    in_preprod(scene, "tills", "1.1.0")
    assert scene.log(service="tills", kind="migration_proof_reused"), "the release uses the proof that rita asked for"
    place(scene, "tills", item="bread", quantity=3, note="ripe")

    run = scene.ask("tills", "1.2.2", team=ORDERING, by="mark", to="preprod")
    run.ends("refused")
    assert not run.log("approval_asked")
    (refused,) = run.log("migration_refused")
    shown = (
        str(refused["payload"]["message"]),
        task_log(run, "preprod.check_migrations"),
        slipway(scene.platform, "rob", "status", run.release_id),
    )
    for told in shown:
        for words in ("old data is gone", "orders.note", "keep the values", "slipway migrations waive m"):
            assert words in told
        assert "ripe" not in told
    assert run.tasks()["preprod.check_migrations"] == "failed"
    assert run.release()["state"] == "awaiting_retry"
    assert runs(scene, "tills") == "1.1.0"

    proof = scene.client("rita").get("/slipway/api/migrations/tills", environment="preprod")
    assert proof["verdict"] == "failed"
    assert found(proof) == {"data_lost", "declared_irreversible", "old_version_breaks", "still_in_use"}
    refuse_waivers(scene, str(proof["proof"]))

    in_preprod(scene, "tills", "1.1.1")
    slipway(scene.platform, "rita", "migrations", "check", "tills", "--version", "1.2.2", code=1)
    proof = scene.client("rita").get("/slipway/api/migrations/tills", environment="preprod")
    assert found(proof) == {"data_lost", "declared_irreversible"}, "1.1.1 uses notes no more"
    waive(scene, str(proof["proof"]), found(proof))
    assert "Blocked" not in slipway(scene.platform, "rita", "migrations", "check", "tills", "--version", "1.2.2")

    retried = run.retry(by="rita")
    form = str(retried.asked(Step.APPROVE))
    for words in (
        "Migrations: **irreversible**",
        "**Waived**: data_lost by mona",
        "backup `nightly-7`",
        "Not covered: ",
    ):
        assert words in form
    retried.approve()
    retried.ends("proven")
    assert runs(scene, "tills") == "1.2.2"
    assert {"item": "bread", "quantity": 3} in [
        {k: v for k, v in one.items() if k != "id"} for one in placed(scene, "tills")
    ]


def refuse_waivers(scene: Scene, proof: str) -> None:
    """By whom, of what and until when it may not be."""
    path = f"/slipway/api/migrations/{proof}/waivers"
    soon = datetime.now(UTC) + timedelta(days=1)
    body = {"code": "data_lost", "reason": "nobody reads it", "expires_at": soon.isoformat()}
    restored = {"backup": "nightly-7", "restored_at": datetime.now(UTC).isoformat(), "runbook": "restore it"}
    past = {"expires_at": "2020-01-01T00:00:00Z"}
    for person, changes, code in (
        ("sam", restored, "may_not_waive"),
        ("mark", restored, "may_not_waive"),
        ("mona", restored | past, "terms_missing"),
        ("mona", {}, "terms_missing"),
        ("mona", {"code": "half_applied"}, "no_such_finding"),
        ("mona", {"code": "still_in_use"}, "never_waivable"),
    ):
        answer = scene.client(person).request("POST", path, json=body | changes)
        assert (answer.is_client_error, answer.json()["code"]) == (True, code)
    told = scene.log(service="tills", kind="migration_waiver_refused")
    assert [entry["actor"] for entry in told] == ["sam", "mark", "mona", "mona", "mona", "mona"]


def found(proof: Row) -> set[str]:
    """What stops it."""
    return {str(one["code"]).removeprefix("migration_") for one in proof["blockers"]}


def waive(scene: Scene, proof: str, codes: set[str]) -> None:
    """Each finding by itself, by the command that the refusal names."""
    now = datetime.now(UTC)
    before, after = ((now + timedelta(hours=hours)).isoformat() for hours in (-1, 12))
    terms = ("--backup", "nightly-7", "--restored-at", before, "--runbook", "restore it; what came since is lost")
    for code in sorted(codes):
        words = ("migrations", "waive", proof, code, "--reason", "nobody reads the notes", "--until", after)
        assert f"{code} of proof {proof} may pass" in slipway(scene.platform, "mona", *words, *terms)


@story
def test_a_release_whose_preprod_fails_goes_back_with_its_schema_as_far_as_the_form_said(scene: Scene) -> None:
    in_preprod(scene, "ledger", "1.0.0")
    place(scene, "ledger", item="ink", quantity=7)
    before = placed(scene, "ledger")
    run = scene.ask("ledger", "1.1.0", team=ORDERING, to="preprod")
    form = str(run.asked(Step.APPROVE))
    for words in ("Migrations: **reversible**", "If it is undone: the schema goes back, and nothing is lost"):
        assert words in form
    run.approve()
    run.ends("failed")
    assert "the schema is back at 0001" in run.stage("preprod")["detail"]
    assert "the schema is back at 0001" in run.log("undo_done")[0]["payload"]["detail"]
    assert (runs(scene, "ledger"), placed(scene, "ledger")) == ("1.0.0", before)
    place(scene, "ledger", item="paper", quantity=1)


def test_no_copy_of_any_database_is_left_behind(scene: Scene, when_time_has_run_out: None) -> None:
    home = scene.platform.home
    engine = create_engine(EmbeddedPostgres(home.postgres, home.logs / "postgres.log").url(OWNER))

    def gone() -> bool | None:
        with engine.connect() as looking:
            return not looking.execute(text(COPIES)).all() or None

    assert scene.log(kind="migrations_proven")
    wait_for(gone, PATIENCE, "rehearsals that still go on")
    engine.dispose()
