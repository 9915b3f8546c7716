"""Live is watched to a verdict; what is not clear is decided by a named person, or owed (R17)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slipway.adapters.database.overview import Overview
from slipway.adapters.monitors.sources import Sources
from slipway.domain.errors import RefusedError
from slipway.domain.grant import Step
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility
from slipway.domain.release import Attempt, ChangeKind
from slipway.domain.watch import Alert, HourBefore, Limits, Sample, SourceKind
from slipway.ports.outside.checks import Look
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked, NotAsked
from slipway.use_cases.expire_request import expire_request
from slipway.use_cases.facts import gather, stage_needs
from slipway.use_cases.reconcile import withdraw_dead_questions
from slipway.use_cases.settle_verdict import settle_verdict
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from slipway.use_cases.watch import WatchFailedError, WatchIsOverError
from tests import rollbacks
from tests.builders import AUTHORITY, DEV, PREPROD, PROD, a_service, platform_rules
from tests.clock import Clock
from tests.fakes.connections import FakeConnections
from tests.migrations import REVERSIBLE
from tests.scene import TASK, Scene
from tests.watching import a_check, a_watch, an_alert_check, watched_service

TEN = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
SAM, SUE, RITA, LENA = (Actor(id=person, via="rest") for person in ("sam", "sue", "rita", "lena"))
ROUNDS = 20
"""Till the end of a watch, after the first."""


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    return scene_at(TEN, watched_service(), rules=platform_rules(watch_hosts=("prometheus",)))


def begun(scene: Scene, version: str = "1.0", **more: Any) -> Attempt:
    """In Prod, smoke passed, watched since now."""
    attempt = scene.signed_off(version, **more)
    scene.work(attempt, PROD)
    assert scene.watch(attempt).until is not None
    return attempt


def rounds(scene: Scene, clock: Clock, attempt: Attempt, count: int = ROUNDS) -> bool:
    """The first look and so many more, 15 seconds apart; whether the last one found that it is over."""
    over = scene.look(attempt).over
    for _ in range(count):
        clock.pass_by(seconds=15)
        over = scene.look(attempt).over
    return over


def seeing(value: float | None) -> Callable[[Look], Sample]:
    """At each look the same; None: nothing."""
    return lambda look: Sample(at=look.instants[-1], value=value, problem="there is no data" if value is None else "")


def unclear(scene: Scene, clock: Clock, **more: Any) -> Attempt:
    """Watched to the end, and nothing was seen."""
    scene.monitor.sees["errors"] = seeing(None)
    attempt = begun(scene, **more)
    assert rounds(scene, clock, attempt)
    assert scene.watch(attempt).detail.startswith("unknown")
    return attempt


class _Withdrawing:
    """A scheduler that answers each open question with *Withdrawn*."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.asked: list[str] = []

    def withdraw_requests(self, _dag_id: str, run_id: str) -> list[str]:
        self.asked.append(run_id)
        return []


# Pass ----------------------------------------------------------------------------------------------------------------


def test_a_watch_that_saw_nothing_wrong_passes_when_its_time_is_over(scene: Scene, clock: Clock) -> None:
    attempt = begun(scene)
    assert not rounds(scene, clock, attempt, ROUNDS - 1)
    assert scene.watch(attempt).until is not None
    clock.pass_by(seconds=15)
    assert scene.look(attempt).over
    assert scene.watch(attempt).detail.startswith("pass: errors: pass, 21 good, 0 bad and 0 blind of 21 looks")
    scene.grant(attempt, Step.CONFIRM, "rob")
    assert scene.ask(attempt, Step.VERDICT) == NotAsked(
        go_on=True, detail="there is nothing to decide: the watch was clear, or nothing was watched"
    )
    finish = scene.finish(attempt, PROD)
    assert (finish.outcome, finish.detail) == ("passed", "deployed, smoke passed, watched, confirmed by a person")
    assert set(scene.monitor.hosts) == {"prometheus"}


