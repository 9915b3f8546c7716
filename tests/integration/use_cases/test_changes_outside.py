"""Changes that somebody makes outside: approvals, turn, slot and log as of every release, and a deadline (R10)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from slipway.adapters.database.log_reader import read_log
from slipway.domain.change import ChangeSort
from slipway.domain.errors import HeldBackError, NotFoundError, RefusedError
from slipway.domain.grant import Step
from slipway.domain.log_entry import verify_chain
from slipway.domain.release import ChangeKind, Origin
from slipway.domain.stage_ending import how_it_ends
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.targets import Running
from slipway.ports.values import Actor
from slipway.use_cases.await_act import NotActedError, act_is_over
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.smoke import SmokeFailedError
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import DEV, PREPROD, PROD, a_service
from tests.outside import (
    BUILD,
    SERVICES,
    a_build,
    a_change,
    agreed,
    awaited,
    begin,
    checked,
    its_turn,
    later,
    pipeline,
    recorded,
    report,
    time_to_act_is_over,
)
from tests.scene import MortalTarget, ProcessKilledError, Scene, killed


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """Orders, which Slipway releases, and two that are changed outside."""
    return make_scene(a_service(), *SERVICES)


def lane_is_free(scene: Scene) -> bool:
    with scene.store.transaction() as tx:
        return tx.turns.holder("live") is None


def pages(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        return [row["text"] for row in tx.sql.all("SELECT text FROM outbox WHERE channel = 'page' ORDER BY id")]


def last(scene: Scene, kind: str) -> Any:
    return json.loads(scene.log(kind)[-1])


# The whole way -----------------------------------------------------------------------------------------------------


def test_what_a_vendor_changes_goes_by_the_same_steps_as_a_release(scene: Scene) -> None:
    attempt = its_turn(scene)
    assert awaited(scene, attempt).until is not None
    begin(scene, attempt)
    report(scene, attempt)
    assert "done by rita: the letter has the new address" in awaited(scene, attempt).detail
    checked(scene, attempt)
    assert scene.finish(attempt, PROD).outcome == "passed"
    assert scene.close(attempt).outcome == "live"

    with scene.store.transaction() as tx:
        entries = list(read_log(tx.sql))
    assert [entry.kind for entry in entries if entry.environment == "prod"] == [
        *("approval_asked", "grant_given", "approval_asked", "grant_given"),
        *("turn_queued", "turn_taken", "slot_parked", "permit_issued", "act_started", "act_done"),
        *("smoke_finished", "stage_finished", "lane_freed"),
    ]
    assert verify_chain(entries).broken is None
    asked = last(scene, "release_requested")
    assert asked["by_hand_because"] == "the vendor has no interface for it"
    assert (asked["sort"], asked["by_hand_until"]) == ("third_party", "2099-12-31")
    assert lane_is_free(scene)


def test_the_steps_left_out_say_why_who_agreed_and_what_stood_in_for_them(scene: Scene) -> None:
    recorded(scene)
    preprod = last(scene, "stage_not_needed")
    assert preprod["outcome"] == "not_applicable"
    assert "because it has none; agreed by mona; tested: sent to ourselves" in preprod["detail"]


def test_those_who_decide_read_what_where_why_by_hand_and_how_it_was_tested(scene: Scene) -> None:
    asked: Any = scene.ask(recorded(scene), Step.AUTHORISE)
    for text in (
        "the template of the letter",
        "letters in the vendor's console",
        "sent to ourselves from the trial account",
        "By hand until 2099-12-31, because `the vendor has no interface for it`",
        "one of the two who decide must be a manager",
    ):
        assert text in asked.request.evidence
    assert "Migrations" not in asked.request.evidence


def test_a_change_of_data_leaves_what_runs_as_it_was_and_is_checked_by_the_services_own_smoke_tests(
    scene: Scene,
) -> None:
    scene.long_live("1.0")
    attempt = its_turn(scene, a_change(ChangeSort.DATA), service="orders")
    begin(scene, attempt)
    report(scene, attempt)
    checked(scene, attempt)

    assert scene.finish(attempt, PROD).outcome == "passed"
    with scene.store.transaction() as tx:
        assert tx.records.deployed("orders", "prod").version == "1.0"
    assert scene.probe.runs[-1][1]["version"] == "1.0"
    assert scene.target.orders == []


def test_a_static_app_is_deployed_by_its_pipeline_and_its_version_is_what_runs(scene: Scene) -> None:
    attempt = its_turn(scene, a_build(), service="leaflets")
    begin(scene, attempt, pipeline("leaflets"))
    report(scene, attempt, who=pipeline("leaflets"))
    checked(scene, attempt)
    assert scene.finish(attempt, PROD).outcome == "passed"
    with scene.store.transaction() as tx:
        assert (tx.records.deployed("leaflets", "prod").version, attempt.digest) == ("7", BUILD)


# Who decides -------------------------------------------------------------------------------------------------------


def test_an_exception_needs_a_manager_among_the_two(scene: Scene) -> None:
    attempt = recorded(scene)
    scene.grant(attempt, Step.AUTHORISE, "sam")
    asked: Any = scene.ask(attempt, Step.SIGN_OFF)
    assert asked.request.eligible == ("mona",)
    refused = scene.answer(attempt, Step.SIGN_OFF, "sue")
    assert "must be a manager" in refused.detail


def test_where_a_manager_authorised_a_senior_may_sign_off(scene: Scene) -> None:
    attempt = recorded(scene)
    scene.grant(attempt, Step.AUTHORISE, "mona")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN


def test_a_tested_build_needs_no_manager_and_an_untested_one_does(scene: Scene) -> None:
    tested = recorded(scene, a_build(), service="leaflets")
    scene.grant(tested, Step.AUTHORISE, "sam")
    scene.grant(tested, Step.SIGN_OFF, "sue")
    untested = recorded(scene, a_build(tested="", untested_because="its preview is down"), service="leaflets")
    scene.grant(untested, Step.AUTHORISE, "sam")
    assert scene.answer(untested, Step.SIGN_OFF, "sue").kind == "does_not_count"


def test_who_asked_neither_authorises_nor_signs_off(scene: Scene) -> None:
    attempt = recorded(scene, by="sam")
    scene.ask(attempt, Step.AUTHORISE)
    assert "already a requester" in scene.answer(attempt, Step.AUTHORISE, "sam").detail


# What is refused before anybody is asked ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "change", "code", "says"),
    [
        ("notify", a_change(where=" "), "change_incomplete", "where: the system"),
        ("notify", a_change(by_hand_because=""), "change_incomplete", "why it cannot be automated"),
        ("notify", a_change(by_hand_until=None), "change_incomplete", "until which day"),
        ("notify", a_change(by_hand_until=date(2020, 1, 1)), "change_incomplete", "2020-01-01 is over"),
        ("notify", a_change(tested=""), "change_incomplete", "why it could not be tested"),
        ("leaflets", a_build(built_digest="sha256:1"), "change_incomplete", "64 hexadecimal digits"),
        ("leaflets", a_build(built="../7"), "change_incomplete", "the version that was built"),
        ("orders", a_build(), "no_static_app", "release a version of it"),
        ("orders", a_change(), "no_third_party", "release a version of it"),
    ],
)
def test_what_is_incomplete_or_does_not_fit_is_refused_and_logged(
    scene: Scene, service: str, change: Any, code: str, says: str
) -> None:
    with pytest.raises(RefusedError, match=says) as refused:
        recorded(scene, change, service=service)
    assert refused.value.code == code == last(scene, "release_refused")["code"]


def test_what_has_no_artefacts_is_not_released(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="slipway change record"):
        scene.opened("1.0", service="notify")


def test_a_stranger_does_not_ask(scene: Scene) -> None:
    with pytest.raises(RefusedError) as refused:
        recorded(scene, by="selma")
    assert refused.value.code == "may_not_request"


# The lane ----------------------------------------------------------------------------------------------------------


def test_a_vendor_who_acts_tomorrow_does_not_hold_the_lane_today(scene: Scene) -> None:
    attempt = agreed(scene, later(a_change(), hours=20))
    waits = scene.turn(attempt, PROD)
    assert (waits.answer, [b.code for b in waits.blockers]) == (TurnAnswer.WAIT, ["too_early"])
    assert waits.look_again_at is not None
    assert scene.turn(scene.approved("1.0"), PREPROD).answer is TurnAnswer.TAKEN


def test_it_waits_for_the_lane_like_every_release_and_others_wait_for_it(scene: Scene) -> None:
    attempt = its_turn(scene)
    other = scene.approved("1.0")
    assert "lane_busy" in [b.code for b in scene.turn(other, PREPROD).blockers]
    begin(scene, attempt)
    report(scene, attempt)
    checked(scene, attempt)
    scene.finish(attempt, PROD)
    assert scene.turn(other, PREPROD).answer is TurnAnswer.TAKEN


def test_an_agreement_that_is_over_starts_nothing(scene: Scene) -> None:
    today = datetime.now(UTC).date()
    attempt = agreed(scene, a_change(by_hand_until=today + timedelta(days=1)))
    with scene.store.transaction() as tx:
        tx.sql.run("SET LOCAL session_replication_role = replica")
        tx.sql.run('UPDATE release SET change = change || \'{"by_hand_until": "2020-01-01"}\'')
    ended = scene.turn(attempt, PROD)
    assert ended.answer is TurnAnswer.ENDED
    assert "exception_over" in [b.code for b in ended.blockers]


def test_nobody_acts_in_time_and_the_lane_is_free_with_nothing_uncertain(scene: Scene) -> None:
    attempt = its_turn(scene)
    time_to_act_is_over(scene, attempt)
    assert act_is_over(scene.world, attempt.id)
    with pytest.raises(NotActedError, match="nobody began to act") as over:
        awaited(scene, attempt)
    assert over.value.ending == "expired"
    assert scene.finish(attempt, PROD).outcome == "expired"
    assert scene.close(attempt).outcome == "expired"
    assert lane_is_free(scene)
    assert len(scene.log("act_expired")) == 1
    with pytest.raises(RefusedError, match="has ended"):
        begin(scene, attempt)


def test_who_began_and_never_reported_leaves_live_uncertain_but_not_the_lane(scene: Scene) -> None:
    attempt = its_turn(scene)
    begin(scene, attempt)
    assert scene.finish(attempt, PROD).outcome is None, "it may still be reported"
    time_to_act_is_over(scene, attempt)
    with pytest.raises(NotActedError, match="nobody knows what was changed"):
        awaited(scene, attempt)

    assert scene.finish(attempt, PROD).outcome == "live_uncertain"
    assert lane_is_free(scene)
    assert any("nobody reported by the deadline" in text for text in pages(scene))
    with scene.store.transaction() as tx:
        assert tx.leases.live("notify", "prod") is None
    with pytest.raises(RefusedError, match="tell second line"):
        report(scene, attempt)


# Acting and reporting ----------------------------------------------------------------------------------------------


def test_nothing_is_begun_before_its_turn(scene: Scene) -> None:
    attempt = agreed(scene)
    with pytest.raises(RefusedError, match="slipway explain notify prod") as refused:
        begin(scene, attempt)
    assert refused.value.code == "not_your_turn" == last(scene, "act_refused")["code"]
    assert scene.stage_of(attempt, PROD).ending is None
    scene.turn(attempt, PROD)
    assert begin(scene, attempt).state == "open"


def test_a_hold_that_was_placed_since_stops_what_was_not_begun(scene: Scene) -> None:
    attempt = its_turn(scene)
    hold = HoldRequest(scope=HoldScope.SERVICE, name="notify", reason="an incident")
    place_hold(scene.world, hold, Actor(id="lena", via="rest"))
    with pytest.raises(RefusedError, match="an incident"):
        begin(scene, attempt)
    assert act_is_over(scene.world, attempt.id)
    with pytest.raises(NotActedError, match="has ended: refused") as over:
        awaited(scene, attempt)
    assert over.value.ending == "refused"
    assert scene.finish(attempt, PROD).outcome == "refused"


def test_nobody_waits_in_a_request_for_a_rescue_to_end(scene: Scene) -> None:
    scene.long_live("1.0")
    watched = scene.signed_off("1.1")
    scene.work(watched, PROD)
    scene.ask(watched, Step.CONFIRM)
    attempt = its_turn(scene, by="lena", kind=ChangeKind.EMERGENCY)
    scene.answer(watched, Step.CONFIRM, "rob", "Reject")
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.finish(watched, PROD)
    with pytest.raises(HeldBackError, match="bringing orders in prod back"):
        begin(scene, attempt)
    assert (scene.slept, scene.stage_of(attempt, PROD).ending) == ([], None)
    assert f"rescue_running: attempt {watched.id}" in last(scene, "start_held_back")["blockers"][0]
    scene.target.before = MortalTarget().before
    assert scene.finish(watched, PROD).outcome == "undone"
    assert begin(scene, attempt).state == "open"


def test_a_change_by_hand_starts_from_what_the_log_says_of_live(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = its_turn(scene, a_change(ChangeSort.DATA), service="orders")
    scene.target.change_by_hand("orders", "prod", Running(digest="sha256:hotfix", version="hotfix", healthy=True))
    with pytest.raises(RefusedError, match="it was changed past the platform"):
        begin(scene, attempt)
    assert last(scene, "drift_found")["digest"] == "sha256:hotfix"
    assert scene.finish(attempt, PROD).outcome == "refused"


def test_nobody_waits_in_a_request_for_a_target_that_is_silent(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = its_turn(scene, a_change(ChangeSort.DATA), service="orders")
    scene.target.silent = True
    with pytest.raises(HeldBackError, match=r"target_silent.*nothing is begun|nothing is begun.*nobody knows"):
        begin(scene, attempt)
    assert (scene.slept, scene.stage_of(attempt, PROD).ending) == ([], None)
    scene.target.silent = False
    assert begin(scene, attempt).state == "open"


def test_beginning_twice_is_one_act(scene: Scene) -> None:
    attempt = its_turn(scene)
    assert begin(scene, attempt).id == begin(scene, attempt, "rob").id
    assert len(scene.log("act_started")) == 1


def test_a_report_without_a_permit_is_an_unauthorised_change(scene: Scene) -> None:
    attempt = agreed(scene)
    with pytest.raises(RefusedError, match="nothing permitted") as refused:
        report(scene, attempt)
    assert refused.value.code == "unauthorised_change"
    found = last(scene, "unauthorised_change")
    assert "notify was changed without a permit: the letter has the new address" in found["what"]
    assert found["run_id"] == attempt.run_id
    assert any("unauthorised change" in text for text in pages(scene))


def test_each_report_without_a_permit_pages_but_the_same_again_does_not(scene: Scene) -> None:
    attempt = agreed(scene)
    said = [("rita", "nothing much"), ("rita", "nothing much"), ("rob", "nothing much"), ("rob", "all is gone")]
    for who, seen in said:
        with pytest.raises(RefusedError, match="nothing permitted"):
            report(scene, attempt, "failed", who=who, seen=seen)
    told = [text for text in pages(scene) if "unauthorised change" in text]
    assert len(told) == 3
    assert "reported by rob" in told[1]
    assert "all is gone" in told[2]
    keys = [json.loads(entry)["key"] for entry in scene.log("unauthorised_change")]
    assert (len(keys), len(set(keys))) == (4, 3)


@pytest.mark.parametrize(
    ("result", "outcome", "state"),
    [("undone", "rolled_back", "awaiting_retry"), ("failed", "live_uncertain", "ended")],
)
def test_what_went_wrong_ends_as_it_was_reported_and_holds_the_service(
    scene: Scene, result: str, outcome: str, state: str
) -> None:
    attempt = its_turn(scene)
    begin(scene, attempt)
    report(scene, attempt, result, seen="the console said no")
    with pytest.raises(NotActedError, match="the console said no"):
        awaited(scene, attempt)
    scene.finish(attempt, PROD)
    assert scene.close(attempt).outcome == outcome
    assert scene.release_of(attempt).state == state
    with scene.store.transaction() as tx:
        assert tx.turns.holder("live") is None
        assert tx.sql.value("SELECT name FROM hold") == "notify"


def test_a_change_of_what_does_not_run_is_asked_about_with_that(scene: Scene) -> None:
    change = a_change(ChangeSort.DATA)
    asked: Any = scene.ask(recorded(scene, change, service="orders"), Step.AUTHORISE)
    assert "- **Nothing of orders runs in prod**, says the log" in asked.request.evidence
    vendors: Any = scene.ask(recorded(scene), Step.AUTHORISE)
    assert "Nothing of" not in vendors.request.evidence


def test_a_change_of_what_runs_says_nothing_of_it(scene: Scene) -> None:
    scene.long_live("1.0")
    asked: Any = scene.ask(recorded(scene, a_change(ChangeSort.DATA), service="orders"), Step.AUTHORISE)
    assert "Nothing of" not in asked.request.evidence


def test_what_was_done_where_nothing_answers_names_the_address_and_no_secret(scene: Scene) -> None:
    attempt = its_turn(scene, a_build(), service="leaflets")
    begin(scene, attempt, pipeline("leaflets"))
    report(scene, attempt, who=pipeline("leaflets"))
    with scene.store.transaction() as tx:
        tx.stages.set_smoke(attempt.id, PROD, "unknown")
        stage = tx.stages.get(attempt.id, PROD)
        activities = tx.activities.of_stage(attempt.id, PROD)
    suite = replace(stage.definition.smoke, url="https://me:secret@leaflets.example:8443/base?key=secret")  # type: ignore[type-var]
    ending = how_it_ends(attempt, replace(stage, definition=replace(stage.definition, smoke=suite)), activities)
    assert ending.detail.startswith(
        "it was done, but its check found out nothing: nothing answered it at https://leaflets.example:8443. "
    )
    assert "secret" not in ending.detail


def test_what_was_done_and_fails_its_check_is_uncertain_and_says_what_to_do(scene: Scene) -> None:
    attempt = its_turn(scene, a_build(), service="leaflets")
    begin(scene, attempt, pipeline("leaflets"))
    report(scene, attempt, who=pipeline("leaflets"))
    scene.probe.verdicts["7"] = CheckStatus.FAIL
    with pytest.raises(SmokeFailedError):
        checked(scene, attempt)
    finish = scene.finish(attempt, PROD)
    assert finish.outcome == "live_uncertain"
    assert "it was done, but its check of http" in finish.detail
    assert f"record that as a change that fixes {attempt.release_id}" in finish.detail


def test_a_rolled_back_change_is_tried_again_with_new_answers(scene: Scene) -> None:
    attempt = its_turn(scene)
    begin(scene, attempt)
    report(scene, attempt, "undone")
    scene.finish(attempt, PROD)
    scene.close(attempt)

    again = scene.opened(service="notify", dag_id="record_change", release_id=attempt.release_id, by="rob")

    assert (again.number, again.digest) == (2, attempt.digest)
    scene.ask(again, Step.AUTHORISE)
    assert scene.release_of(again).requesters == {"rita", "rob"}


def test_a_change_goes_on_in_its_own_dag_only_and_a_release_never_there(scene: Scene) -> None:
    attempt = its_turn(scene)
    begin(scene, attempt)
    report(scene, attempt, "undone")
    scene.finish(attempt, PROD)
    scene.close(attempt)
    with pytest.raises(RefusedError) as refused:
        scene.opened(service="notify", dag_id="release__notify", release_id=attempt.release_id)
    assert refused.value.code == "wrong_dag"
    failed = scene.opened("1.0")
    scene.close(failed)
    with pytest.raises(RefusedError, match="goes on in release__orders"):
        scene.opened(dag_id="record_change", release_id=failed.release_id)


def test_reporting_the_same_again_changes_nothing_and_the_contrary_is_refused(scene: Scene) -> None:
    attempt = its_turn(scene)
    begin(scene, attempt)
    report(scene, attempt)
    assert "reported before" in report(scene, attempt)
    with pytest.raises(RefusedError, match="tell second line"):
        report(scene, attempt, "failed")
    assert len(scene.log("act_done")) == 1


def test_a_report_says_what_was_seen(scene: Scene) -> None:
    attempt = its_turn(scene)
    begin(scene, attempt)
    with pytest.raises(RefusedError, match="what you looked at"):
        report(scene, attempt, seen=" ")


def test_only_the_apps_own_pipeline_makes_its_change_and_only_people_what_is_made_by_hand(scene: Scene) -> None:
    build = its_turn(scene, a_build(), service="leaflets")
    for who in ("rita", pipeline("notify")):
        with pytest.raises(RefusedError, match="only the pipeline of leaflets"):
            begin(scene, build, who)
    by_hand = recorded(scene)
    with pytest.raises(RefusedError, match="made by a person"):
        begin(scene, by_hand, pipeline("notify"))


def test_second_line_may_report_a_failure_but_the_team_confirms_a_success(scene: Scene) -> None:
    attempt = its_turn(scene)
    begin(scene, attempt, "lena")
    with pytest.raises(RefusedError, match="may not confirm"):
        report(scene, attempt, who="lena")
    report(scene, attempt, "failed", who="lena")


def test_a_stranger_neither_acts_nor_reports(scene: Scene) -> None:
    attempt = its_turn(scene)
    with pytest.raises(RefusedError, match="none of those who may"):
        begin(scene, attempt, "selma")
    with pytest.raises(RefusedError, match="none of those who may"):
        report(scene, attempt, who="selma")
    assert not scene.log("unauthorised_change")
    with pytest.raises(NotFoundError, match="no change r99"):
        begin(scene, agreed_elsewhere("r99"))


def agreed_elsewhere(release_id: str) -> Any:
    return type("Nowhere", (), {"release_id": release_id})()


# Stopping and replacing --------------------------------------------------------------------------------------------


def test_a_stop_before_the_act_withdraws_it_and_one_after_it_comes_too_late(scene: Scene) -> None:
    attempt = its_turn(scene)
    stop(scene.world, attempt.release_id, Actor(id="rob", via="rest"), "not today")
    assert act_is_over(scene.world, attempt.id)
    with pytest.raises(NotActedError, match="stopped by rob: not today") as over:
        awaited(scene, attempt)
    assert over.value.ending == "withdrawn"
    assert scene.finish(attempt, PROD).outcome == "withdrawn"
    scene.close(attempt)

    begun = its_turn(scene)
    begin(scene, begun)
    stop(scene.world, begun.release_id, Actor(id="rob", via="rest"), "not today")
    assert not act_is_over(scene.world, begun.id), "only who acts knows what was changed"
    report(scene, begun)
    checked(scene, begun)
    assert "rob stopped it, too late" in scene.finish(begun, PROD).detail


def test_a_change_by_hand_and_a_release_of_the_same_service_leave_each_other_alone(scene: Scene) -> None:
    release = scene.opened("1.0")
    by_hand = recorded(scene, a_change(ChangeSort.DATA), service="orders")
    scene.opened("1.1")
    assert scene.stage_of(by_hand, PROD).ending is None
    assert scene.stage_of(release, DEV).ending == "superseded"
    older = recorded(scene, a_build(), service="leaflets")
    recorded(scene, a_build(built="8"), service="leaflets")
    assert scene.stage_of(older, PROD).ending == "superseded"


def test_what_was_approved_cannot_be_rewritten(scene: Scene) -> None:
    recorded(scene)
    with pytest.raises(Exception, match="append-only"), scene.store.transaction() as tx:
        tx.sql.run('UPDATE release SET change = change || \'{"what": "something else"}\'')


def test_a_schedule_records_no_change(scene: Scene) -> None:
    with pytest.raises(RefusedError) as refused:
        recorded(scene, by="schedule", origin=Origin.SCHEDULE)
    assert refused.value.code == "machines_ask_for_dev_only"


def test_how_long_people_take_says_nothing_about_how_long_a_release_takes(scene: Scene) -> None:
    attempt = its_turn(scene, a_change(ChangeSort.CONFIGURATION), service="orders")
    begin(scene, attempt)
    report(scene, attempt)
    checked(scene, attempt)
    with scene.store.transaction() as tx:
        assert list(tx.stages.seconds_taken("orders", "prod")) == []
