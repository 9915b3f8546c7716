"""The pipeline of a static app asks first, and reports; each request once, however often it is sent (R10)."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from slipway.adapters.database.log_reader import read_log
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.grant import Step
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt, Origin
from slipway.ports.values import Actor
from slipway.use_cases.ask_change import AskedChange, ask_change
from slipway.use_cases.reconcile import start_asked_changes
from slipway.use_cases.report_change import Phase, Report, change_state, report_change
from slipway.use_cases.stop import stop
from tests.builders import PROD, a_service
from tests.integration.use_cases.test_reconcile import Runs
from tests.outside import SERVICES, a_build, a_change, checked, pipeline
from tests.scene import Scene

OURS = pipeline("leaflets")
LONG = "x" * 50_000


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(a_service(), *SERVICES)


def ask(scene: Scene, key: str = "build-7", **changes: Any) -> JsonObject:
    values: dict[str, Any] = {
        "service": "leaflets",
        "change": a_build(),
        "rollback_plan": "the pipeline of build 6 again",
        "authors": ["rita"],
        "key": key,
    }
    return ask_change(scene.world, OURS, AskedChange(**{**values, **changes}))


def run_of(scene: Scene, asked: JsonObject) -> Attempt:
    """What the run that the reconciler started does first."""
    more = {"service": "leaflets", "dag_id": "record_change", "release_id": asked["id"], "origin": Origin.PLATFORM}
    return scene.opened("7", by="platform", **more)


def at_its_turn(scene: Scene, **changes: Any) -> tuple[JsonObject, Attempt]:
    asked = ask(scene, **changes)
    attempt = run_of(scene, asked)
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    scene.turn(attempt, PROD)
    return asked, attempt


def report(scene: Scene, asked: JsonObject, phase: str, key: str | None = None, seen: str = "it shows") -> JsonObject:
    said = Report(key=key or phase, phase=Phase(phase), seen=seen)
    return report_change(scene.world, OURS, asked["id"], said)


def test_it_asks_people_decide_and_it_reports(scene: Scene) -> None:
    asked, attempt = at_its_turn(scene)
    assert change_state(scene.world, OURS, asked["id"])["may_begin"]
    report(scene, asked, "started")
    report(scene, asked, "done")
    checked(scene, attempt)
    scene.finish(attempt, PROD)
    assert scene.close(attempt).outcome == "live"
    assert change_state(scene.world, OURS, asked["id"])["outcome"] == "live"
    (told,) = scene.log("release_requested")
    assert json.loads(told)["authors"] == ["rita"]


def test_the_reconciler_starts_its_run_once_and_the_run_needs_nothing_but_the_release(scene: Scene) -> None:
    asked = ask(scene)
    runs = Runs()
    start_asked_changes(scene.world, runs)
    (started,) = runs.started
    assert (started[0], started[1]["release_id"]) == (f"{asked['id']}-attempt-1", asked["id"])
    run_of(scene, asked)
    start_asked_changes(scene.world, runs)
    assert len(runs.started) == 1


def test_nobody_but_the_platform_starts_it(scene: Scene) -> None:
    asked = ask(scene)
    with pytest.raises(RefusedError, match="only one that awaits a retry"):
        scene.opened(service="leaflets", dag_id="record_change", release_id=asked["id"])


def test_the_authors_of_the_commits_are_requesters_by_id_or_address(scene: Scene) -> None:
    asked = ask(scene, authors=["sam", "stranger@example.org", " "])
    attempt = run_of(scene, asked)
    assert scene.release_of(attempt).requesters == {"pipeline:1", "sam", "stranger@example.org"}
    scene.ask(attempt, Step.AUTHORISE)
    assert scene.answer(attempt, Step.AUTHORISE, "sam").kind == "does_not_count"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"service": "notify"}, "not_this_service"),
        ({"authors": [" "]}, "authors_missing"),
        ({"rollback_plan": ""}, "text_missing"),
        ({"change": a_build(built_digest="")}, "change_incomplete"),
        ({"change": a_change()}, "no_third_party"),
        ({"fixes": "r99"}, "fixes_unknown"),
        ({"key": " "}, "key_missing"),
    ],
)
def test_what_does_not_fit_is_refused_and_logged(scene: Scene, changes: Any, code: str) -> None:
    with pytest.raises(RefusedError) as refused:
        ask(scene, **changes)
    assert refused.value.code == code
    assert json.loads(scene.log("release_refused")[0])["code"] == code
    assert not scene.log("release_requested")


@pytest.mark.parametrize(
    "changes",
    [
        {"service": LONG},
        {"rollback_plan": LONG},
        {"authors": ["rita", LONG]},
        {"ticket": LONG},
        {"fixes": LONG},
        {"key": LONG},
        *({"change": a_build(**{field: LONG})} for field in ("what", "where", "tested", "untested_because", "built")),
    ],
)
def test_what_nobody_would_read_to_its_end_is_refused_and_does_not_fill_the_log(scene: Scene, changes: Any) -> None:
    with pytest.raises(RefusedError, match="say it shorter"):
        ask(scene, **changes)
    with scene.store.transaction() as tx:
        (entry,) = (entry for entry in read_log(tx.sql) if entry.kind == "release_refused")
    assert len(str(entry)) < 2_000


def test_more_authors_than_anybody_reads_are_refused(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="at most 100 authors"):
        ask(scene, authors=[f"author-{number}" for number in range(101)])


@pytest.mark.parametrize("more", [{"seen": LONG}, {"key": LONG}])
def test_a_report_that_nobody_would_read_to_its_end_is_refused(scene: Scene, more: Any) -> None:
    asked, _ = at_its_turn(scene)
    report(scene, asked, "started")
    with pytest.raises(RefusedError, match="say it shorter"):
        report(scene, asked, "done", **more)
    assert scene.log("act_done") == []


def test_asking_again_with_the_same_key_is_the_same_and_with_another_body_is_refused(scene: Scene) -> None:
    assert ask(scene) == ask(scene)
    assert len(scene.log("release_requested")) == 1
    with pytest.raises(RefusedError) as refused:
        ask(scene, change=a_build(built="8"))
    assert refused.value.code == "key_reused"


def test_a_result_sent_again_is_the_same_and_with_another_body_is_refused(scene: Scene) -> None:
    asked, _ = at_its_turn(scene)
    assert report(scene, asked, "started") == report(scene, asked, "started")
    assert report(scene, asked, "done", "k") == report(scene, asked, "done", "k")
    with pytest.raises(RefusedError, match="used before for something else"):
        report(scene, asked, "failed", "k")
    assert (len(scene.log("act_started")), len(scene.log("act_done"))) == (1, 1)


def test_the_token_of_another_service_is_not_told_what_was_answered(scene: Scene) -> None:
    asked, _ = at_its_turn(scene)
    report(scene, asked, "started", "k")
    said = Report(key="k", phase=Phase.STARTED, seen="it shows")
    with pytest.raises(RefusedError) as refused:
        report_change(scene.world, pipeline("notify"), asked["id"], said)
    assert refused.value.code == "not_this_pipeline"
    assert json.loads(scene.log("act_refused")[0])["code"] == "not_this_pipeline"


def test_what_was_refused_may_be_sent_again_with_the_same_key(scene: Scene) -> None:
    asked = ask(scene)
    attempt = run_of(scene, asked)
    with pytest.raises(RefusedError, match="not the turn"):
        report(scene, asked, "started")
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    scene.turn(attempt, PROD)
    assert "begun under permit" in report(scene, asked, "started")["detail"]


def test_a_result_without_a_permit_is_an_unauthorised_change(scene: Scene) -> None:
    asked = ask(scene)
    run_of(scene, asked)
    with pytest.raises(RefusedError) as refused:
        report(scene, asked, "done")
    assert refused.value.code == "unauthorised_change"
    assert len(scene.log("unauthorised_change")) == 1


def test_until_it_may_begin_it_is_told_every_reason(scene: Scene) -> None:
    asked = ask(scene)
    assert change_state(scene.world, OURS, asked["id"])["may_begin"] is False
    run_of(scene, asked)
    state = change_state(scene.world, OURS, asked["id"])
    assert [one["code"] for one in state["blockers"]] == ["grant_missing", "grant_missing"]
    with pytest.raises(RefusedError):
        change_state(scene.world, pipeline("notify"), asked["id"])
    with pytest.raises(NotFoundError):
        change_state(scene.world, OURS, "r99")


def test_a_result_before_its_run_has_begun_is_told_to_wait(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match="has not begun yet"):
        report(scene, ask(scene), "started")


def test_a_newer_build_replaces_one_that_waits(scene: Scene) -> None:
    older = run_of(scene, ask(scene))
    newer = ask(scene, "build-8", change=replace(a_build(), built="8"))
    run_of(scene, newer)
    assert scene.stage_of(older, PROD).ending == "superseded"


def test_what_was_asked_for_can_be_stopped_before_it_has_a_run(scene: Scene) -> None:
    asked = ask(scene)
    stop(scene.world, asked["id"], Actor(id="rob", via="rest"), "not this build")
    runs = Runs()
    start_asked_changes(scene.world, runs)
    assert runs.started == []