def test_while_it_is_watched_its_status_says_until_when(scene: Scene, clock: Clock) -> None:
    attempt = begun(scene)
    rounds(scene, clock, attempt, 2)
    with scene.store.transaction() as tx:
        found = Overview(tx.sql).release(attempt.release_id)
    began = scene.stage_of(attempt, PROD).watch_began_at
    assert found is not None
    assert began is not None
    until = (began + timedelta(minutes=5)).astimezone(UTC)
    assert found["next"].startswith(f"prod is watched until {until:%Y-%m-%d %H:%M}Z; ")


def test_a_service_without_a_watch_says_so_in_the_log_and_on_the_form(
    scene_at: Callable[..., Scene],
) -> None:
    scene = scene_at(TEN)
    attempt = scene.preprod_passed()
    asked = scene.ask(attempt, Step.AUTHORISE)
    assert isinstance(asked, Asked)
    assert "- Watched in live afterwards: **nothing**" in asked.request.evidence
    scene.answer(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    scene.work(attempt, PROD)
    assert scene.watch(attempt).until is None
    assert "declares no watch" in scene.log("nothing_checked")[0]
    scene.grant(attempt, Step.CONFIRM, "rob")
    assert scene.finish(attempt, PROD).outcome == "passed"


# Fail ----------------------------------------------------------------------------------------------------------------


def test_a_failing_watch_ends_at_once_brings_the_version_before_back_and_holds_the_service(
    scene: Scene, clock: Clock
) -> None:
    scene.long_live("0.9")
    attempt = begun(scene)
    scene.ask(attempt, Step.CONFIRM)
    scene.monitor.sees["errors"] = seeing(3.0)
    assert rounds(scene, clock, attempt, 1)
    with pytest.raises(WatchFailedError, match="it is 3, and may be 1 at most, 2 looks in a row"):
        scene.watch(attempt)
    finish = scene.finish(attempt, PROD)
    assert (finish.outcome, scene.runs(PROD)) == ("undone", "0.9")
    assert finish.detail.startswith("the watch of live failed: errors: it is 3, and may be 1 at most, 2 looks in a row")
    assert scene.close(attempt).outcome == "rolled_back"
    (marked,) = map(json.loads, scene.log("version_marked_bad"))
    assert marked["because"].startswith("the watch of live failed: errors: it is 3")
    assert "Undo" not in marked["because"]
    next_one = scene.opened("1.1")
    assert "hold" in [blocker.code for blocker in scene.turn(next_one, DEV).blockers]


def test_who_gives_the_verdict_is_shown_who_confirmed_it(scene: Scene, clock: Clock) -> None:
    scene.monitor.sees["errors"] = seeing(None)
    attempt = begun(scene)
    scene.grant(attempt, Step.CONFIRM, "rob")
    assert rounds(scene, clock, attempt)
    scene.watch(attempt)
    asked = scene.ask(attempt, Step.VERDICT)
    assert isinstance(asked, Asked)
    (line,) = (one for one in asked.request.evidence.splitlines() if one.startswith("- confirm: "))
    assert line.startswith("- confirm: Approve by rob at ")


def test_what_is_still_asked_about_a_release_that_was_found_bad_is_withdrawn_even_after_its_end(
    scene: Scene, clock: Clock
) -> None:
    attempt = begun(scene)
    scene.ask(attempt, Step.CONFIRM)
    scene.monitor.sees["errors"] = seeing(3.0)
    rounds(scene, clock, attempt, 1)
    scheduler = _Withdrawing(scene)
    withdraw_dead_questions(scene.world, scheduler)  # type: ignore[arg-type]
    assert scheduler.asked == [], "nothing is decided yet"
    with pytest.raises(WatchFailedError):
        scene.watch(attempt)
    withdraw_dead_questions(scene.world, scheduler)  # type: ignore[arg-type]
    scene.finish(attempt, PROD)
    scene.close(attempt)
    withdraw_dead_questions(scene.world, scheduler)  # type: ignore[arg-type]
    assert scheduler.asked == [attempt.run_id] * 2
    assert scene.answer(attempt, Step.CONFIRM, "platform", "Withdrawn").kind == "withdrawn"
    withdraw_dead_questions(scene.world, scheduler)  # type: ignore[arg-type]
    assert scheduler.asked == [attempt.run_id] * 2, "nobody is asked any more"


def test_a_task_that_starts_again_finds_the_verdict_and_writes_none(scene: Scene, clock: Clock) -> None:
    attempt = begun(scene)
    scene.monitor.sees["errors"] = seeing(3.0)
    rounds(scene, clock, attempt, 1)
    for _ in range(2):
        with pytest.raises(WatchFailedError):
            scene.watch(attempt)
    assert len(scene.log("watch_finished")) == 1


# Unknown -------------------------------------------------------------------------------------------------------------


def test_an_unclear_watch_asks_a_senior_or_second_line_who_did_not_ask_for_it(scene: Scene, clock: Clock) -> None:
    attempt = unclear(scene, clock, by="lena")
    asked = scene.ask(attempt, Step.VERDICT)
    assert isinstance(asked, Asked)
    assert set(asked.request.eligible) == {"sam", "sue", "mona"}
    assert "- Watched: `errors`: **unknown**, `only 0 of 21 looks saw anything (there is no data)`" in (
        asked.request.evidence.splitlines()
    )
    assert "already a requester" in scene.answer(attempt, Step.VERDICT, "lena").detail
    assert "who looked" in scene.answer(attempt, Step.VERDICT, "sue", looked_at="").detail
    assert scene.answer(attempt, Step.VERDICT, "sue").kind == "granted"
    scene.grant(attempt, Step.CONFIRM, "rob")
    finish = scene.finish(attempt, PROD)
    assert (finish.outcome, "the watch judged by a person" in finish.detail) == ("passed", True)


def test_who_decides_that_it_is_bad_has_it_undone(scene: Scene, clock: Clock) -> None:
    scene.long_live("0.9")
    attempt = unclear(scene, clock)
    scene.grant(attempt, Step.CONFIRM, "rob")
    scene.ask(attempt, Step.VERDICT)
    assert scene.answer(attempt, Step.VERDICT, "sue", "Reject").kind == "rejected"
    assert scene.finish(attempt, PROD).outcome == "undone"
    assert scene.runs(PROD) == "0.9"
    assert scene.log("version_marked_bad")


def test_an_unclear_watch_never_passes_by_itself(scene: Scene, clock: Clock) -> None:
    attempt = unclear(scene, clock)
    scene.grant(attempt, Step.CONFIRM, "rob")
    asked = scene.ask(attempt, Step.VERDICT)
    assert isinstance(asked, Asked)
    expire_request(scene.world, attempt.id, Step.VERDICT, TASK)
    finish = scene.finish(attempt, PROD)
    assert finish.outcome == "unverified"
    assert "the watch was not clear, and nobody decided in time: a verdict is owed" in finish.detail


def test_a_watch_whose_task_somebody_marked_done_asks_a_person(scene: Scene) -> None:
    attempt = begun(scene)
    scene.grant(attempt, Step.CONFIRM, "rob")
    assert isinstance(scene.ask(attempt, Step.VERDICT), Asked)
    assert scene.finish(attempt, PROD).outcome == "unverified"


def test_watch_confirmation_and_verdict_are_due_by_the_same_time(scene: Scene, clock: Clock) -> None:
    attempt = begun(scene)
    due = scene.stage_of(attempt, PROD).attend_until
    clock.pass_by(minutes=3)
    for step in (Step.CONFIRM, Step.VERDICT):
        asked = scene.ask(attempt, step)
        assert isinstance(asked, Asked)
        assert asked.request.expires_at == due == TEN + timedelta(hours=1)


def test_at_that_time_a_watch_that_is_not_done_is_unknown(scene: Scene, clock: Clock) -> None:
    attempt = begun(scene)
    rounds(scene, clock, attempt, 3)
    clock.set(TEN + timedelta(hours=1))
    # nobody looked meanwhile: too late for a pass, whatever is seen now
    scene.monitor.sees["errors"] = lambda look: Sample(at=look.instants[-1], problem="too late")
    assert scene.look(attempt).over
    assert scene.watch(attempt).detail.startswith("unknown")
    assert scene.finish(attempt, PROD).outcome == "unverified"


def test_an_emergency_outside_the_window_is_attended_for_half_an_hour_longer_than_its_watch(
    scene: Scene,
) -> None:
    attempt = begun(scene, by="lena", kind=ChangeKind.EMERGENCY)
    assert scene.stage_of(attempt, PROD).attend_until == TEN + timedelta(minutes=35)


# After a restart -----------------------------------------------------------------------------------------------------


def test_a_watch_goes_on_from_what_it_had_and_fetches_what_it_missed(scene: Scene, clock: Clock) -> None:
    attempt = begun(scene)
    rounds(scene, clock, attempt, 4)
    clock.pass_by(minutes=2)  # nobody looks; the source remembers
    scene.look(attempt)
    (look,) = scene.monitor.asked[-1:]
    assert [at - TEN for at in (look.instants[0], look.instants[-1])] == [
        timedelta(seconds=75),
        timedelta(minutes=3),
    ]
    rounds(scene, clock, attempt, 8)
    assert scene.watch(attempt).detail.startswith("pass: errors: pass, 21 good")


def test_a_look_that_saw_nothing_is_made_good_when_the_source_is_back(scene: Scene, clock: Clock) -> None:
    attempt = begun(scene)
    scene.monitor.sees["errors"] = seeing(None)
    rounds(scene, clock, attempt, 10)
    del scene.monitor.sees["errors"]
    clock.pass_by(seconds=15)
    rounds(scene, clock, attempt, 9)
    assert scene.watch(attempt).detail.startswith("pass: errors: pass, 21 good")


def test_two_that_look_at_once_see_one_thing(scene: Scene, clock: Clock) -> None:
    attempt = begun(scene)
    again = iter([True])
    scene.monitor.meanwhile = lambda: next(again, False) and scene.look(attempt)
    assert not scene.look(attempt).over
    with scene.store.transaction() as tx:
        seen = tx.watch_samples.of_stage(attempt.id, PROD)
    assert [one.at for one in seen["errors"]] == [TEN]


def test_what_was_seen_is_not_seen_otherwise_later(scene: Scene) -> None:
    attempt = begun(scene)
    with scene.store.transaction() as tx:
        for value in (1.0, 9.0):
            tx.watch_samples.add(attempt.id, PROD, "errors", [Sample(at=TEN, value=value)])
    with scene.store.transaction() as tx:
        assert [one.value for one in tx.watch_samples.of_stage(attempt.id, PROD)["errors"]] == [1.0]


def test_the_hour_before_the_deploy_is_asked_for_once(scene_at: Callable[..., Scene], clock: Clock) -> None:
    hour = HourBefore(at_most_times=2.0, ignore_below=0.1)
    scene = scene_at(TEN, watched_service(watch=a_watch(a_check(limits=Limits(hour_before=hour)))))
    attempt = begun(scene)
    rounds(scene, clock, attempt, 2)
    first, *later = scene.monitor.asked
    assert (first.before[0], first.before[-1]) == (TEN - timedelta(hours=1), TEN - timedelta(minutes=1))
    assert [look.before for look in later] == [(), ()]


# What one service says of itself --------------------------------------------------------------------------------------


class _Answers:
    """A getter of documents: what the service says of itself, and what fires. The latter takes a second."""

    def __init__(self, own: str, clock: Clock) -> None:
        self.own = own
        self.fires: list[object] = []
        self._clock = clock

    def json(self, url: str, _hosts: object, **_: object) -> Any:
        if not url.startswith("http://alertmanager"):
            return json.loads(self.own)
        self._clock.pass_by(seconds=1)
        return self.fires


@pytest.mark.parametrize(
    "own", ['{"state": "a\\u0000b"}', '{"state": "\\ud800"}', f'{{"state": {"9" * 400}}}'], ids=["NUL", "half", "huge"]
)
def test_whatever_a_service_says_of_itself_an_alert_beside_it_is_seen_and_fails_it(
    scene_at: Callable[..., Scene], clock: Clock, own: str
) -> None:
    itself = {"source": SourceKind.HTTP_JSON, "connection": None, "url": "http://orders/health", "query": "state"}
    checks = a_check("itself", **itself), an_alert_check(connection="alerts")
    rules = platform_rules(watch_hosts=("alertmanager", "orders"))
    scene = scene_at(TEN, watched_service(watch=a_watch(*checks)), rules=rules)
    answers: Any = _Answers(own, clock)
    sources = Sources(FakeConnections({"alerts": "http://alertmanager"}), answers)
    scene.world = replace(scene.world, monitor=sources)
    attempt = begun(scene)
    assert not scene.look(attempt).over
    clock.pass_by(seconds=15)
    began = clock.now.isoformat()
    answers.fires = [{"fingerprint": "f", "labels": {"alertname": "OrdersDown"}, "startsAt": began}]
    assert scene.look(attempt).over
    with pytest.raises(WatchFailedError, match="OrdersDown fires"):
        scene.watch(attempt)


# Alerts of before the deploy -----------------------------------------------------------------------------------------


SECOND_LINE = frozenset({Duty.SECOND_LINE})
ROLLBACK = AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER, also=SECOND_LINE), reason_required=True)


