"""What Slipway does not deploy: a third party's system changed by hand, and a static app by its own pipeline (R10)."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from slipway.domain.grant import Step
from slipway.domain.service_token import PREFIX, hash_of
from slipway.platform.client import wait_for
from slipway.use_cases.change_stages import CHANGE_DAG
from tests.e2e.performance import story
from tests.e2e.story import PATIENCE, Run, Scene

pytestmark = pytest.mark.e2e
BUILD, BUILD_DIGEST = "7", "sha256:" + "7" * 64
LETTER = {
    "sort": "third_party",
    "what": "The letter has the new address",
    "where": "Templates, letter 7",
    "rollback_plan": "The old template is kept; select it again",
    "by_hand_because": "The vendor has no interface for templates",
    "by_hand_until": "2099-12-31",
    "tested": "Sent to ourselves from the trial account: the address is right",
}
WORK = (
    *("approval_asked", "grant_given", "approval_asked", "grant_given", "turn_queued", "turn_taken", "slot_parked"),
    *("permit_issued", "act_started", "act_done", "smoke_finished", "stage_finished", "lane_freed"),
)


@story
def test_a_third_partys_system_is_changed_by_hand_and_its_log_tells_it_whole(scene: Scene) -> None:
    run = scene.record("notify", LETTER)
    shown = str(run.asked(Step.AUTHORISE))
    assert LETTER["where"] in shown
    assert "one of the two who decide must be a manager" in shown
    early = by_person(run, "gina", "act")
    assert (early.status_code, early.json()["code"]) == (httpx.codes.FORBIDDEN, "not_your_turn")
    run.authorise()
    run.until_logged("slot_parked")
    assert by_person(run, "gina", "act").is_success
    confirmed = by_person(run, "gus", "confirm", seen="Sent a letter to myself: the new address is on it")
    assert confirmed.is_success, confirmed.text
    run.ends("live")

    told = [entry for entry in run.log(*WORK) if entry["environment"] == "prod"]
    assert [entry["kind"] for entry in told] == list(WORK)
    who = {entry["kind"]: entry["actor"] for entry in run.log()}
    assert [who[kind] for kind in ("attempt_opened", "permit_issued", "act_done")] == ["gus", "gina", "gus"]
    assert [entry["actor"] for entry in told if entry["kind"] == "grant_given"] == ["sofia", "greta"]
    assert "the new address is on it" in str(run.log("act_done")[0]["payload"])
    assert [entry["actor"] for entry in run.log("act_refused")] == ["gina"]
    assert run.id not in [place["attempt"] for place in scene.client("gus").get("/slipway/api/queue")]
    assert run.tasks()["prod.hold_slot"] == "skipped"


@story
def test_a_change_that_is_stopped_at_its_turn_ends_green_and_frees_the_lane(scene: Scene) -> None:
    run = scene.record("notify", {**LETTER, "where": "Templates, letter 8"})
    run.authorise()
    run.until_logged("slot_parked")
    assert run.stop("gus", "The vendor is away.").is_success
    run.ends("withdrawn")
    assert {run.tasks()[task] for task in ("prod.act", "prod.check_result")} == {"skipped"}
    assert run.log("lane_freed")


@story
def test_a_static_app_goes_live_by_its_pipeline_once_two_people_decided(scene: Scene) -> None:
    pipeline = Pipeline(scene, issued_token(scene, "leaflets"))
    release_id = pipeline.asks("leaflets")
    assert pipeline.asks("leaflets") == release_id
    run = scene.follow(CHANGE_DAG, f"{release_id}-attempt-1")
    run.asked(Step.AUTHORISE)
    rash = pipeline.reports(release_id, "done")
    assert (rash.status_code, rash.json()["code"]) == (httpx.codes.FORBIDDEN, "unauthorised_change")
    run.authorise()
    wait_for(lambda: pipeline.state(release_id)["may_begin"] or None, PATIENCE, f"{release_id} to be allowed")
    begun = pipeline.reports(release_id, "started")
    assert begun.is_success, begun.text
    deploy(scene, "leaflets")
    done = pipeline.reports(release_id, "done")
    assert done.is_success, done.text
    run.ends("live")

    assert (pipeline.state(release_id)["state"], pipeline.state(release_id)["outcome"]) == ("ended", "live")
    told = [entry for entry in run.log(*WORK) if entry["environment"] == "prod"]
    assert [entry["kind"] for entry in told] == list(WORK)
    acted = run.log("unauthorised_change", "act_refused", "permit_issued", "act_started", "act_done")
    assert [entry["kind"] for entry in acted[:2]] == ["unauthorised_change", "act_refused"]
    assert len({entry["actor"] for entry in acted}) == 1
    assert acted[0]["actor"].startswith("pipeline:")
    assert acted[0]["via"] == "service_token"
    sent = scene.log(kind="request_answered", release_id=release_id, actor=acted[0]["actor"])
    assert [entry["payload"]["status"] for entry in sent] == [403, 200, 200]
    asked = scene.log(kind="release_requested", release_id=release_id)
    assert [(entry["actor"], entry["payload"]["authors"]) for entry in asked] == [(acted[0]["actor"], ["gus"])]
    assert (run.stage("prod")["smoke"], run.attempt()["digest"]) == ("pass", BUILD_DIGEST)


def by_person(run: Run, person: str, what: str, **body: str) -> httpx.Response:
    """Begins a change, or says how it went."""
    return run.scene.client(person).request("POST", f"/slipway/api/changes/{run.release_id}/{what}", json=body)


def issued_token(scene: Scene, service: str) -> str:
    """The secret of a token that the team's manager asks for and a platform engineer seconds."""
    secret = PREFIX + secrets.token_urlsafe(32)
    body = {"service": service, "hash": hash_of(secret), "days": 90, "reason": "Its pipeline is new."}
    asked = scene.client("greta").request("POST", "/slipway/api/tokens", json=body)
    assert asked.status_code == httpx.codes.ACCEPTED, asked.text
    seconded = scene.client("piet").request("POST", f"/slipway/api/pending/{asked.json()['id']}/second")
    assert seconded.is_success, seconded.text
    return secret


