"""Walks of `lifecycle.md` that days and people decide, by a clock that the test sets (R3, R6, R12, R13)."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from slipway.domain.grant import Step
from slipway.domain.release import Attempt, Origin
from slipway.use_cases.ask_approval import NotAsked
from slipway.use_cases.deploy import deploy
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.reconcile import start_renewals
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import DEV, PREPROD, PROD, a_service, people
from tests.clock import Clock
from tests.integration.interleavings.play import Renewals
from tests.office_hours import FOUR_DAYS, RULES, on
from tests.scene import TASK, WORKER, Scene


@pytest.fixture
def make(scene_at: Callable[..., Scene]) -> Callable[..., Scene]:
    def at(instant: datetime, *services: str) -> Scene:
        return scene_at(instant, *(a_service(name) for name in services or ("orders",)), rules=RULES)

    return at


def renewed(scene: Scene) -> list[Attempt]:
    """What the reconciler goes on with."""
    runs = Renewals(scene)
    start_renewals(scene.world, runs)
    with scene.store.transaction() as tx:
        found = [tx.releases.attempt(attempt_id) for attempt_id in runs.started]
    return [attempt for attempt in found if attempt is not None]


def goes_live(scene: Scene, attempt: Attempt) -> None:
    scene.work(attempt, PROD)
    scene.grant(attempt, Step.CONFIRM, "rob")
    assert scene.finish(attempt, PROD).outcome == "passed"
    assert scene.close(attempt).outcome == "live"


def test_approved_on_thursday_at_16_50_it_starts_on_friday_at_09_30(make: Callable[..., Scene], clock: Clock) -> None:
    scene = make(on(19, "16:40"))
    attempt = scene.dev_passed()
    clock.set(on(19, "16:50"))
    scene.grant(attempt, Step.APPROVE, "sam")
    result = scene.turn(attempt, PREPROD)
    assert [blocker.code for blocker in result.blockers] == ["window_too_short"]
    assert result.look_again_at == on(20, "09:30")
    clock.set(on(20, "09:29:59"))
    assert not may_go_on(scene.world, attempt.id, PREPROD)
    clock.set(on(20, "09:30"))
    assert may_go_on(scene.world, attempt.id, PREPROD)
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_proven_on_friday_and_signed_off_on_monday_it_goes_live_without_a_new_proof(
    make: Callable[..., Scene], clock: Clock
) -> None:
    scene = make(on(20, "14:00"))
    attempt = scene.preprod_passed()
    clock.set(on(20, "15:50"))
    scene.grant(attempt, Step.AUTHORISE, "sam")
    clock.set(on(23, "10:00"))
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    goes_live(scene, attempt)
    assert attempt.number == 1


def test_a_nightly_run_does_not_supersede_a_release_that_waits_for_its_sign_off(
    make: Callable[..., Scene], clock: Clock
) -> None:
    scene = make(on(19, "16:00"))
    attempt = scene.preprod_passed("1.0")
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.ask(attempt, Step.SIGN_OFF)
    clock.set(on(20, "02:30"))
    nightly = scene.opened("1.1", by="schedule", to=DEV, origin=Origin.SCHEDULE, dag_id="dev__orders")
    assert scene.stage(nightly, DEV).outcome == "passed"
    assert scene.close(nightly).outcome == "proven"
    assert scene.runs(DEV) == "1.1"
    clock.set(on(20, "10:00"))
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    goes_live(scene, attempt)
    assert scene.runs(PROD) == "1.0"
    assert not scene.log("superseded")


def test_grants_for_prod_that_expire_in_the_queue_are_asked_for_again_and_the_place_is_kept(
    make: Callable[..., Scene], clock: Clock
) -> None:
    scene = make(on(19, "10:00"), "orders", "forms")
    early = scene.signed_off()
    ends = on(19, "10:00") + timedelta(minutes=FOUR_DAYS)
    audited = ends + timedelta(days=1)
    with scene.store.transaction() as tx:
        hold = tx.records.place_hold("environment", "prod", "an audit", "lena", audited, None)
    result = scene.turn(early, PROD)
    assert (result.answer, result.look_again_at) == (TurnAnswer.WAIT, ends)
    clock.pass_by(minutes=60)
    late = scene.signed_off(service="forms")
    assert scene.turn(late, PROD).answer is TurnAnswer.WAIT
    clock.set(ends)
    assert may_go_on(scene.world, early.id, PROD)
    assert scene.turn(early, PROD).outcome == "renewed"
    assert scene.finish(early, PROD).outcome == "renewed"
    assert scene.close(early).outcome == "renewed"
    (again,) = renewed(scene)
    assert scene.stage_of(again, PREPROD).outcome == "carried_over"
    scene.grant(again, Step.AUTHORISE, "sam")
    scene.grant(again, Step.SIGN_OFF, "sue")
    assert scene.turn(again, PROD).answer is TurnAnswer.WAIT
    with scene.store.transaction() as tx:
        tx.records.lift_hold(hold, "lena", "done")
    assert not may_go_on(scene.world, late.id, PROD)
    goes_live(scene, again)


def test_a_hold_placed_between_preprod_and_prod_stops_prod_and_no_other_service(
    make: Callable[..., Scene], clock: Clock
) -> None:
    scene = make(on(19, "10:00"), "orders", "forms")
    held = scene.preprod_passed()
    clock.pass_by(minutes=1)
    other = scene.preprod_passed(service="forms")
    with scene.store.transaction() as tx:
        hold = tx.records.place_hold("service", "orders", "an audit", "lena", None, None)
    for attempt in (held, other):
        scene.grant(attempt, Step.AUTHORISE, "sam")
        scene.grant(attempt, Step.SIGN_OFF, "sue")
    assert [blocker.code for blocker in scene.turn(held, PROD).blockers] == ["hold"]
    goes_live(scene, other)
    assert scene.runs(PROD) is None
    with scene.store.transaction() as tx:
        tx.records.lift_hold(hold, "lena", "done")
    goes_live(scene, held)


def test_a_voter_who_leaves_before_the_permit_takes_the_vote_along(make: Callable[..., Scene], clock: Clock) -> None:
    scene = make(on(19, "10:00"))
    attempt = scene.signed_off()
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN
    clock.pass_by(minutes=1)
    scene.activate(RULES, people("sue"))
    with pytest.raises(NotPermittedError, match="the sign_off of sue does not count"):
        deploy(scene.world, attempt.id, PROD, WORKER, TASK)
    assert scene.runs(PROD) is None
    assert scene.finish(attempt, PROD).outcome == "renewed"
    assert scene.close(attempt).outcome == "renewed"
    (again,) = renewed(scene)
    scene.grant(again, Step.AUTHORISE, "sam")
    scene.grant(again, Step.SIGN_OFF, "mona")
    goes_live(scene, again)


def test_when_all_voters_leave_it_ends_as_refused_and_the_lane_is_free(
    make: Callable[..., Scene], clock: Clock
) -> None:
    scene = make(on(19, "16:50"), "orders", "forms")
    attempt = scene.approved()
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.WAIT
    clock.set(on(20, "09:30"))
    scene.activate(RULES, people("sam", "sue", "mona"))
    assert scene.turn(attempt, PREPROD).outcome == "renewed"
    scene.finish(attempt, PREPROD)
    scene.close(attempt)
    (again,) = renewed(scene)
    asked = scene.ask(again, Step.APPROVE)
    assert isinstance(asked, NotAsked)
    assert "nobody may answer approve" in asked.detail
    assert scene.finish(again, PREPROD).outcome == "refused"
    assert scene.close(again).outcome == "refused"
    assert scene.log("approval_impossible")
    assert renewed(scene) == []
    scene.activate(RULES, people())
    assert scene.stage(scene.approved(service="forms"), PREPROD).outcome == "passed"


def test_ten_ready_on_monday_at_09_30_00_go_one_after_the_other_as_they_were_approved(
    make: Callable[..., Scene], clock: Clock
) -> None:
    names = [f"service{number}" for number in range(10)]
    scene = make(on(20, "16:00"), *names)
    attempts = []
    for name in names:
        attempts.append(scene.approved(service=name))
        assert scene.turn(attempts[-1], PREPROD).answer is TurnAnswer.WAIT
        clock.pass_by(minutes=1)
    clock.set(on(23, "09:29:59"))
    assert not any(may_go_on(scene.world, attempt.id, PREPROD) for attempt in attempts)
    clock.set(on(23, "09:30"))
    waiting = list(attempts)
    random.Random(7).shuffle(waiting)
    for expected in attempts:
        taken = [one for one in waiting if scene.turn(one, PREPROD).answer is TurnAnswer.TAKEN]
        assert [one.id for one in taken] == [expected.id]
        waiting.remove(expected)
        scene.deploy(expected, PREPROD)
        scene.smoke(expected, PREPROD)
        assert scene.finish(expected, PREPROD).outcome == "passed"
