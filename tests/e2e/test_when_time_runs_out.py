"""Questions and approvals with short lives: nobody answers in time, and approved but too long in the queue."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.performance import Performance
from tests.e2e.story import GREETING, PATIENCE, Row, Run, Scene

pytestmark = pytest.mark.e2e
LIFE_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Waits:
    """What waits for its time to run out."""

    unanswered: Future[Run]
    unattended: Future[Run]
    """In Prod and confirmed; its watch cannot tell, and nobody decides."""
    aged: Future[tuple[Run, Run]]
    """The attempt whose approval grew old, and the next one, which is through."""


@pytest.fixture(scope="package")
def begun(scene: Scene, performance: Performance) -> Iterator[Waits]:
    """Lives of a minute; then one release that nobody answers, and one that is approved and then held up."""
    performance.finish()
    watched = _watched_for_two_minutes(scene)
    _put_lives_of_a_minute_in_effect(scene)
    with ThreadPoolExecutor(3) as pool:
        yield Waits(
            unanswered=pool.submit(_nobody_answers, scene),
            unattended=pool.submit(_ends_unverified, watched),
            aged=pool.submit(_waits_too_long, scene),
        )


def _watched_for_two_minutes(scene: Scene) -> Run:
    """Somebody should attend for two minutes; approvals given before their lives become short."""
    scene.change_platform(("attend_minutes: 60", "attend_minutes: 2"))
    run = scene.ask("unattended", "1.0.0")
    run.approve()
    run.authorise()
    run.until_logged("watch_began")
    run.answer(Step.CONFIRM, run.team.colleague)
    return run


def _ends_unverified(run: Run) -> Run:
    run.ends("unverified")
    return run


def _put_lives_of_a_minute_in_effect(scene: Scene) -> None:
    scene.change_platform(
        ("request_life_minutes: 1440", "request_life_minutes: 1"),
        ("grant_life_minutes: 1440", "grant_life_minutes: 1"),
        ("grant_life_minutes: 2880", "grant_life_minutes: 1"),
    )


def _nobody_answers(scene: Scene) -> Run:
    run = scene.ask("silent", "1.0.0")
    run.ends("expired")
    return run


def _waits_too_long(scene: Scene) -> tuple[Run, Run]:
    run = scene.ask("waiting", "1.0.0", to="preprod")
    run.asked(Step.APPROVE)
    until = datetime.now(UTC) + timedelta(seconds=3 * LIFE_SECONDS)
    hold = scene.hold("waiting", "gina", "The network is being mended.", until.isoformat())
    run.approve()
    run.ends("renewed")
    assert scene.client("gina").request("POST", f"/slipway/api/holds/{hold}/lift", json={}).is_success
    again = _next_attempt(scene, run)
    again.approve()
    again.ends("proven")
    return run, again


def _next_attempt(scene: Scene, run: Run) -> Run:
    statement = "SELECT * FROM attempt WHERE release_id = :r AND number = 2"

    def look() -> Row | None:
        found = scene.rows(statement, r=run.release_id)
        return found[0] if found else None

    found = wait_for(look, PATIENCE, "the platform to go on")
    return scene.follow(found["dag_id"], found["run_id"])


def test_lives_of_a_minute_take_effect_once_somebody_else_activates_them(scene: Scene, begun: Waits) -> None:
    activated = scene.log(kind="policy_activated", actor=GREETING.manager)
    assert [entry["payload"]["proposed_by"] for entry in activated] == [[GREETING.releaser]] * 2


def test_a_question_that_nobody_answers_expires(scene: Scene, begun: Waits, when_time_has_run_out: None) -> None:
    run = begun.unanswered.result()
    assert run.log("request_expired")
    assert (run.release()["state"], run.release()["outcome"]) == ("ended", "expired")
    assert {run.tasks()[task] for task in ("preprod.take_turn", "preprod.deploy")} == {"skipped"}
    assert scene.recorder.works("silent", "preprod") == []


def test_what_nobody_attends_to_is_unverified_at_the_deadline_and_settled_by_a_verdict(
    scene: Scene, begun: Waits, when_time_has_run_out: None
) -> None:
    run = begun.unattended.result()
    stage = run.stage("prod")
    assert (stage["watched"], stage["judged"], stage["confirmed"]) == ("unknown", None, "pass")
    assert stage["detail"].endswith("the watch was not clear, and nobody decided in time: a verdict is owed")
    assert [entry["payload"]["step"] for entry in run.log("request_expired")] == ["verdict"]
    assert [entry["environment"] for entry in run.log("hold_placed")] == ["prod"]
    assert run.log("lane_freed")[-1]["environment"] == "prod"
    paged = scene.rows("SELECT text FROM outbox WHERE channel = 'page' AND release_id = :r", r=run.release_id)
    assert [row["text"] for row in paged if "a verdict is owed" in row["text"]]
    path = f"/slipway/api/releases/{run.release_id}/verdict"
    body = {"verdict": "pass", "reason": "Looked at it an hour later: works."}
    assert not scene.client(GREETING.releaser).request("POST", path, json=body).is_success
    assert scene.client(GREETING.senior).request("POST", path, json=body).is_success
    assert run.release()["outcome"] == "live"


def test_an_approval_that_grew_old_in_the_queue_is_asked_for_again(
    scene: Scene, begun: Waits, when_time_has_run_out: None
) -> None:
    run, again = begun.aged.result()
    assert "grant_expired" in str(run.log("turn_ended")[0]["payload"])
    attempt = again.attempt()
    assert (attempt["origin"], attempt["actor"], attempt["digest"]) == ("platform", "platform", run.attempt()["digest"])
    assert scene.recorder.runs("waiting", "preprod") == "1.0.0"
    assert "grant_expired" not in str(again.log())
