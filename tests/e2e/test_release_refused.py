"""Bad input and bad luck: each is refused or undone with a message that says what and why, in the log."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.performance import story
from tests.e2e.story import PATIENCE, Row, Run, Scene

pytestmark = pytest.mark.e2e
TEXTS = {"summary": "What changes.", "rollback_plan": "Back to the version before."}


def archive(scene: Scene, service: str, version: str) -> Path:
    """Where the store keeps the bytes of a version."""
    store = scene.platform.home.root / "artefacts"
    digest = FolderArtefacts(store).resolve(service, version).digest
    return store / "sha256" / f"{digest.removeprefix('sha256:')}.tar"


def refusal(run: Run) -> Row:
    """Why the run was refused at its first task, once it is in the log."""
    return wait_for(run.refusal, PATIENCE, f"the refusal of {run.run_id}")


def deploys(scene: Scene, service: str, environment: str) -> int:
    """How often something was deployed there."""
    return sum(work.action == "deploy" for work in scene.recorder.works(service, environment))


@story
def test_a_tampered_artefact_is_refused_though_it_was_proven_and_approved(scene: Scene) -> None:
    run = scene.ask("tampered", "1.0.0")
    run.asked(Step.APPROVE)
    with archive(scene, "tampered", "1.0.0").open("r+b") as file:
        file.seek(600)
        file.write(b"something else")
    run.approve()
    run.ends("failed")
    digest = run.attempt()["digest"]
    failed = run.log("deploy_failed")[0]["payload"]
    assert f"not {digest} as recorded" in failed["detail"]
    assert failed["digest"] == digest
    assert deploys(scene, "tampered", "preprod") == 0


@story
def test_an_artefact_that_vanished_is_named(scene: Scene) -> None:
    archive(scene, "vanished", "1.0.0").unlink()
    run = scene.ask("vanished", "1.0.0")
    run.ends("failed")
    assert "has vanished" in run.log("deploy_failed")[0]["payload"]["detail"]
    assert deploys(scene, "vanished", "dev") == 0


@story
def test_an_unknown_version_is_refused_and_the_nearest_are_named(scene: Scene) -> None:
    run = scene.ask("strange", "1.0.9")
    refused = refusal(run)
    assert "There is no artefact of strange 1.0.9. Nearest: 1.0.0" in refused["payload"]["message"]
    assert (refused["actor"], refused["service"]) == ("gus", "strange")
    assert scene.client("gus").wait_for_end(run.dag_id, run.run_id) == "failed"


@pytest.mark.parametrize(("dag_id", "verb"), [("dev__strange", "release"), ("roll_back", "roll back")])
def test_somebody_of_another_team_may_not_have_a_run_started(scene: Scene, dag_id: str, verb: str) -> None:
    run_id = f"of-a-stranger-{verb.replace(' ', '-')}"
    form = {"service": "strange", "environment": "prod", "version": "1.0.0", "reason": "Why not", **TEXTS}
    body = {"logical_date": None, "dag_run_id": run_id, "conf": form}
    answer = scene.client("rita").request("POST", f"/api/v2/dags/{dag_id}/dagRuns", json=body)
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert f"rita may not {verb} strange" in answer.json()["detail"]
    run = scene.client("gus").request("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")
    assert run.status_code == httpx.codes.NOT_FOUND
    told = [one for one in scene.log(kind="request_answered") if one["payload"].get("why") == answer.json()["detail"]]
    assert [(one["actor"], one["payload"]["outcome"]) for one in told] == [("rita", "refused")]


@story
def test_a_blank_summary_is_refused(scene: Scene) -> None:
    refused = refusal(scene.ask("strange", "1.0.0", summary="  "))
    assert refused["payload"]["code"] == "text_missing"
    assert "the summary is missing" in refused["payload"]["message"]


@pytest.mark.parametrize("missing", ["version", "summary", "rollback_plan"])
def test_the_form_refuses_what_leaves_a_needed_field_out(scene: Scene, missing: str) -> None:
    form = {name: text for name, text in {"version": "1.0.0", **TEXTS}.items() if name != missing}
    body = {"logical_date": None, "dag_run_id": f"without-{missing}", "conf": form}
    answer = scene.client("gus").request("POST", "/api/v2/dags/release__strange/dagRuns", json=body)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert missing in answer.text


@pytest.mark.parametrize(("length", "status"), [(100_000, 400), (1_000_000, 413)])
@pytest.mark.parametrize("field", ["version", "summary", "rollback_plan", "ticket", "needs"])
def test_the_form_refuses_a_megabyte(scene: Scene, field: str, length: int, status: int) -> None:
    refuses(scene, {field: "x" * length}, status)


def test_the_form_refuses_to_go_on_with_a_release_that_is_not_there(scene: Scene) -> None:
    refuses(scene, {"release_id": "x" * 100_000}, 403)


def refuses(scene: Scene, given: dict[str, str], status: int) -> None:
    """No run of it is ever there."""
    body = {"logical_date": None, "dag_run_id": "long", "conf": {"version": "1.0.0", **TEXTS, **given}}
    answer = scene.client("gus").request("POST", "/api/v2/dags/release__strange/dagRuns", json=body)
    assert answer.status_code == status, answer.text[:300]
    run = scene.client("gus").request("GET", "/api/v2/dags/release__strange/dagRuns/long")
    assert run.status_code == httpx.codes.NOT_FOUND


@story
def test_a_version_that_is_a_command_or_a_path_is_an_unknown_one(scene: Scene) -> None:
    hostile = "../../1.0.0; touch taken $(id) {{ conf }}"
    refused = refusal(scene.ask("strange", hostile))
    assert (refused["payload"]["version"], refused["actor"]) == (hostile, "gus")
    assert scene.recorder.works("strange") == []


def test_there_is_no_dag_for_an_unknown_service(scene: Scene) -> None:
    body = {"logical_date": None, "dag_run_id": "nobodys", "conf": {"version": "1.0.0", **TEXTS}}
    answer = scene.client("gus").request("POST", "/api/v2/dags/release__nobodys/dagRuns", json=body)
    assert answer.status_code == httpx.codes.NOT_FOUND


@story
def test_a_catalogue_that_breaks_under_a_release_does_not_stop_it_but_the_next(scene: Scene) -> None:
    run = scene.ask("brittle", "1.0.0", to="preprod")
    run.asked(Step.APPROVE)
    file = scene.scenery.file("brittle")
    sound = file.read_text(encoding="utf-8")
    try:
        file.write_text("name: brittle\nteam: [nobody\n", encoding="utf-8")
        run.approve()
        run.ends("proven")
        assert scene.recorder.runs("brittle", "preprod") == "1.0.0"
        refused = refusal(scene.ask("brittle", "1.1.0"))
        assert "brittle.yaml" in refused["payload"]["message"]
    finally:
        file.write_text(sound, encoding="utf-8")


@story
def test_a_target_that_does_not_answer_leaves_a_clear_message(scene: Scene) -> None:
    run = scene.ask("deaf", "1.0.0")
    run.ends("live_uncertain")
    assert run.stage("dev")["outcome"] == "live_uncertain"
    assert run.log("deploy_failed")[0]["payload"]["detail"]
    assert run.log("undo_failed")


@story
def test_a_port_that_is_taken_is_named(scene: Scene) -> None:
    port = scene.scenery.ports["squatted"]["dev"]
    with _squatter(port):
        run = scene.ask("squatted", "1.0.0")
        run.ends("failed")
    assert str(port) in run.log("deploy_failed")[0]["payload"]["detail"]


@contextmanager
def _squatter(port: int) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", port), SimpleHTTPRequestHandler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()