@pytest.fixture
def alarmed(scene_at: Callable[..., Scene], clock: Clock) -> Scene:
    """Its watch looks at alerts; each look takes a second."""
    rules = platform_rules(watch_hosts=("alertmanager",), authority={**AUTHORITY, Action.ROLLBACK: ROLLBACK})
    scene = scene_at(TEN, watched_service(watch=a_watch(an_alert_check())), rules=rules)
    scene.monitor.meanwhile = lambda: clock.pass_by(seconds=1)
    return scene


def firing(*names: str, since: datetime) -> Callable[[Look], Sample]:
    alerts = tuple(Alert(fingerprint=name, name=name, started_at=since) for name in names)
    return lambda look: Sample(at=look.instants[-1], alerts=alerts)


def no_answer(look: Look) -> Sample:
    return Sample(at=look.instants[-1], problem="alertmanager did not answer in time")


def one_that_comes(scene: Scene, clock: Clock, name: str) -> Attempt:
    """Nothing fires while it is deployed; an alert comes in the middle of the watch, and stays."""
    attempt = scene.signed_off()
    scene.target.before = lambda _: scene.monitor.sees.update(alerts=firing(since=TEN))
    scene.work(attempt, PROD)
    scene.watch(attempt)
    rounds(scene, clock, attempt, 5)
    scene.monitor.sees["alerts"] = firing(name, since=clock.now)
    while not scene.look(attempt).over:
        clock.pass_by(seconds=15)
    return attempt


