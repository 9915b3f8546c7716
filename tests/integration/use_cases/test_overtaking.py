"""An emergency takes the lane, and the service, from a release that is only watched in Prod."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from slipway.domain.errors import SlipwayError
from slipway.domain.grant import Step
from slipway.domain.release import Attempt, ChangeKind
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.values import Actor
from slipway.use_cases.file_disclosure import file_disclosure
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.park_slot import lane_is_freed, park_slot
from slipway.use_cases.reconcile import withdraw_dead_questions
from slipway.use_cases.show_queue import show_queue
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer, may_go_on, take_turn
from tests.at_once import attempted, together
from tests.builders import PREPROD, PROD, a_service, people, platform_rules
from tests.scene import TASK, Scene

ROB = Actor(id="rob", via="cli")


@pytest.fixture
def two(make_scene: Callable[..., Scene]) -> Scene:
    scene = make_scene(a_service("orders"), a_service("forms"))
    scene.long_live("1.0")
    scene.long_live("1.0", service="forms")
    return scene


def watched(scene: Scene, version: str = "1.1", **more: Any) -> Attempt:
    """In Prod, smoke passed, the confirmation asked for."""
    attempt = scene.signed_off(version, **more)
    scene.work(attempt, PROD)
    scene.ask(attempt, Step.CONFIRM)
    return attempt


def urgent(scene: Scene, version: str = "2.0", *, kind: ChangeKind = ChangeKind.EMERGENCY, **more: Any) -> Attempt:
    """Through Dev and approved for Preprod."""
    attempt = scene.dev_passed(version, by="lena", kind=kind, **more)
    scene.grant(attempt, Step.APPROVE, "sam")
    return attempt


def sign_for_prod(scene: Scene, attempt: Attempt) -> None:
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")


def holder(scene: Scene) -> str | None:
    with scene.store.transaction() as tx:
        turn = tx.turns.holder("live")
    return turn.attempt_id if turn else None


def leased(scene: Scene, service: str, environment: str) -> str | None:
    with scene.store.transaction() as tx:
        lease = tx.leases.live(service, environment)
    return lease.attempt_id if lease else None


def the_only(scene: Scene, kind: str) -> Any:
    (payload,) = scene.log(kind)
    return json.loads(payload)


def test_an_emergency_takes_the_lane_from_another_service_that_is_watched(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two, service="forms")
    assert may_go_on(two.world, emergency.id, PREPROD)
    assert two.stage(emergency, PREPROD).outcome == "passed"
    assert (leased(two, "orders", "prod"), two.stage_of(old, PROD).outcome) == (old.id, None)
    entry = the_only(two, "lane_overtaken")
    assert (entry["by"], entry["lane"]) == (emergency.id, "live")
    assert entry["because"] == f"emergency {emergency.release_id}, asked for by lena: takes more orders"
    two.answer(old, Step.CONFIRM, "rob")
    assert two.finish(old, PROD).outcome == "passed"
    assert two.close(old).outcome == "live"


def test_the_overtaken_lets_go_of_the_slot_and_frees_nothing_that_is_not_its_own(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two, service="forms")
    assert not lane_is_freed(two.world, old.id, PROD)
    assert take_turn(two.world, emergency.id, PREPROD, TASK).answer is TurnAnswer.TAKEN
    assert lane_is_freed(two.world, old.id, PROD)
    assert not park_slot(two.world, old.id, PROD, TASK)
    assert park_slot(two.world, emergency.id, PREPROD, TASK)
    assert two.finish(old, PROD).outcome == "unverified"
    assert holder(two) == emergency.id
    two.deploy(emergency, PREPROD)
    two.smoke(emergency, PREPROD)
    assert two.finish(emergency, PREPROD).outcome == "passed"


def test_the_overtaken_never_queues_again(two: Scene) -> None:
    old = watched(two)
    two.turn(urgent(two, service="forms"), PREPROD)
    assert take_turn(two.world, old.id, PROD, TASK).answer is TurnAnswer.NOT_NEEDED
    with two.store.transaction() as tx:
        assert not tx.turns.waiting("live")


def test_the_overtaken_is_not_ended_by_an_approval_that_no_longer_counts(two: Scene) -> None:
    old = watched(two)
    two.turn(urgent(two, service="forms"), PREPROD)
    two.activate(platform_rules(), people("sue"))
    assert take_turn(two.world, old.id, PROD, TASK).answer is TurnAnswer.NOT_NEEDED
    assert two.stage_of(old, PROD).ending is None


def test_the_queue_shows_who_was_overtaken_and_why(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two, service="forms")
    two.turn(emergency, PREPROD)
    (place,) = show_queue(two.store)
    assert (place.attempt_id, place.overtakes) == (emergency.id, (old.id,))
    assert f"emergency {emergency.release_id}, asked for by lena: takes more orders" in place.why_overtakes
    two.answer(old, Step.CONFIRM, "rob")
    two.finish(old, PROD)
    (place,) = show_queue(two.store)
    assert (place.overtakes, place.why_overtakes) == ((), "")


def test_a_security_release_takes_it_too_and_its_words_are_told_nobody(two: Scene) -> None:
    watched(two)
    lena = Actor(id="lena", via="rest")
    reference = file_disclosure(two.world, "forms", "anybody may read forms", "the old forms", lena).reference
    texts = {"summary": reference, "rollback_plan": reference}
    secret = urgent(two, service="forms", kind=ChangeKind.SECURITY, **texts)
    two.turn(secret, PREPROD)
    assert the_only(two, "lane_overtaken")["because"].endswith(f"asked for by lena: {reference}")
    with two.store.transaction() as tx:
        (told,) = tx.sql.all("SELECT text FROM outbox WHERE key LIKE '%overtaken'")
    assert "anybody" not in told["text"]


def test_an_ordinary_release_waits_for_the_watch(two: Scene) -> None:
    watched(two)
    ordinary = two.approved("1.1", service="forms")
    assert [b.code for b in two.turn(ordinary, PREPROD).blockers] == ["lane_busy"]


def test_an_emergency_waits_for_the_work_of_machines(two: Scene) -> None:
    old = two.signed_off("1.1")
    emergency = urgent(two, service="forms")
    two.turn(old, PROD)
    assert two.turn(emergency, PREPROD).blockers[0].code == "lane_busy"
    two.deploy(old, PROD)
    assert two.turn(emergency, PREPROD).blockers[0].code == "lane_busy"
    assert not may_go_on(two.world, emergency.id, PREPROD)
    two.smoke(old, PROD)
    assert may_go_on(two.world, emergency.id, PREPROD)


def test_and_for_a_release_that_has_only_come_to_preprod(two: Scene) -> None:
    old = two.approved("1.1")
    two.work(old, PREPROD)
    assert two.turn(urgent(two, service="forms"), PREPROD).blockers[0].code == "lane_busy"


def test_and_for_one_that_is_about_to_be_undone(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two, service="forms")
    two.answer(old, Step.CONFIRM, "rob", "Reject")
    assert two.turn(emergency, PREPROD).blockers[0].code == "lane_busy"
    assert two.finish(old, PROD).outcome == "undone"
    assert two.turn(emergency, PREPROD).answer is TurnAnswer.TAKEN


def test_the_first_of_two_emergencies_goes_first(two: Scene) -> None:
    watched(two)
    second = two.dev_passed("2.0", by="lena", kind=ChangeKind.EMERGENCY, service="forms")
    first = urgent(two, "2.0", service="orders")
    two.grant(second, Step.APPROVE, "sam")
    assert two.turn(first, PREPROD).answer is TurnAnswer.TAKEN
    assert two.turn(second, PREPROD).blockers[0].code == "lane_busy"


def test_on_the_same_service_the_lease_passes_too_and_the_verdict_covers_both(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two)
    assert two.stage(emergency, PREPROD).outcome == "passed"
    assert two.stage_of(old, PROD).outcome is None
    sign_for_prod(two, emergency)
    two.work(emergency, PROD)
    assert leased(two, "orders", "prod") == emergency.id
    entry = the_only(two, "lease_overtaken")
    assert (entry["by"], entry["outcome"]) == (emergency.id, "superseded")
    finish = two.finish(old, PROD)
    assert (finish.outcome, two.runs(PROD)) == ("superseded", "2.0")
    assert emergency.id in finish.detail
    assert two.close(old).outcome == "superseded"
    two.grant(emergency, Step.CONFIRM, "rob")
    assert two.finish(emergency, PROD).outcome == "passed"
    assert not two.log("undo_started")
    assert not two.log("hold_placed")


def test_until_its_permit_the_one_before_keeps_the_service(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two)
    two.stage(emergency, PREPROD)
    sign_for_prod(two, emergency)
    two.turn(emergency, PROD)
    two.target.silent = True
    with pytest.raises(NotPermittedError):
        two.deploy(emergency, PROD)
    assert (leased(two, "orders", "prod"), two.stage_of(old, PROD).outcome) == (old.id, None)
    assert not two.log("lease_overtaken")


def test_the_question_of_the_overtaken_is_withdrawn_and_a_late_answer_does_not_count(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two)
    two.stage(emergency, PREPROD)
    sign_for_prod(two, emergency)
    two.work(emergency, PROD)
    assert two.answer(old, Step.CONFIRM, "rob", "Reject").kind == "does_not_count"
    scheduler = Withdrawals()
    withdraw_dead_questions(two.world, scheduler)  # type: ignore[arg-type]
    assert scheduler.runs == [old.run_id]


def test_a_verdict_that_came_in_before_stays(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two)
    two.stage(emergency, PREPROD)
    sign_for_prod(two, emergency)
    two.answer(old, Step.CONFIRM, "rob")
    two.work(emergency, PROD)
    assert two.finish(old, PROD).outcome == "passed"
    assert two.close(old).outcome == "live"


def test_what_failed_after_it_brings_back_what_it_overtook(two: Scene) -> None:
    watched(two)
    emergency = urgent(two)
    two.stage(emergency, PREPROD)
    sign_for_prod(two, emergency)
    two.probe.verdicts["2.0"] = CheckStatus.FAIL
    with pytest.raises(SlipwayError):
        two.work(emergency, PROD)
    assert two.finish(emergency, PROD).outcome == "undone"
    assert two.runs(PROD) == "1.1"


def test_an_emergency_while_the_same_service_is_at_sign_off_replaces_it(two: Scene) -> None:
    pending = two.preprod_passed("1.1")
    two.grant(pending, Step.AUTHORISE, "sam")
    two.ask(pending, Step.SIGN_OFF)
    emergency = urgent(two)
    assert the_only(two, "superseded")["by"] == emergency.release_id
    assert two.answer(pending, Step.SIGN_OFF, "sue").kind == "does_not_count"
    assert two.finish(pending, PROD).outcome == "superseded"
    assert two.close(pending).outcome == "superseded"
    assert two.stage(emergency, PREPROD).outcome == "passed"
    sign_for_prod(two, emergency)
    two.work(emergency, PROD)
    assert two.runs(PROD) == "2.0"


def test_one_that_waits_for_its_turn_is_not_replaced_by_another_services_emergency(two: Scene) -> None:
    waiting = two.signed_off("1.1")
    emergency = urgent(two, service="forms")
    two.turn(emergency, PREPROD)
    assert two.turn(waiting, PROD).blockers[0].code == "lane_busy"
    two.deploy(emergency, PREPROD)
    two.smoke(emergency, PREPROD)
    two.finish(emergency, PREPROD)
    assert two.turn(waiting, PROD).answer is TurnAnswer.TAKEN


def test_the_overtaken_may_still_be_stopped_and_is_then_undone(two: Scene) -> None:
    old = watched(two)
    two.turn(urgent(two, service="forms"), PREPROD)
    stop(two.world, old.release_id, ROB, "it loses orders after all")
    assert two.finish(old, PROD).outcome == "undone"
    assert two.runs(PROD) == "1.0"


def test_of_two_emergencies_at_once_one_takes_the_lane(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(*(a_service(name) for name in ("orders", "forms", "greeter")))
    watched(scene)
    both = [urgent(scene, service=name) for name in ("forms", "greeter")]
    answers = together(*[partial(take_turn, scene.world, one.id, PREPROD, TASK) for one in both])
    assert sorted(result.answer for result in answers) == ["taken", "wait"]
    assert len(scene.log("lane_overtaken")) == 1


def test_a_stop_and_the_permit_that_overtakes_at_once_never_both_come_true(two: Scene) -> None:
    old = watched(two)
    emergency = urgent(two)
    two.stage(emergency, PREPROD)
    sign_for_prod(two, emergency)
    two.turn(emergency, PROD)

    def stopped() -> str | None:
        stop(two.world, old.release_id, ROB, "it loses orders")
        return two.finish(old, PROD).outcome

    ended, deployed = together(stopped, partial(attempted, partial(two.deploy, emergency, PROD)))
    overtaken = not isinstance(deployed, SlipwayError)
    assert (ended, two.runs(PROD)) == (("superseded", "2.0") if overtaken else ("undone", "1.0"))
    assert len(two.log("undo_started")) == (0 if overtaken else 1)


class Withdrawals:
    """A scheduler that keeps whose questions were withdrawn."""

    def __init__(self) -> None:
        self.runs: list[str] = []

    def withdraw_requests(self, _: str, run_id: str) -> None:
        self.runs.append(run_id)
