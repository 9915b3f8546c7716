"""Each release is one thread, and its newest headline says how it stands, whatever became of it (R14)."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from slipway.domain.grant import Step
from slipway.domain.message import Message
from slipway.domain.release import Attempt, ChangeKind
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.reconcile import start_renewals
from slipway.use_cases.return_preprod import ask_returns
from slipway.use_cases.settle_verdict import settle_verdict
from slipway.use_cases.smoke import SmokeFailedError
from slipway.use_cases.stop import stop
from tests.builders import DEV, PREPROD, PROD, people, platform_rules
from tests.clock import Clock
from tests.integration.use_cases.test_reconcile import Runs
from tests.integration.use_cases.test_roll_back import rules
from tests.outside import SERVICES, awaited, begin, its_turn, recorded, report
from tests.rollbacks import ask, brought_back, rolled_back, started
from tests.scene import AGAIN, Scene
from tests.watching import watched_service

RITA, ROB, SUE = (Actor(id=person, via="rest") for person in ("rita", "rob", "sue"))


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(rules=rules())


def thread(scene: Scene, release: str) -> list[Message]:
    """What was told of it, in order."""
    with scene.store.transaction() as tx:
        return [one for _, one in tx.outbox.unsent(1000) if one.release_id == release]


def stands(scene: Scene, release: str) -> str:
    """What its first message shows now, without its name."""
    newest = [one.headline for one in thread(scene, release) if one.headline][-1]
    return newest.partition("): ")[2]


def last(scene: Scene, release: str) -> Message:
    return thread(scene, release)[-1]


def begun(scene: Scene, release: str) -> list[str]:
    return [one.text for one in thread(scene, release) if one.key.endswith(":began")]


# Work begins ---------------------------------------------------------------------------------------------------------


def test_that_work_begins_is_told_once_a_stage_and_not_of_dev(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.signed_off("1.1")
    assert begun(scene, attempt.release_id) == [
        f"orders 1.1 ({attempt.id}) is being deployed in preprod now, in place of 1.0"
    ]
    assert stands(scene, attempt.release_id) == "sign_off: approved by Sue"
    scene.turn(attempt, PROD)
    scene.migrate(attempt, PROD)
    scene.deploy(attempt, PROD)
    assert len(begun(scene, attempt.release_id)) == 2
    assert stands(scene, attempt.release_id) == "prod: being deployed"


def test_a_start_that_is_repeated_or_refused_tells_nothing(scene: Scene) -> None:
    attempt = scene.approved()
    with pytest.raises(NotPermittedError):
        scene.deploy(attempt, PREPROD)
    assert begun(scene, attempt.release_id) == []
    other = scene.approved("1.1", release_id=None)
    scene.turn(other, PREPROD)
    scene.deploy(other, PREPROD)
    scene.deploy(other, PREPROD, AGAIN)
    assert len(begun(scene, other.release_id)) == 1


def test_where_nothing_ran_before_it_says_so(scene: Scene) -> None:
    attempt = scene.preprod_passed()
    assert begun(scene, attempt.release_id)[0].endswith("now, in place of nothing")


def test_a_change_made_outside_says_whose_turn_it_is_and_nothing_twice(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(*SERVICES)
    attempt = its_turn(scene)
    until = awaited(scene, attempt).until
    assert stands(scene, attempt.release_id) == f"may be made by a person, until {until:%H:%M} UTC"
    begin(scene, attempt)
    report(scene, attempt)
    assert begun(scene, attempt.release_id) == []


# Live ----------------------------------------------------------------------------------------------------------------


def test_a_watch_and_its_end_are_in_the_thread(scene_at: Callable[..., Scene], clock: Clock) -> None:
    scene = scene_at(datetime(2026, 11, 19, 10, 0, tzinfo=UTC), watched_service())
    attempt = scene.signed_off()
    scene.work(attempt, PROD)
    scene.watch(attempt)
    assert stands(scene, attempt.release_id).startswith("prod: watched, until ")
    scene.look(attempt)
    for _ in range(20):
        clock.pass_by(seconds=15)
        scene.look(attempt)
    scene.watch(attempt)
    assert stands(scene, attempt.release_id) == "prod: watch: pass"


def unverified(scene: Scene) -> Attempt:
    attempt = scene.signed_off()
    scene.work(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "unverified"
    assert scene.close(attempt).outcome == "unverified"
    return attempt


def test_a_verdict_that_was_owed_ends_what_the_first_message_says(scene: Scene) -> None:
    attempt = unverified(scene)
    assert stands(scene, attempt.release_id) == "unverified"
    settle_verdict(scene.world, attempt.release_id, passed=True, actor=SUE, reason="the orders of an hour are right")
    assert stands(scene, attempt.release_id) == "live, sue says pass"
    assert not last(scene, attempt.release_id).rings


def test_a_bad_verdict_says_that_it_still_runs_and_is_loud(scene: Scene) -> None:
    attempt = unverified(scene)
    settle_verdict(scene.world, attempt.release_id, passed=False, actor=SUE, reason="orders of Friday are lost")
    assert stands(scene, attempt.release_id) == "live, sue says fail: marked bad, and still runs"
    assert last(scene, attempt.release_id).rings


def test_a_change_without_a_permit_is_in_the_thread_of_what_it_is_said_of(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(*SERVICES)
    attempt = recorded(scene)
    with pytest.raises(Exception, match="unauthorised"):
        report(scene, attempt)
    assert stands(scene, attempt.release_id) == "changed without a permit, says rita"


# Going back ----------------------------------------------------------------------------------------------------------


def two_live(scene: Scene) -> Attempt:
    """Orders 1.1 is live, 1.0 was before it."""
    scene.long_live("1.0")
    return scene.live("1.1")


def test_what_is_rolled_back_says_so_in_its_own_thread_and_the_rollback_in_its(scene: Scene) -> None:
    bad = two_live(scene)
    assert stands(scene, bad.release_id) == "live"
    rollback = ask(scene).release.id
    assert stands(scene, rollback) == "to be brought back in prod: asked for by rita"
    attempt = started(scene, rollback)
    brought_back(scene, attempt)
    assert stands(scene, bad.release_id) == f"being rolled back by {rollback}"
    assert last(scene, bad.release_id).rings
    assert stands(scene, rollback) == "prod: being brought back"
    assert begun(scene, rollback) == [f"orders 1.0 ({attempt.id}) is being brought back in prod now, in place of 1.1"]
    scene.smoke(attempt, PROD)
    scene.finish(attempt, PROD)
    scene.close(attempt)
    assert stands(scene, bad.release_id) == f"rolled back by {rollback}"
    assert last(scene, bad.release_id).text == f"orders 1.1 is rolled back by {rollback}: 1.0 runs again in prod"
    assert stands(scene, rollback) == "live"


def test_where_going_back_did_not_work_both_threads_say_that_nobody_knows(scene: Scene) -> None:
    bad = two_live(scene)
    attempt = started(scene, ask(scene).release.id)
    brought_back(scene, attempt)
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    with pytest.raises(SmokeFailedError):
        scene.smoke(attempt, PROD)
    scene.finish(attempt, PROD)
    scene.close(attempt)
    assert stands(scene, bad.release_id) == f"live_uncertain since {attempt.release_id} was to bring 1.0 back"
    assert stands(scene, attempt.release_id) == "live_uncertain"
    assert last(scene, attempt.release_id).rings


def test_a_rollback_that_is_called_off_leaves_live_as_it_was(scene: Scene) -> None:
    bad = two_live(scene)
    attempt = started(scene, ask(scene).release.id)
    stop(scene.world, attempt.release_id, ROB, "not this one")
    with pytest.raises(NotPermittedError):
        brought_back(scene, attempt)
    scene.finish(attempt, PROD)
    scene.close(attempt)
    assert stands(scene, bad.release_id) == "live"
    assert stands(scene, attempt.release_id) == "withdrawn"


def test_a_rollback_of_what_was_brought_back_does_not_speak_for_the_release_that_failed(scene: Scene) -> None:
    two_live(scene)
    failed = scene.signed_off("1.2")
    scene.probe.verdicts["1.2"] = CheckStatus.FAIL
    assert scene.stage(failed, PROD).outcome == "undone"
    assert scene.close(failed).outcome == "rolled_back"
    assert last(scene, failed.release_id).rings
    rolled_back(scene, started(scene, ask(scene, "1.0", by="sam", incident=True).release.id))
    assert "orders 1.1 is rolled back by" in last(scene, failed.release_id).text
    assert stands(scene, failed.release_id) == "rolled_back"


def test_preprod_that_goes_back_has_a_thread(scene: Scene) -> None:
    two_live(scene)
    attempt = scene.preprod_passed("1.2")
    scene.ask(attempt, Step.AUTHORISE)
    scene.answer(attempt, Step.AUTHORISE, "sam", "Reject")
    scene.finish(attempt, PROD)
    scene.close(attempt)
    ask_returns(scene.world)
    with scene.store.transaction() as tx:
        (release,) = tx.releases.rollbacks_to_start()
    assert stands(scene, release.id) == "to be brought back in preprod: waits for its turn"
    back = started(scene, release.id)
    scene.turn(back, PREPROD)
    brought_back(scene, back)
    assert stands(scene, release.id) == "preprod: being brought back"


def test_who_is_stopped_by_a_rollback_is_told_in_its_own_thread(scene: Scene) -> None:
    two_live(scene)
    working = scene.signed_off("1.2")
    scene.work(working, PROD)
    rollback = ask(scene).release.id
    assert last(scene, working.release_id).text.startswith(
        f"orders 1.2: rita stops {working.id}: {rollback} rolls back"
    )
    assert stands(scene, working.release_id) == "being stopped by rita"


# Called off ----------------------------------------------------------------------------------------------------------


def failed_in_dev(scene: Scene) -> Attempt:
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    attempt = scene.dev_passed()
    scene.close(attempt)
    return attempt


def test_what_may_be_retried_and_is_withdrawn_says_so(scene: Scene) -> None:
    attempt = failed_in_dev(scene)
    assert "Next: slipway retry" in last(scene, attempt.release_id).text
    assert last(scene, attempt.release_id).rings
    stop(scene.world, attempt.release_id, ROB, "we do it otherwise")
    told = last(scene, attempt.release_id)
    assert told.text == f"orders 1.0 ({attempt.release_id}): withdrawn by rob: we do it otherwise"
    assert stands(scene, attempt.release_id) == "withdrawn by rob"


def test_a_rollback_without_a_run_that_is_withdrawn_says_so(scene: Scene) -> None:
    two_live(scene)
    release = ask(scene).release
    stop(scene.world, release.id, ROB, "it works after all")
    assert last(scene, release.id).text == f"orders 1.0 ({release.id}): withdrawn by rob: it works after all"


def test_what_would_go_on_but_is_replaced_says_so(scene: Scene) -> None:
    attempt = scene.approved()
    scene.activate(platform_rules(), people("sam"))
    scene.turn(attempt, PREPROD)
    scene.activate(platform_rules(), people())
    scene.finish(attempt, PREPROD)
    assert scene.close(attempt).outcome == "renewed"
    newer = scene.opened("1.1", by="rob")
    start_renewals(scene.world, Runs())
    assert stands(scene, attempt.release_id) == f"replaced by {newer.release_id}"


def test_a_release_that_is_stopped_says_so_until_it_has_stopped(scene: Scene) -> None:
    attempt = scene.dev_passed()
    assert isinstance(scene.ask(attempt, Step.APPROVE), Asked)
    assert stands(scene, attempt.release_id) == "waits for approve of preprod"
    stop(scene.world, attempt.release_id, ROB, "not now")
    assert stands(scene, attempt.release_id) == "being stopped by rob"


# Urgent --------------------------------------------------------------------------------------------------------------


def test_an_emergency_is_announced_as_one(scene: Scene) -> None:
    attempt = scene.dev_passed(by="sam", kind=ChangeKind.EMERGENCY)
    first, *_, newest = thread(scene, attempt.release_id)
    assert first.text.startswith("EMERGENCY, declared by sam. orders 1.0: sam asks for a release to prod")
    assert first.headline == f"orders 1.0 ({attempt.release_id}, EMERGENCY): declared by sam"
    assert newest.headline == f"orders 1.0 ({attempt.release_id}, EMERGENCY): dev: passed"
    assert scene.stage_of(attempt, DEV).outcome == "passed"


def test_a_security_release_is_announced_as_one_and_says_no_more_than_its_reference(scene: Scene) -> None:
    attempt = scene.opened(kind=ChangeKind.SECURITY, by="sam")
    told = thread(scene, attempt.release_id)[0]
    reference = scene.release_of(attempt).summary
    assert told.text == (
        f"Security release. orders 1.0: sam asks for a release to prod ({attempt.release_id}): {reference}"
    )
    assert told.headline == f"orders 1.0 ({attempt.release_id}, security): asked for by sam"