def test_an_alert_that_fired_before_and_is_gone_while_it_is_deployed_rolls_nothing_back_when_it_comes_again(
    alarmed: Scene, clock: Clock
) -> None:
    alarmed.monitor.sees["alerts"] = firing("Flaps", since=TEN - timedelta(hours=1))
    attempt = one_that_comes(alarmed, clock, "Flaps")
    assert alarmed.watch(attempt).detail.startswith("pass: alerts: pass,")
    assert set(alarmed.monitor.hosts) == {"alertmanager"}


def test_an_alert_that_did_not_fire_before_counts(alarmed: Scene, clock: Clock) -> None:
    alarmed.monitor.sees["alerts"] = firing("Slow", since=TEN - timedelta(hours=1))
    attempt = one_that_comes(alarmed, clock, "Flaps")
    with pytest.raises(WatchFailedError, match="Flaps fires"):
        alarmed.watch(attempt)


def test_where_nobody_could_see_what_fired_before_a_person_decides_and_is_told_why(
    alarmed: Scene, clock: Clock
) -> None:
    alarmed.monitor.sees["alerts"] = no_answer
    attempt = one_that_comes(alarmed, clock, "Flaps")
    assert alarmed.watch(attempt).detail.startswith("unknown")
    asked = alarmed.ask(attempt, Step.VERDICT)
    assert isinstance(asked, Asked)
    (told,) = [line for line in asked.request.evidence.splitlines() if line.startswith("- Watched:")]
    assert "nobody knows whether it did before the deploy (alertmanager did not answer in time)" in told


