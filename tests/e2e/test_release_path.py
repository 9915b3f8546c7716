"""Releases that go their way: to live, undone and mended, and past each other."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.live_path import Stay, meetings, stays_in_the_log
from tests.e2e.performance import story
from tests.e2e.slipway_cli import slipway
from tests.e2e.story import FORMS, GREETING, ORDERING, PATIENCE, Row, Run, Scene

pytestmark = pytest.mark.e2e


def serves(scene: Scene, service: str, environment: str) -> str:
    """The version that answers over HTTP."""
    return str(httpx.get(f"{scene.scenery.url(service, environment)}/health", timeout=10).json()["version"])


def goes_on_where_the_message_leads(run: Run, version: str) -> Run:
    """As somebody does who follows the link of the failure's message, in a browser."""
    scene, platform = run.scene, run.scene.platform
    told = "SELECT payload FROM outbox WHERE key = :key"
    link = scene.rows(told, key=f"{run.attempt()['id']}:ended")[0]["payload"]["link"]["url"]
    asked = {"origin": platform.base_url, "sec-fetch-site": "same-origin", "accept": "text/html"}
    cookie = {"_token": scene.client(run.team.colleague).sign_in()}
    with httpx.Client(headers=asked, cookies=cookie, timeout=60) as browser:
        found = re.search(r'id="next">(.*?)</script>', browser.get(link).text)
        assert found is not None, link
        form = json.loads(found[1])
        route = f"{platform.base_url}{form['base']}/slipway/api/releases/{form['release_id']}/retry"
        answer = browser.post(route, json={"version": version}, headers={"x-requested-with": "slipway"})
    assert answer.is_success, answer.text
    return scene.follow(run.dag_id, answer.json()["run_id"], run.team)


def dev_run(scene: Scene, service: str, version: str) -> Row:
    """The Dev run that an artefact event has started, once it has ended."""
    wanted = "SELECT * FROM attempt WHERE dag_id = :dag AND version = :version AND outcome IS NOT NULL"

    def look() -> Row | None:
        found = scene.rows(wanted, dag=f"dev__{service}", version=version)
        return found[0] if found else None

    return wait_for(look, PATIENCE, f"Dev of {service} {version}")


def shown_before_the_work(scene: Scene, run: Run) -> list[str]:
    """The evidence on the forms of those who signed, three of them."""
    asked = (
        "SELECT evidence FROM approval_request WHERE attempt_id = :id AND step IN ('approve', 'authorise', 'sign_off')"
    )
    shown = [str(row["evidence"]) for row in scene.rows(asked, id=run.id)]
    assert len(shown) == 3
    return shown


@story
def test_a_new_artefact_reaches_dev_by_itself_and_live_by_the_answers_of_people(scene: Scene) -> None:
    for version, verdict in (("1.0.0", "reversible, new data lost"), ("1.1.0", "reversible")):
        scene.client("pipeline").announce("artefact-orders", {"version": version})
        automatic = dev_run(scene, "orders", version)
        assert (automatic["outcome"], automatic["origin"], automatic["actor"]) == ("proven", "pipeline", "pipeline")
        run = scene.ask("orders", version, team=ORDERING)
        run.go_live()
        assert run.stage("dev")["outcome"] == "carried_over"
        assert serves(scene, "orders", "prod") == version
        assert all(f"Migrations: **{verdict}**" in shown for shown in shown_before_the_work(scene, run))
    assert all("can go back to: 1.0.0, which was tried" in shown for shown in shown_before_the_work(scene, run))
    live = scene.scenery.url("orders", "prod")
    placed = httpx.post(f"{live}/orders", json={"item": "tea", "quantity": 1, "note": "with milk"}, timeout=10)
    assert placed.status_code == httpx.codes.CREATED
    assert "with milk" in httpx.get(f"{live}/orders", timeout=10).text


@story
def test_a_version_that_fails_in_dev_is_undone_and_nobody_is_asked(scene: Scene) -> None:
    scene.client("pipeline").announce("artefact-greeter", {"version": "1.0.0"})
    assert dev_run(scene, "greeter", "1.0.0")["outcome"] == "proven"
    run = scene.ask("greeter", "1.1.1")
    run.ends("failed")
    assert run.stage("dev")["outcome"] == "undone"
    assert not run.log("approval_asked")
    assert serves(scene, "greeter", "dev") == "1.0.0"