@dataclass(frozen=True)
class Pipeline:
    """A build pipeline, which has nothing but its token."""

    scene: Scene
    secret: str

    def asks(self, service: str) -> str:
        """Asks for a build, always with the same key; the change's id."""
        body = {
            "key": f"build-{BUILD}",
            "service": service,
            "version": BUILD,
            "digest": BUILD_DIGEST,
            "what": "A page about tea",
            "where": "/tea",
            "rollback_plan": "Build 6 is deployed again",
            "authors": ["gus@example.org"],
            "tested": "Looked at in preview 7: the page shows",
        }
        answer = self._send("POST", "", body)
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        return str(answer.json()["id"])

    def state(self, release_id: str) -> Any:
        """Whether it may begin."""
        answer = self._send("GET", f"/{release_id}")
        assert answer.is_success, answer.text
        return answer.json()

    def reports(self, release_id: str, phase: str) -> httpx.Response:
        """Reports, with a key for each phase."""
        seen = "Deployed build 7, and the first page shows it"
        return self._send(
            "POST", f"/{release_id}/result", {"key": f"{release_id}-{phase}", "phase": phase, "seen": seen}
        )

    def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        url = f"{self.scene.platform.base_url}/slipway/api/changes{path}"
        return httpx.request(method, url, json=body, headers={"Authorization": f"Bearer {self.secret}"}, timeout=60)


def deploy(scene: Scene, service: str) -> None:
    """What the pipeline does to live."""
    state = scene.recorder.folder / f"{service}.prod.json"
    state.write_text(json.dumps({"version": BUILD, "digest": BUILD_DIGEST, "healthy": True}), encoding="utf-8")