def test_one_look_is_enough_and_what_it_could_not_see_is_looked_for_again(alarmed: Scene) -> None:
    attempt = alarmed.signed_off()
    assert alarmed.monitor.asked == [], "no other stage is watched"
    alarmed.turn(attempt, PROD)
    alarmed.monitor.sees["alerts"] = no_answer
    alarmed.migrate(attempt, PROD)
    alarmed.monitor.sees["alerts"] = firing("Flaps", since=TEN)
    alarmed.migrate(attempt, PROD)
    alarmed.deploy(attempt, PROD)
    with alarmed.store.transaction() as tx:
        seen = tx.watch_samples.of_stage(attempt.id, PROD)["alerts"]
        (deployed,) = tx.activities.of_stage(attempt.id, PROD)
    assert [[alert.name for alert in one.alerts] for one in seen] == [[], ["Flaps"]]
    assert seen[-1].at < deployed.opened_at


def test_what_fires_once_the_first_work_has_begun_is_nothing_of_before(scene_at: Callable[..., Scene]) -> None:
    scene = scene_at(TEN, watched_service(watch=a_watch(an_alert_check()), database=True))
    scene.monitor.sees["alerts"] = no_answer
    scene.work(scene.signed_off(files={"migrations/versions/0001_orders.py": REVERSIBLE}), PROD)
    assert len(scene.monitor.asked) == 1


