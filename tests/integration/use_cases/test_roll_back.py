"""Rollbacks that people ask for: to what the grants name by one person, elsewhere by two; never blocked (R18)."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from slipway.adapters.database.overview import Overview
from slipway.domain.errors import HeldBackError, RefusedError, SlipwayError, TargetError
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility, Platform
from slipway.domain.release import Attempt, ChangeKind, Origin, StageOutcome
from slipway.domain.release_window import ReleaseWindow
from slipway.domain.rollback import ROLLBACK_DAG
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.targets import DeployOrder, Running
from slipway.ports.values import Actor
from slipway.use_cases.ask_rollback import ask_rollback
from slipway.use_cases.await_second import await_second, second_is_over
from slipway.use_cases.expire_pending import expire_pending
from slipway.use_cases.give_second import give_second
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.open_rollback import RollbackRun, open_rollback
from slipway.use_cases.roll_back import is_service_free, roll_back
from slipway.use_cases.show_pending import in_words
from slipway.use_cases.show_reviews import overdue_reviews
from slipway.use_cases.smoke import SmokeFailedError
from slipway.use_cases.start_rollbacks import rollback_form, start_rollbacks
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import AUTHORITY, DEV, PREPROD, PROD, a_service, people, platform_rules
from tests.integration.use_cases.test_reconcile import Runs
from tests.migrations import LOSSY, REVERSIBLE
from tests.rollbacks import REASON, ask, asked_for, brought_back, rolled_back, started
from tests.scene import AGAIN, TASK, WORKER, MortalTarget, ProcessKilledError, Scene, killed

KNOWN = "lost orders are better than none"
SECOND_LINE = frozenset({Duty.SECOND_LINE})
RULES = {
    **AUTHORITY,
    Action.ROLLBACK: AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER, also=SECOND_LINE), reason_required=True),
    Action.ROLLBACK_ELSEWHERE: AuthorityRule(
        who=Eligibility(own_team=TeamRole.SENIOR),
        second=Eligibility(own_team=TeamRole.SENIOR, also=SECOND_LINE),
        reason_required=True,
    ),
}


def rules(**changes: Any) -> Platform:
    return platform_rules(authority=RULES, **changes)


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """Orders 1.1 is live, 1.0 was before it; forms 1.0 is live."""
    made = make_scene(a_service(), a_service("forms"), rules=rules())
    made.long_live("1.0")
    made.long_live("1.0", service="forms")
    made.live("1.1")
    return made


def entries(scene: Scene, kind: str) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in scene.log(kind)]


def pages(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        return [message.text for _, message in tx.outbox.unsent(1000) if message.channel == "page"]


def refusal(scene: Scene, version: str | None = None, *, by: str = "rita", **more: Any) -> str:
    with pytest.raises(RefusedError) as error:
        ask(scene, version, by=by, **more)
    assert entries(scene, "rollback_refused")[-1]["code"] == error.value.code
    return error.value.code


def test_one_person_goes_back_to_what_the_grants_name(scene: Scene) -> None:
    asked = ask(scene)
    assert asked.pending is None
    attempt = started(scene, asked.release.id)
    assert await_second(scene.world, attempt.id, TASK).until is None
    assert scene.turn(attempt, PROD).answer is TurnAnswer.NOT_NEEDED

    assert rolled_back(scene, attempt).outcome == "passed"

    assert scene.runs(PROD) == "1.0"
    closing = scene.close(attempt)
    assert closing.outcome == "live"
    assert scene.release_of(attempt).state == "ended"
    (permit,) = [one for one in entries(scene, "permit_issued") if "basis" in one]
    assert (permit["basis"], permit["asked_by"], permit["seconded_by"]) == ("pre_authorised", "rita", None)


def test_the_time_to_restore_is_measured_and_shown(scene: Scene) -> None:
    finish = rolled_back(scene, started(scene, ask(scene).release.id))
    (restored,) = entries(scene, "service_restored")
    assert (restored["from"], restored["to"]) == ("1.1", "1.0")
    assert isinstance(restored["seconds"], float)
    assert "after it was asked for" in finish.detail
    assert "after 1.1 came to run" in finish.detail


def test_what_was_rolled_back_is_bad_everywhere_and_its_service_is_held_for_all_but_its_fix(scene: Scene) -> None:
    bad = _live_attempt(scene)
    failed = bad.release_id
    rolled_back(scene, started(scene, ask(scene).release.id))
    with scene.store.transaction() as tx:
        assert REASON in str(tx.records.why_bad("orders", bad.digest))
    assert scene.turn(scene.signed_off("1.3", fixes=failed), PROD).answer is TurnAnswer.TAKEN
    assert [blocker.code for blocker in scene.turn(scene.opened("1.2"), DEV).blockers] == ["hold"]


def _live_attempt(scene: Scene, service: str = "orders") -> Attempt:
    with scene.store.transaction() as tx:
        attempt = tx.releases.attempt(str(tx.records.deployed(service, "prod").attempt))
    assert attempt is not None
    return attempt


def test_its_fix_may_be_asked_for_while_it_is_under_way(scene: Scene) -> None:
    bad = _live_attempt(scene).release_id
    with pytest.raises(RefusedError, match="did not fail"):
        scene.opened("1.3", fixes=bad)
    ask(scene)
    assert scene.release_of(scene.opened("1.3", fixes=bad)).fixes == bad


def test_in_preprod_it_marks_the_version_and_holds_nothing(scene: Scene) -> None:
    rolled_back(scene, started(scene, ask(scene, role=PREPROD).release.id), PREPROD)
    assert (scene.runs(PREPROD), scene.runs(PROD)) == ("1.0", "1.1")
    assert len(entries(scene, "version_marked_bad")) == 1
    assert not scene.log("hold_placed")


@pytest.mark.parametrize("who", ["selma", "pat", "dora", "nobody"])
def test_strangers_are_refused_and_that_is_in_the_log(scene: Scene, who: str) -> None:
    assert refusal(scene, by=who) == "may_not_rollback"


def test_second_line_may(scene: Scene) -> None:
    assert ask(scene, by="lena").release.rollback


def test_a_reason_is_needed(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="reason is missing"):
        ask_rollback(scene.world, replace(asked_for(), reason=" "), Actor(id="rita", via="rest"))


def test_what_never_ran_there_is_a_release(scene: Scene) -> None:
    scene.dev_passed("2.0")
    assert refusal(scene, "2.0", by="sam") == "no_rollback"


def test_where_nothing_runs_there_is_nothing_to_take_back(scene: Scene) -> None:
    scene.definitions.services["greeter"] = a_service("greeter")
    assert refusal(scene, service="greeter") == "nothing_to_roll_back"


def test_an_environment_that_the_service_does_not_have_is_named_beside_those_that_it_has(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="orders has no environment live; it has dev, preprod, prod"):
        ask_rollback(scene.world, replace(asked_for(), environment="live"), Actor(id="rita", via="rest"))
    assert entries(scene, "rollback_refused")[-1]["code"] == "no_environment"


def test_where_nothing_ran_before_it_says_what_can_be_done_and_not_to_name_a_version(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(rules=rules())
    scene.live("1.0")
    said = "nothing ran there before 1.0, so there is nothing to go back to. Release a mended version"
    with pytest.raises(RefusedError, match=said) as refused:
        ask(scene)
    assert "--to" not in str(refused.value)


def test_where_no_definition_can_be_read_nothing_is_said_of_environments_and_a_rescue_goes_on(scene: Scene) -> None:
    scene.definitions.services.clear()
    with pytest.raises(RefusedError, match="nothing that Slipway deployed runs of orders in live"):
        ask_rollback(scene.world, replace(asked_for(), environment="live"), Actor(id="rita", via="rest"))
    assert ask(scene).release.rollback


def test_what_runs_where_its_service_has_no_environment_any_more_still_goes_back(scene: Scene) -> None:
    stages = {role: stage for role, stage in a_service().stages.items() if role is not PROD}
    scene.definitions.services["orders"] = replace(a_service(), stages=stages)
    assert ask(scene).release.rollback


def test_one_at_a_time_on_a_service(scene: Scene) -> None:
    ask(scene)
    assert refusal(scene, by="rob") == "rollback_under_way"


def test_no_window_no_hold_no_policy_and_no_queue_keeps_it_away(scene: Scene) -> None:
    other = scene.approved("2.0", service="forms")
    assert scene.turn(other, PREPROD).answer is TurnAnswer.TAKEN
    shut = rules(window=ReleaseWindow(days={}))
    with scene.store.transaction() as tx:
        tx.records.place_hold("all", None, "nothing at all", "lena", None, None, absolute=True)
        tx.policies.note_seen(scene.governed(shut, people("rita")))
    scene.activate(shut, people("sam"))
    assert rolled_back(scene, started(scene, ask(scene).release.id)).outcome == "passed"
    assert scene.runs(PROD) == "1.0"
    (overlap,) = entries(scene, "rescue_overlap")
    assert overlap["beside"] == {"attempt": other.id, "service": "forms", "environment": "preprod"}


def test_it_runs_while_another_release_deploys_and_holds_back_new_starts(scene: Scene) -> None:
    other = scene.approved("2.0", service="forms")
    scene.turn(other, PREPROD)
    attempt = started(scene, ask(scene).release.id)
    with pytest.raises(HeldBackError, match="bringing orders in prod back"):
        scene.deploy(other, PREPROD)
    rolled_back(scene, attempt)
    scene.deploy(other, PREPROD)
    assert scene.runs(PREPROD, "forms") == "2.0"


def test_on_its_own_service_it_first_stops_and_undoes_what_is_at_work(scene: Scene) -> None:
    watched = scene.signed_off("1.2")
    scene.work(watched, PROD)
    attempt = started(scene, ask(scene).release.id)
    assert "runs already" in brought_back(scene, attempt)
    assert scene.stage_of(watched, PROD).outcome == "undone"
    assert scene.runs(PROD) == "1.1"
    scene.smoke(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "passed"
    (bad,) = entries(scene, "version_marked_bad")
    assert bad["version"] == "1.2"


def test_work_of_its_own_service_that_lives_is_waited_for_and_never_run_beside(scene: Scene) -> None:
    watched = scene.signed_off("1.2")
    scene.turn(watched, PROD)
    found: list[str] = []

    def meanwhile(order: DeployOrder) -> None:
        scene.target.before = MortalTarget().before
        attempt = started(scene, ask(scene).release.id)
        found.append(attempt.id)
        with pytest.raises(HeldBackError, match="is being stopped"):
            brought_back(scene, attempt)
        assert not is_service_free(scene.world, attempt.id)

    scene.target.before = meanwhile
    scene.deploy(watched, PROD)
    roll_back(scene.world, found[0], WORKER, TASK)
    assert is_service_free(scene.world, "r999.1")
    assert scene.runs(PROD) == "1.1"


def test_a_version_that_the_grants_do_not_name_takes_two(scene: Scene) -> None:
    back = started(scene, ask(scene).release.id)
    rolled_back(scene, back)
    scene.close(back)
    assert refusal(scene) == "nothing_pre_authorised"
    assert refusal(scene, "1.1") == "may_not_rollback"
    asked = ask(scene, "1.1", by="sam", despite_bad=KNOWN)
    assert asked.pending is not None
    attempt = started(scene, asked.release.id)
    assert await_second(scene.world, attempt.id, TASK).until == asked.pending.expires_at
    assert not second_is_over(scene.world, attempt.id)
    with pytest.raises(RefusedError, match="another person"):
        give_second(scene.world, asked.pending.id, Actor(id="sam", via="rest"))
    give_second(scene.world, asked.pending.id, Actor(id="lena", via="rest"))
    assert second_is_over(scene.world, attempt.id)
    assert rolled_back(scene, attempt).outcome == "passed"
    assert scene.runs(PROD) == "1.1"
    permit = entries(scene, "permit_issued")[-1]
    assert (permit["asked_by"], permit["seconded_by"]) == ("sam", "lena")


def test_what_fixes_a_fix_that_was_rolled_back_too_passes_both_holds(scene: Scene) -> None:
    first = _live_attempt(scene)
    before = started(scene, ask(scene).release.id)
    rolled_back(scene, before)
    scene.close(before)
    second = scene.live("1.2", fixes=first.release_id)
    back = started(scene, ask(scene).release.id)
    rolled_back(scene, back)
    scene.close(back)
    assert len(entries(scene, "hold_placed")) == 2
    assert scene.turn(scene.opened("1.3", fixes=second.release_id), DEV).answer is TurnAnswer.TAKEN


def test_what_fixes_what_was_brought_back_and_taken_back_again_passes_the_hold_of_the_first_too(scene: Scene) -> None:
    scene.live("1.2", by="rob")
    back = started(scene, ask(scene).release.id)
    rolled_back(scene, back)
    scene.close(back)
    asked = ask(scene, "1.0", by="sam")
    assert asked.pending is not None
    give_second(scene.world, asked.pending.id, Actor(id="lena", via="rest"))
    further = started(scene, asked.release.id)
    rolled_back(scene, further)
    scene.close(further)
    assert len(entries(scene, "hold_placed")) == 2
    assert scene.turn(scene.opened("1.3", fixes=back.release_id), DEV).answer is TurnAnswer.TAKEN


@pytest.fixture
def back(scene: Scene) -> Scene:
    """Orders 1.1 was rolled back to 1.0, and is marked bad."""
    attempt = started(scene, ask(scene).release.id)
    rolled_back(scene, attempt)
    scene.close(attempt)
    return scene


def test_a_version_that_is_marked_bad_comes_back_only_where_the_first_says_that_they_know(back: Scene) -> None:
    with pytest.raises(RefusedError, match=r"orders 1\.1 is marked bad: .*orders are lost") as refused:
        ask(back, "1.1", by="sam")
    assert refused.value.code == "bad_version"
    assert "slipway rollback orders prod --to 1.1 --despite-bad" in str(refused.value)
    assert refusal(back, "1.1", by="sam", incident=True) == "bad_version"
    assert not entries(back, "second_awaited")


def test_the_second_person_is_shown_the_mark_and_why_it_is_wanted_all_the_same(back: Scene) -> None:
    asked = ask(back, "1.1", by="sam", despite_bad=KNOWN)
    assert asked.pending is not None
    with back.store.transaction() as tx:
        (listed,) = in_words(tx, Overview(tx.sql).pending())
        told = [message.text for _, message in tx.outbox.unsent(1000) if message.key == f"{asked.release.id}:asked"]
    seconded = give_second(back.world, asked.pending.id, Actor(id="lena", via="rest"))
    for said in (listed["what"], *told, seconded.pending.result):
        assert "1.1 is marked bad: " in said
        assert "orders are lost" in said
        assert f"wanted all the same: {KNOWN}" in said
    assert str(listed["what"]).startswith("roll back orders in prod from 1.0 to 1.1; ")
    logged = entries(back, "rollback_asked")[-1]
    assert (logged["despite_bad"], REASON in str(logged["marked_bad"])) == (KNOWN, True)
    assert rolled_back(back, started(back, asked.release.id)).outcome == "passed"


def test_one_that_is_not_marked_bad_needs_no_such_reason(scene: Scene) -> None:
    scene.live("1.2", by="rob")
    assert refusal(scene, "1.0", by="sam", despite_bad=KNOWN) == "not_marked_bad"


def elsewhere(scene: Scene, *, incident: bool = False) -> tuple[Attempt, int]:
    """Back to 1.0 twice over: 1.2 is live, 1.1 was before it."""
    scene.live("1.2", by="rob")
    asked = ask(scene, "1.0", by="sam", incident=incident)
    assert asked.pending is not None
    return started(scene, asked.release.id), asked.pending.id


def test_the_status_of_what_waits_for_its_second_says_how_they_agree(scene: Scene) -> None:
    scene.live("1.2", by="rob")
    asked = ask(scene, "1.0", by="sam")
    assert asked.pending is not None
    for begin in (lambda: None, lambda: started(scene, asked.release.id)):
        begin()
        with scene.store.transaction() as tx:
            found = Overview(tx.sql).release(asked.release.id)
        assert found is not None
        assert f" for a second person: slipway second {asked.pending.id}; " in found["next"]


def test_without_the_second_nothing_is_touched_whatever_is_marked_in_airflow(scene: Scene) -> None:
    attempt, _ = elsewhere(scene)
    with pytest.raises(NotPermittedError, match="second_missing"):
        brought_back(scene, attempt)
    assert scene.finish(attempt, PROD).outcome == "refused"
    assert scene.runs(PROD) == "1.2"
    assert not scene.log("version_marked_bad")


def test_while_the_second_is_waited_for_nothing_is_held_back(scene: Scene) -> None:
    elsewhere(scene)
    other = scene.approved("2.0", service="forms")
    assert scene.turn(other, PREPROD).answer is TurnAnswer.TAKEN


def test_what_waits_for_its_second_keeps_no_rescue_away_and_is_not_seconded_after_it(scene: Scene) -> None:
    _, number = elsewhere(scene)
    lena = Actor(id="lena", via="rest")
    back = started(scene, ask(scene).release.id)
    with pytest.raises(RefusedError, match=r"is rolling back prod from .* meanwhile"):
        give_second(scene.world, number, lena)
    rolled_back(scene, back)
    scene.close(back)
    with pytest.raises(RefusedError, match="has changed since it was asked for"):
        give_second(scene.world, number, lena)
    assert scene.runs(PROD) == "1.1"


def outdated(scene: Scene) -> tuple[Attempt, int]:
    """It waits for its second person, and what runs has changed since."""
    attempt, number = elsewhere(scene)
    back = started(scene, ask(scene).release.id)
    rolled_back(scene, back)
    scene.close(back)
    return attempt, number


def by_its_second(scene: Scene, number: int) -> None:
    for _ in range(2):
        with pytest.raises(RefusedError, match="has changed since it was asked for"):
            give_second(scene.world, number, Actor(id="lena", via="rest"))


def by_itself(scene: Scene, _: int) -> None:
    for _ in range(2):
        expire_pending(scene.world)


@pytest.mark.parametrize("ended", [by_its_second, by_itself])
def test_what_can_take_effect_no_more_ends_and_its_rollback_too(
    scene: Scene, ended: Callable[[Scene, int], None]
) -> None:
    attempt, number = outdated(scene)
    ended(scene, number)
    with scene.store.transaction() as tx:
        assert not Overview(tx.sql).pending()
    (entry,) = entries(scene, "second_expired")
    assert "has changed since it was asked for" in str(entry["because"])
    awaited = await_second(scene.world, attempt.id, TASK)
    assert (awaited.ending, "has changed" in awaited.detail) == (StageOutcome.EXPIRED, True)
    assert scene.finish(attempt, PROD).outcome == "expired"
    assert scene.close(attempt).outcome == "expired"
    assert scene.release_of(attempt).state == "ended"


def test_what_waits_while_its_service_is_at_work_may_yet_take_effect(scene: Scene) -> None:
    elsewhere(scene)
    scene.work(scene.signed_off("1.3"), PROD)
    expire_pending(scene.world)
    assert not entries(scene, "second_expired")


def test_stopped_it_is_not_waited_for_any_more(scene: Scene) -> None:
    attempt, _ = elsewhere(scene)
    stop(scene.world, attempt.release_id, Actor(id="sam", via="rest"), "not needed")
    await_second(scene.world, attempt.id, TASK)
    scene.finish(attempt, PROD)
    scene.close(attempt)
    expire_pending(scene.world)
    with scene.store.transaction() as tx:
        assert not Overview(tx.sql).pending()


def test_what_nobody_seconds_in_time_expires(scene: Scene) -> None:
    attempt, number = elsewhere(scene)
    with scene.store.transaction() as tx:
        tx.sql.run("ALTER TABLE pending_act DISABLE TRIGGER ALL")
        tx.sql.run("UPDATE pending_act SET expires_at = now() - interval '1 second' WHERE id = :id", id=number)
        tx.sql.run("ALTER TABLE pending_act ENABLE TRIGGER ALL")
    assert await_second(scene.world, attempt.id, TASK).ending is StageOutcome.EXPIRED
    assert scene.finish(attempt, PROD).outcome == "expired"
    assert scene.close(attempt).outcome == "expired"


def test_in_an_incident_one_begins_and_it_is_a_finding_until_the_second_agrees(scene: Scene) -> None:
    attempt, number = elsewhere(scene, incident=True)
    assert rolled_back(scene, attempt).outcome == "passed"
    scene.close(attempt)
    assert scene.runs(PROD) == "1.0"
    (finding,) = overdue_reviews(scene.store)
    assert "its second person is owed" in finding["payload"]["what"]
    give_second(scene.world, number, Actor(id="mona", via="rest"))
    assert not overdue_reviews(scene.store)


def test_each_rollback_is_reviewed_afterwards(scene: Scene) -> None:
    asked = ask(scene)
    (review,) = entries(scene, "review_opened")
    assert (review["kind"], asked.release.id in str(review["about"])) == ("rollback", True)


def unhealthy(scene: Scene, _: DeployOrder) -> None:
    scene.target.never_healthy.add("1.0")


def unchanged(_: Scene, order: DeployOrder) -> None:
    raise TargetError(f"{order.service} cannot be deployed: its disk is full")


def half_done(scene: Scene, order: DeployOrder) -> None:
    deployed = Running(digest=order.artefact.digest, version=order.artefact.version, healthy=False)
    scene.target.change_by_hand("orders", "prod", deployed)
    raise TargetError("the connection broke")


def gone(scene: Scene, order: DeployOrder) -> None:
    scene.target.remove("orders", "prod", order.fencing)
    raise TargetError("the connection broke")


def silent(scene: Scene, _: DeployOrder) -> None:
    scene.target.silent = True
    raise TargetError("the connection broke")


@pytest.mark.parametrize(
    ("goes_wrong", "truly"),
    [
        (unhealthy, "1.1 runs in prod, not healthy"),
        (unchanged, "1.1 runs in prod, healthy"),
        (half_done, "1.0 runs in prod, not healthy"),
        (gone, "nothing runs in prod"),
        (silent, "nobody knows what runs in prod: The target of orders in prod does not answer."),
    ],
)
def test_a_deploy_that_fails_is_live_uncertain_pages_and_says_what_truly_runs(
    scene: Scene, goes_wrong: Callable[[Scene, DeployOrder], None], truly: str
) -> None:
    attempt = started(scene, ask(scene).release.id)
    scene.target.before = lambda order: goes_wrong(scene, order)
    with pytest.raises(TargetError):
        brought_back(scene, attempt)
    finish = scene.finish(attempt, PROD)
    assert (finish.outcome, finish.detail.partition(". The target says: ")[2]) == ("live_uncertain", truly)
    assert any(f"The target says: {truly}" in page for page in pages(scene))
    assert scene.close(attempt).outcome == "live_uncertain"
    assert not scene.log("service_restored")


def test_after_one_that_failed_another_may_bring_it_back(scene: Scene) -> None:
    attempt = started(scene, ask(scene).release.id)
    scene.target.never_healthy.add("1.0")
    with pytest.raises(TargetError, match="did not become healthy"):
        brought_back(scene, attempt)
    scene.finish(attempt, PROD)
    scene.close(attempt)
    scene.target.never_healthy.clear()
    assert rolled_back(scene, started(scene, ask(scene).release.id)).outcome == "passed"


def test_a_host_that_is_not_allowed_keeps_no_rollback_waiting_and_leaves_it_uncertain(scene: Scene) -> None:
    attempt = started(scene, ask(scene).release.id)
    scene.activate(rules(smoke_hosts=()), people())
    asked = len(scene.probe.runs)
    brought_back(scene, attempt)
    with pytest.raises(SmokeFailedError, match="its host may not be asked"):
        scene.smoke(attempt, PROD)
    assert len(scene.probe.runs) == asked
    assert scene.finish(attempt, PROD).outcome == "live_uncertain"
    assert scene.runs(PROD) == "1.0"


def test_smoke_that_fails_after_it_is_live_uncertain_and_it_is_not_undone(scene: Scene) -> None:
    attempt = started(scene, ask(scene).release.id)
    brought_back(scene, attempt)
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    with pytest.raises(SmokeFailedError):
        scene.smoke(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "live_uncertain"
    assert scene.runs(PROD) == "1.0"


def test_one_that_dies_is_settled_and_never_repeated(scene: Scene) -> None:
    attempt = started(scene, ask(scene).release.id)
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        brought_back(scene, attempt)
    scene.target.before = MortalTarget().before
    with pytest.raises(SlipwayError, match="not repeated"):
        roll_back(scene.world, attempt.id, AGAIN, TASK)
    assert scene.finish(attempt, PROD).outcome == "live_uncertain"
    assert scene.runs(PROD) == "1.1"


def test_one_that_was_stopped_before_its_work_touches_nothing(scene: Scene) -> None:
    asked = ask(scene)
    attempt = started(scene, asked.release.id)
    stop(scene.world, asked.release.id, Actor(id="rob", via="rest"), "not this one")
    with pytest.raises(NotPermittedError, match="stopped"):
        brought_back(scene, attempt)
    assert scene.finish(attempt, PROD).outcome == "withdrawn"
    assert scene.runs(PROD) == "1.1"


def test_the_platform_starts_its_run_and_one_that_cannot_be_started_keeps_nobody_waiting(scene: Scene) -> None:
    first, other = ask(scene).release, ask(scene, role=PREPROD).release
    runs = Runs(broken={f"{first.id}-attempt-1"})
    with pytest.raises(SlipwayError, match="does not answer"):
        start_rollbacks(scene.world, runs)
    (told,) = runs.started
    assert told == (f"{other.id}-attempt-1", rollback_form(other))
    assert told[1]["release_id"] == other.id


def test_a_run_by_the_form_asks_and_opens_at_once(scene: Scene) -> None:
    run = RollbackRun(
        dag_id=ROLLBACK_DAG,
        run_id="by-hand",
        origin=Origin.PERSON,
        actor=Actor(id="rita", via="airflow"),
        asked=asked_for(),
    )
    attempt = open_rollback(scene.world, run)
    assert open_rollback(scene.world, run) == attempt
    assert rolled_back(scene, attempt).outcome == "passed"
    with scene.store.transaction() as tx:
        assert not tx.releases.rollbacks_to_start()


def test_the_form_names_no_release_and_no_machine_asks(scene: Scene) -> None:
    asked = ask(scene)
    for origin, named in ((Origin.PERSON, asked.release.id), (Origin.SCHEDULE, None)):
        run = RollbackRun(
            dag_id=ROLLBACK_DAG,
            run_id=f"run-{origin}",
            origin=origin,
            actor=Actor(id="rita", via="airflow"),
            asked=asked_for(),
            release_id=named,
        )
        with pytest.raises(RefusedError):
            open_rollback(scene.world, run)
    assert len(entries(scene, "rollback_refused")) == 2


def test_a_newer_request_neither_replaces_it_nor_is_replaced(scene: Scene) -> None:
    pending = scene.approved("1.2")
    attempt = started(scene, ask(scene).release.id)
    scene.opened("1.3", kind=ChangeKind.EMERGENCY, by="lena")
    assert scene.stage_of(attempt, PROD).ending is None
    assert scene.stage_of(pending, PREPROD).ending is StageOutcome.SUPERSEDED


def test_a_verdict_that_was_owed_is_owed_no_more(scene: Scene) -> None:
    owed = scene.signed_off("1.2")
    scene.work(owed, PROD)
    assert scene.finish(owed, PROD).outcome == "unverified"
    scene.close(owed)
    rolled_back(scene, started(scene, ask(scene).release.id))
    assert scene.runs(PROD) == "1.1"
    with scene.store.transaction() as tx:
        (hold,) = tx.records.standing_holds("orders", "prod", scene.release_of(_live_attempt(scene)))
        assert len(tx.records.holds_of_failure(owed.release_id)) == 1
    assert "was rolled back in prod by rita" in hold.reason
    assert len(entries(scene, "hold_lifted")) == 1


def test_its_reason_is_what_people_are_told(scene: Scene) -> None:
    ask(scene)
    with scene.store.transaction() as tx:
        texts = [message.text for _, message in tx.outbox.unsent(1000)]
    assert any(REASON in text and "rolls back prod from 1.1 to 1.0" in text for text in texts)


def with_database(make_scene: Callable[..., Scene], migration: str) -> Scene:
    made = make_scene(a_service(database=True), rules=rules())
    made.long_live("1.0")
    made.live("1.1", files={"migrations/versions/0001_orders.py": migration})
    return made


def test_the_schema_goes_back_as_far_as_its_proof_allows(make_scene: Callable[..., Scene]) -> None:
    scene = with_database(make_scene, REVERSIBLE)
    finish = rolled_back(scene, started(scene, ask(scene).release.id))
    assert finish.outcome == "passed"
    assert "the schema is back at its beginning" in finish.detail


def test_where_there_is_no_proven_way_back_it_says_so_and_touches_nothing(make_scene: Callable[..., Scene]) -> None:
    scene = with_database(make_scene, REVERSIBLE)
    with scene.store.transaction() as tx:
        tx.sql.run("ALTER TABLE migration_proof DISABLE TRIGGER ALL")
        tx.sql.run(
            """UPDATE migration_proof SET verdict = 'irreversible',
            record = jsonb_set(record, '{old_version_tried}', 'false')"""
        )
        tx.sql.run("ALTER TABLE migration_proof ENABLE TRIGGER ALL")
    assert refusal(scene) == "beyond_rollback_limit"
    assert scene.runs(PROD) == "1.1"


def test_elsewhere_is_bound_by_what_was_seen_to_run_on_the_schema(make_scene: Callable[..., Scene]) -> None:
    scene = with_database(make_scene, LOSSY)
    scene.live("1.2", files={"migrations/versions/0001_orders.py": LOSSY})
    assert refusal(scene, "0.9", by="sam") == "no_rollback"
    assert ask(scene, "1.0", by="sam").pending


def test_a_silent_target_is_no_obstacle(scene: Scene) -> None:
    attempt = started(scene, ask(scene).release.id)
    scene.target.silent = True
    brought_back(scene, attempt)
    scene.target.silent = False
    assert scene.runs(PROD) == "1.0"
