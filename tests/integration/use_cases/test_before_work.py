"""Every way a stage can end before anything was touched."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from slipway.domain.errors import RefusedError
from slipway.domain.grant import Step
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.domain.release_window import OpenException, ReleaseWindow, Weekday
from slipway.ports.values import Actor, Deployed
from slipway.use_cases.ask_approval import NotAsked
from slipway.use_cases.expire_request import expire_request
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import ALL_DAY, DEV, PREPROD, PROD, people, platform_rules
from tests.scene import TASK, Scene


def ends_untouched(scene: Scene, attempt: Attempt, outcome: str) -> None:
    """Preprod ends so, and was never deployed to."""
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.ENDED
    assert scene.finish(attempt, PREPROD).outcome == outcome
    assert scene.close(attempt).outcome == outcome
    assert scene.runs(PREPROD) is None


def test_a_rejection_ends_it(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    assert scene.answer(attempt, Step.APPROVE, "sam", "Reject", comment="not today").kind == "rejected"
    ends_untouched(scene, attempt, "rejected")
    assert "not today" in scene.stage_of(attempt, PREPROD).detail


def test_a_question_that_nobody_answers_expires(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    expire_request(scene.world, attempt.id, Step.APPROVE, TASK)
    ends_untouched(scene, attempt, "expired")


def test_an_answer_in_the_last_moment_is_not_expired(scene: Scene) -> None:
    attempt = scene.approved()
    expire_request(scene.world, attempt.id, Step.APPROVE, TASK)
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_a_grant_that_expires_in_the_queue_renews_the_attempt(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(rules=platform_rules(grant_minutes=0))
    attempt = scene.approved()
    ends_untouched(scene, attempt, "renewed")
    assert scene.release_of(attempt).state == "awaiting_retry"


@pytest.mark.parametrize("gone", ["sam"])
def test_a_voter_who_left_voids_the_grant(scene: Scene, gone: str) -> None:
    attempt = scene.approved()
    scene.activate(platform_rules(), people(gone))
    ends_untouched(scene, attempt, "renewed")


def test_a_changed_policy_voids_the_grant(scene: Scene) -> None:
    attempt = scene.approved()
    scene.activate(platform_rules(grant_minutes=5), people())
    ends_untouched(scene, attempt, "renewed")


def test_a_mere_new_colleague_voids_nothing(scene: Scene) -> None:
    attempt = scene.approved()
    scene.activate(platform_rules(), people("pat"))
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_a_hold_makes_it_wait_and_lifting_it_lets_it_go_on(scene: Scene) -> None:
    attempt = scene.approved()
    with scene.store.transaction() as tx:
        hold = tx.records.place_hold("environment", "preprod", "an audit", "lena", None, None)
    result = scene.turn(attempt, PREPROD)
    assert result.answer is TurnAnswer.WAIT
    assert [blocker.code for blocker in result.blockers] == ["hold"]
    assert not may_go_on(scene.world, attempt.id, PREPROD)
    with scene.store.transaction() as tx:
        assert tx.records.lift_hold(hold, "lena", "done")
    assert may_go_on(scene.world, attempt.id, PREPROD)
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_a_closed_window_makes_it_wait_but_not_an_emergency(make_scene: Callable[..., Scene]) -> None:
    next_month = OpenException(
        date=datetime.now(UTC).date() + timedelta(days=30), hours=ALL_DAY[Weekday.MONDAY], reason="move"
    )
    scene = make_scene(rules=platform_rules(window=ReleaseWindow(exceptions=(next_month,))))
    waits = scene.turn(scene.approved("1.0"), PREPROD)
    assert [(b.code, b.clears_at and b.clears_at.date()) for b in waits.blockers] == [
        ("window_closed", next_month.date)
    ]
    urgent = scene.dev_passed("1.1", by="lena", kind=ChangeKind.EMERGENCY)
    scene.grant(urgent, Step.APPROVE, "sam")
    assert scene.turn(urgent, PREPROD).answer is TurnAnswer.TAKEN


def test_what_fits_no_window_is_told_at_once(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(rules=platform_rules(window=ReleaseWindow()))
    attempt = scene.approved("1.0")
    assert [b.code for b in scene.turn(attempt, PREPROD).blockers] == ["never_fits"]
    with scene.world.store.transaction() as tx:
        pages = [message.text for _, message in tx.outbox.unsent(100) if message.channel == "page"]
    assert [attempt.release_id in text for text in pages] == [True]


def test_a_persons_newer_request_replaces_a_pending_one(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    newer = scene.opened("1.1", by="rob")
    ends_untouched(scene, attempt, "superseded")
    assert newer.release_id in scene.stage_of(attempt, PREPROD).detail


def test_one_that_is_at_work_in_dev_is_replaced_for_preprod(scene: Scene) -> None:
    attempt = scene.opened("1.0")
    scene.work(attempt, DEV)
    scene.opened("1.1", by="rob")
    assert scene.finish(attempt, DEV).outcome == "passed"
    ends_untouched(scene, attempt, "superseded")


def test_a_nightly_run_replaces_nothing(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    nightly = scene.opened("1.1", by="schedule", to=DEV, origin=Origin.SCHEDULE, dag_id="dev__orders")
    assert scene.stage(nightly, DEV).outcome == "passed"
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_one_with_a_permit_is_not_replaced(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    scene.work(attempt, PREPROD)
    scene.opened("1.1", by="rob")
    assert scene.finish(attempt, PREPROD).outcome == "passed"


def test_an_ordinary_request_does_not_replace_an_emergency(scene: Scene) -> None:
    urgent = scene.dev_passed("1.0", by="lena", kind=ChangeKind.EMERGENCY)
    scene.opened("1.1", by="rob")
    scene.grant(urgent, Step.APPROVE, "sam")
    assert scene.stage(urgent, PREPROD).outcome == "passed"


def stopped(scene: Scene, attempt: Attempt) -> None:
    stop(scene.world, attempt.release_id, Actor(id="rob", via="cli"), "wrong version")


def test_stopped_while_people_are_asked_it_is_withdrawn(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    stopped(scene, attempt)
    assert scene.answer(attempt, Step.APPROVE, "platform", "Withdrawn").kind == "withdrawn"
    assert isinstance(scene.ask(attempt, Step.APPROVE), NotAsked)
    ends_untouched(scene, attempt, "withdrawn")


def test_stopped_in_the_queue_it_is_withdrawn_and_leaves_the_queue(scene: Scene) -> None:
    attempt = scene.approved()
    with scene.store.transaction() as tx:
        tx.records.place_hold("all", None, "an audit", "lena", None, None)
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.WAIT
    stopped(scene, attempt)
    assert may_go_on(scene.world, attempt.id, PREPROD)
    ends_untouched(scene, attempt, "withdrawn")
    with scene.store.transaction() as tx:
        assert not tx.turns.waiting("live")


def test_one_that_awaits_a_retry_is_withdrawn_at_once(scene: Scene) -> None:
    scene.target.never_healthy = {"1.0"}
    attempt = scene.dev_passed()
    assert scene.close(attempt).outcome == "failed"
    stopped(scene, attempt)
    assert scene.release_of(attempt).outcome == "withdrawn"


@pytest.mark.parametrize(("who", "reason"), [("pat", "because"), ("selma", "because"), ("rob", " ")])
def test_stopping_needs_the_right_and_a_reason(scene: Scene, who: str, reason: str) -> None:
    attempt = scene.dev_passed()
    with pytest.raises(RefusedError):
        stop(scene.world, attempt.release_id, Actor(id=who, via="cli"), reason)
    assert len(scene.log("stop_refused")) == 1
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_something_else_in_preprod_renews_the_attempt(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    other = scene.approved("1.1", by="rob", to=PREPROD)
    assert scene.stage(other, PREPROD).outcome == "passed"
    assert scene.stage_of(attempt, PROD).ending == "superseded"
    assert scene.close(attempt).outcome == "superseded"


def test_preprod_that_moved_on_renews_the_attempt(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    with scene.store.transaction() as tx:
        other = scene.artefacts.publish("orders", "9", {"by": "another release"})
        tx.records.add_deployment(attempt, "preprod", Deployed(version="9", digest=other.digest), "deploy")
    result = scene.turn(attempt, PROD)
    assert result.outcome == "renewed"
    assert scene.close(attempt).outcome == "renewed"
    assert scene.runs(PROD) is None


def test_nobody_is_asked_where_nobody_could_answer(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(everybody=people("sam", "sue", "mona"))
    attempt = scene.dev_passed()
    assert isinstance(scene.ask(attempt, Step.APPROVE), NotAsked)
    assert scene.close(attempt).outcome == "refused"
    assert len(scene.log("approval_impossible")) == 1