def test_a_rescue_looks_at_nothing(alarmed: Scene) -> None:
    alarmed.long_live("0.9")
    attempt = begun(alarmed)
    alarmed.finish(attempt, PROD)
    alarmed.monitor.asked.clear()
    asked = rollbacks.ask(alarmed)
    assert rollbacks.rolled_back(alarmed, rollbacks.started(alarmed, asked.release.id)).outcome == "passed"
    assert (alarmed.runs(PROD), alarmed.monitor.asked) == ("0.9", [])


# What ends it early --------------------------------------------------------------------------------------------------


def test_a_person_who_says_no_a_stop_and_the_end_of_the_stage_end_the_watch(scene: Scene) -> None:
    attempt = begun(scene)
    scene.ask(attempt, Step.CONFIRM)
    scene.answer(attempt, Step.CONFIRM, "rob", "Reject")
    assert_over(scene, attempt, "rejected")
    scene.finish(attempt, PROD)
    assert_over(scene, attempt, "undone")


def test_a_stop_while_live_is_watched_undoes_it(scene: Scene) -> None:
    attempt = begun(scene)
    stop(scene.world, attempt.release_id, SAM, "wrong day")
    assert_over(scene, attempt, "withdrawn")
    assert scene.finish(attempt, PROD).outcome == "undone"


def assert_over(scene: Scene, attempt: Attempt, ending: str) -> None:
    assert scene.look(attempt).over
    with pytest.raises(WatchIsOverError) as over:
        scene.watch(attempt)
    assert over.value.ending == ending
    assert scene.monitor.asked == []


def test_an_emergency_takes_the_lane_and_the_watch_goes_on_without_it(
    scene_at: Callable[..., Scene], clock: Clock
) -> None:
    scene = scene_at(TEN, watched_service(), a_service("forms"))
    attempt = begun(scene)
    urgent = scene.dev_passed("2.0", service="forms", by="lena", kind=ChangeKind.EMERGENCY)
    scene.grant(urgent, Step.APPROVE, "sam")
    assert scene.turn(urgent, PREPROD).answer is TurnAnswer.TAKEN
    rounds(scene, clock, attempt)
    assert scene.watch(attempt).detail.startswith("pass")
    scene.grant(attempt, Step.CONFIRM, "rob")
    assert scene.finish(attempt, PROD).outcome == "passed"