@story
def test_a_service_without_dev_goes_through_qa_and_live_and_its_log_tells_it_whole(scene: Scene) -> None:
    run = scene.ask("forms", "2.0.0", team=FORMS)
    run.go_live()
    assert (run.stage("preprod")["environment"], run.stage("prod")["environment"]) == ("qa", "live")
    assert run.stage("dev")["outcome"] == "not_applicable"
    assert "agreed by fiona" in run.stage("dev")["detail"]
    assert serves(scene, "forms", "live") == "2.0.0"
    asked = ["approval_asked", "grant_given"]
    work = ["turn_queued", "turn_taken", "permit_issued", "deploy_started", "deploy_done", "smoke_finished"]
    told = [entry["kind"] for entry in run.log() if entry["environment"] == "live"]
    expected = [*asked, *asked, *work, *asked, "stage_finished", "lane_freed"]
    assert [kind for kind in told if kind in expected] == expected
    assert told.count("slot_parked") == 1
    assert told.index("turn_taken") < told.index("slot_parked") < told.index("permit_issued")
    assert run.log()[-1]["kind"] == "attempt_ended"


@story
def test_a_version_that_fails_in_preprod_is_undone_and_mended_in_the_same_release(scene: Scene) -> None:
    scene.ask("shop", "1.1.0", team=ORDERING).go_live()
    run = scene.ask("shop", "1.2.0", team=ORDERING)
    run.approve()
    run.ends("failed")
    assert (run.stage("preprod")["smoke"], run.stage("preprod")["outcome"]) == ("fail", "undone")
    assert run.release()["state"] == "awaiting_retry"
    assert not [entry for entry in run.log() if entry["environment"] == "prod" and entry["kind"] != "stage_finished"]
    assert [serves(scene, "shop", environment) for environment in ("preprod", "prod")] == ["1.1.0", "1.1.0"]
    mended = goes_on_where_the_message_leads(run, "1.2.1")
    mended.go_live()
    assert mended.release_id == run.release_id
    assert serves(scene, "shop", "prod") == "1.2.1"


@story
def test_a_version_that_fails_in_prod_is_undone_and_the_service_is_held(scene: Scene) -> None:
    until = (datetime.now(tz=UTC) + timedelta(days=1)).isoformat()
    words = ("--until", until, "--reason", "nobody is in today")
    slipway(scene.platform, GREETING.manager, "confirmation", "waive", "porter", *words)
    first = scene.ask("porter", "1.0.0")
    first.approve()
    first.authorise()
    first.ends("live")
    assert first.grants(Step.CONFIRM) == []
    assert [entry["payload"]["by"] for entry in first.log("confirmation_left_out")] == [GREETING.manager]
    run = scene.ask("porter", "1.1.0")
    run.approve()
    run.authorise()
    run.ends("rolled_back")
    assert run.stage("preprod")["outcome"] == "passed"
    assert (run.stage("prod")["smoke"], run.stage("prod")["outcome"]) == ("fail", "undone")
    assert [serves(scene, "porter", environment) for environment in ("preprod", "prod")] == ["1.1.0", "1.0.0"]
    assert run.log("version_marked_bad", "hold_placed")
    held = [hold for hold in scene.client("gus").get("/slipway/api/holds") if hold["name"] == "porter"]
    assert [hold["scope"] for hold in held] == ["service"]
    assert run.stop(GREETING.senior, "It is written anew.").is_success
    back = "SELECT 1 FROM release WHERE service = 'porter' AND rollback ->> 'basis' = 'return' AND state = 'ended'"
    wait_for(lambda: scene.rows(back) or None, PATIENCE, "Preprod to go back to what is live")
    assert serves(scene, "porter", "preprod") == "1.0.0"


@story
def test_three_services_released_at_once_never_meet_on_the_live_path(scene: Scene) -> None:
    runs = [scene.ask(service, "1.0.0") for service in ("first", "second", "third")]
    with ThreadPoolExecutor(len(runs)) as pool:
        list(pool.map(Run.go_live, runs))
    stays = stays_in_the_log([entry for run in runs for entry in run.log()])
    assert len(stays) == 2 * len(runs)
    assert meetings(stays) == []
    works = [work for run in runs for work in scene.recorder.works(run.dag_id.removeprefix("release__"))]
    (smoke,) = [one["payload"] for one in runs[-1].log("smoke_finished") if one["environment"] == "prod"]
    assert smoke["verdict"] == "pass"
    assert [(one["name"], one["status"], one["priority"]) for one in smoke["checks"]] == [
        ("is the released artefact", "pass", "blocking"),
        ("says more", "fail", "warning"),
        ("journeys", "pass", "blocking"),
    ]
    assert "2 tests, 0 failed" in smoke["checks"][-1]["detail"]
    at_work = sorted(Stay(w.begin, w.end, w.service) for w in works if w.environment != "dev")
    assert len(at_work) == 2 * len(runs)
    assert meetings(at_work) == []
    assert {scene.recorder.runs(service, "prod") for service in ("first", "second", "third")} == {"1.0.0"}
