"""Further attempts carry over what still holds; the lane goes round in the order of readiness."""

from collections.abc import Callable

import pytest

from slipway.domain.grant import Step
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.domain.service import StageRole
from slipway.ports.outside.checks import CheckStatus
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import DEV, PREPROD, PROD, a_service, people, platform_rules
from tests.scene import Scene

THREE = ("orders", "forms", "greeter")


@pytest.fixture
def three(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(*(a_service(name) for name in THREE))


def test_a_retry_carries_over_dev_for_the_same_artefact(scene: Scene) -> None:
    attempt = scene.approved()
    scene.target.never_healthy = {"1.0"}
    assert scene.stage(attempt, PREPROD).outcome == "undone"
    assert scene.close(attempt).outcome == "failed"
    scene.target.never_healthy.clear()
    again = scene.opened("1.0", by="rob", release_id=attempt.release_id)
    assert scene.stage_of(again, DEV).outcome == "carried_over"
    assert (again.number, again.release_id) == (2, attempt.release_id)
    scene.grant(again, Step.APPROVE, "sam")
    assert scene.stage(again, PREPROD).outcome == "passed"


def told_of_the_end(scene: Scene, attempt: Attempt) -> list[str]:
    with scene.store.transaction() as tx:
        rows = tx.sql.all("SELECT key, text FROM outbox WHERE key LIKE :of ORDER BY id", of=f"{attempt.id}:%")
    return [row["text"] for row in rows if row["key"].endswith((":finished", ":ended"))]


def test_a_run_that_ended_before_anything_was_done_says_so_once_and_what_is_next(scene: Scene) -> None:
    attempt = scene.opened()
    scene.close(attempt)
    (told,) = told_of_the_end(scene, attempt)
    first, *more = told.splitlines()
    assert first.startswith(f"orders 1.0 ({attempt.id}) ended: failed. dev: its run ended before anything was done")
    retry = f"slipway retry {attempt.release_id}"
    assert more[0] == f"Next: {retry}, or with what mends it: {retry} --version VERSION"
    assert more[1].endswith(" UTC unless it is retried")


def test_a_fix_goes_through_dev_again_in_the_same_release(scene: Scene) -> None:
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    attempt = scene.dev_passed("1.0")
    scene.close(attempt)
    fix = scene.opened("1.1", release_id=attempt.release_id)
    assert scene.stage(fix, DEV).outcome == "passed"
    scene.grant(fix, Step.APPROVE, "sam")
    assert scene.stage(fix, PREPROD).outcome == "passed"


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_no_approval_of_an_earlier_attempt_counts_in_preprod_whatever_the_version(scene: Scene, version: str) -> None:
    scene.long_live("0.9")
    attempt = scene.approved("1.0")
    scene.target.never_healthy = {"1.0"}
    assert scene.stage(attempt, PREPROD).outcome == "undone"
    scene.close(attempt)
    scene.target.never_healthy.clear()
    again = scene.opened(version, release_id=attempt.release_id)
    if version != attempt.version:
        scene.stage(again, DEV)
    nothing_begins(scene, again, PREPROD, ["grant_missing"])


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_nor_in_prod_though_preprod_of_the_same_artefact_is_carried_over(scene: Scene, version: str) -> None:
    scene.long_live("0.9")
    attempt = scene.signed_off("1.0")
    scene.target.never_healthy = {"1.0"}
    assert scene.stage(attempt, PROD).outcome == "undone"
    scene.close(attempt)
    scene.target.never_healthy.clear()
    again = scene.opened(version, release_id=attempt.release_id)
    if version == attempt.version:
        assert scene.stage_of(again, PREPROD).outcome == "carried_over"
    else:
        scene.stage(again, DEV)
        scene.grant(again, Step.APPROVE, "sam")
        assert scene.stage(again, PREPROD).outcome == "passed"
    scene.check(again, PROD)
    nothing_begins(scene, again, PROD, ["grant_missing", "grant_missing"])


def nothing_begins(scene: Scene, attempt: Attempt, role: StageRole, because: list[str]) -> None:
    """Not without a turn, and not for one that tries all the same."""
    turn = scene.turn(attempt, role)
    assert (turn.outcome, [blocker.code for blocker in turn.blockers]) == ("refused", because)
    orders = len(scene.target.orders)
    with pytest.raises(NotPermittedError, match="grant_missing"):
        scene.deploy(attempt, role)
    assert len(scene.target.orders) == orders


def test_a_renewed_attempt_carries_over_preprod_while_it_still_runs_there(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.activate(platform_rules(), people("sue"))
    assert scene.turn(attempt, PROD).outcome == "renewed"
    assert scene.close(attempt).outcome == "renewed"
    with scene.store.transaction() as tx:
        assert [a.id for a in tx.releases.awaiting_renewal()] == [attempt.id]
    again = scene.opened("1.0", by="platform", origin=Origin.PLATFORM, release_id=attempt.release_id)
    assert scene.stage_of(again, PREPROD).outcome == "carried_over"
    scene.grant(again, Step.AUTHORISE, "sam")
    scene.grant(again, Step.SIGN_OFF, "mona")
    scene.work(again, PROD)
    scene.grant(again, Step.CONFIRM, "rob")
    assert scene.finish(again, PROD).outcome == "passed"
    assert scene.release_of(again).requesters == {"rita"}


def test_three_releases_take_the_lane_one_after_the_other(three: Scene) -> None:
    attempts = [three.approved("1.0", service=name) for name in THREE]
    assert three.turn(attempts[2], PREPROD).answer is TurnAnswer.TAKEN
    assert three.turn(attempts[1], PREPROD).answer is TurnAnswer.WAIT
    waiting = three.turn(attempts[0], PREPROD)
    assert [blocker.code for blocker in waiting.blockers] == ["lane_busy"]
    assert not may_go_on(three.world, attempts[0].id, PREPROD)
    assert three.finish(attempts[2], PREPROD).outcome == "not_started"
    assert [b.code for b in three.turn(attempts[1], PREPROD).blockers] == ["queued_behind"]
    assert three.stage(attempts[0], PREPROD).outcome == "passed"
    assert three.stage(attempts[1], PREPROD).outcome == "passed"


def test_who_is_held_lets_the_next_go_first_and_keeps_its_place(three: Scene) -> None:
    first, second, third = (three.approved("1.0", service=name) for name in THREE)
    with three.store.transaction() as tx:
        hold = tx.records.place_hold("service", "orders", "an audit", "lena", None, None)
    assert three.turn(first, PREPROD).answer is TurnAnswer.WAIT
    assert three.turn(second, PREPROD).answer is TurnAnswer.TAKEN
    assert three.turn(third, PREPROD).answer is TurnAnswer.WAIT
    with three.store.transaction() as tx:
        tx.records.lift_hold(hold, "lena", "done")
    three.finish(second, PREPROD)
    assert not may_go_on(three.world, third.id, PREPROD)
    assert may_go_on(three.world, first.id, PREPROD)


def test_an_emergency_goes_first(three: Scene) -> None:
    holder, waiting = (three.approved("1.0", service=name) for name in THREE[:2])
    three.turn(holder, PREPROD)
    three.turn(waiting, PREPROD)
    urgent = three.dev_passed("1.0", service="greeter", by="lena", kind=ChangeKind.EMERGENCY)
    three.grant(urgent, Step.APPROVE, "sam")
    assert three.turn(urgent, PREPROD).answer is TurnAnswer.WAIT
    three.finish(holder, PREPROD)
    assert not may_go_on(three.world, waiting.id, PREPROD)
    assert three.turn(urgent, PREPROD).answer is TurnAnswer.TAKEN


def test_a_further_attempt_keeps_its_place_by_when_it_was_first_authorised(three: Scene) -> None:
    early = three.signed_off("1.0")
    three.work(early, PROD)
    three.grant(early, Step.CONFIRM, "rob")
    with three.store.transaction() as tx:
        first = tx.grants.first_authorised(early.release_id, "prod")
        signed = next(g for g in tx.grants.of_attempt(early.id) if g.step is Step.SIGN_OFF)
    assert first == signed.granted_at


def test_dev_lanes_of_services_do_not_wait_for_each_other(three: Scene) -> None:
    for name in THREE:
        assert three.turn(three.opened("1.0", service=name), DEV).answer is TurnAnswer.TAKEN


def test_one_attempt_works_on_a_service_at_a_time(scene: Scene) -> None:
    first = scene.opened("1.0", to=DEV)
    scene.work(first, DEV)
    second = scene.opened("1.1", to=DEV, by="rob")
    codes = {blocker.code for blocker in scene.turn(second, DEV).blockers}
    assert codes == {"service_busy", "lane_busy"}
    scene.finish(first, DEV)
    assert scene.stage(second, DEV).outcome == "passed"


def test_who_cannot_start_at_once_is_told_its_place_once(three: Scene) -> None:
    first, second, third = (three.approved("1.0", service=service) for service in THREE)
    three.turn(first, PREPROD)
    for waiting in (second, third, third):
        assert three.turn(waiting, PREPROD).answer is TurnAnswer.WAIT
    with three.store.transaction() as tx:
        told = tx.sql.all("SELECT key, text FROM outbox WHERE key LIKE :kind ORDER BY id", kind="%:waits")
    assert [row["key"] for row in told] == [f"{one.id}:preprod:waits" for one in (second, third)]
    assert "is in place 2 of the queue, for preprod, and waits: attempt" in told[1]["text"]
    assert f"{first.id} holds the lane live" in told[1]["text"]