def test_a_watch_that_failed_is_not_at_rest_so_nobody_takes_its_lane(
    scene_at: Callable[..., Scene], clock: Clock
) -> None:
    scene = scene_at(TEN, watched_service(), a_service("forms"))
    attempt = begun(scene)
    scene.monitor.sees["errors"] = seeing(3.0)
    rounds(scene, clock, attempt, 1)
    with pytest.raises(WatchFailedError):
        scene.watch(attempt)
    urgent = scene.dev_passed("2.0", service="forms", by="lena", kind=ChangeKind.EMERGENCY)
    scene.grant(urgent, Step.APPROVE, "sam")
    assert scene.turn(urgent, PREPROD).answer is TurnAnswer.WAIT


# A verdict that is owed ----------------------------------------------------------------------------------------------


def owed(scene: Scene) -> Attempt:
    """Live, and nobody said anything."""
    attempt = begun(scene)
    assert scene.finish(attempt, PROD).outcome == "unverified"
    assert scene.close(attempt).outcome == "unverified"
    return attempt


def blockers(scene: Scene, version: str) -> list[str]:
    later = scene.opened(version)
    return [blocker.code for blocker in scene.turn(later, DEV).blockers]


def test_a_verdict_that_is_owed_is_settled_with_a_reason_and_the_service_is_free(scene: Scene) -> None:
    attempt = owed(scene)
    assert blockers(scene, "1.1") == ["verdict_owed"]
    detail = settle_verdict(
        scene.world, attempt.release_id, passed=True, actor=SUE, reason="I looked at the orders of an hour"
    )
    assert "is live, and hold" in detail
    assert blockers(scene, "1.2") == []
    release = scene.release_of(attempt)
    assert (release.state, release.outcome) == ("ended", "live")
    (given,) = scene.log("verdict_given")
    assert json.loads(given) == {"verdict": "pass", "reason": "I looked at the orders of an hour"}


def test_a_verdict_that_says_bad_marks_the_version_and_keeps_the_hold(scene: Scene) -> None:
    attempt = owed(scene)
    detail = settle_verdict(
        scene.world, attempt.release_id, passed=False, actor=SUE, reason="half of the orders are lost"
    )
    assert f"--fixes {attempt.release_id}" in detail
    assert scene.log("version_marked_bad")
    assert blockers(scene, "1.1") == ["hold"]


@pytest.mark.parametrize(
    ("actor", "reason", "why"),
    [
        (RITA, "fine", "none of those who may"),
        (LENA, "fine", "already a requester"),
        (SUE, " ", "a reason is needed"),
    ],
)
def test_not_everybody_settles_it(scene: Scene, actor: Actor, reason: str, why: str) -> None:
    attempt = begun(scene, by="lena")
    scene.finish(attempt, PROD)
    scene.close(attempt)
    with pytest.raises(RefusedError, match=why):
        settle_verdict(scene.world, attempt.release_id, passed=True, actor=actor, reason=reason)
    assert why in scene.log("verdict_refused")[0]


def test_it_is_settled_once_and_only_where_it_is_owed(scene: Scene) -> None:
    attempt = begun(scene)
    with pytest.raises(RefusedError, match="has not ended, so no verdict is owed"):
        settle_verdict(scene.world, attempt.release_id, passed=True, actor=SUE, reason="fine")
    scene.finish(attempt, PROD)
    scene.close(attempt)
    settle_verdict(scene.world, attempt.release_id, passed=False, actor=SUE, reason="bad")
    with pytest.raises(RefusedError, match="was given before: fail"):
        settle_verdict(scene.world, attempt.release_id, passed=True, actor=SUE, reason="fine")


def test_the_window_must_be_open_for_the_watch_too(scene: Scene) -> None:
    attempt = scene.opened()
    with scene.store.transaction() as tx:
        plain = stage_needs(tx, tx.policy(), "orders", "prod")
        assert gather(tx, attempt, PROD).stage_needs == plain + timedelta(minutes=5)
