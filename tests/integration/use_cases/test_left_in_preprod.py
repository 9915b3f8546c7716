"""Preprod beside live: each form says where they differ, and what was given up goes back, however late (R22)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.grant import Step
from slipway.domain.left_in_preprod import AGAIN_AFTER, TRIES
from slipway.domain.release import Attempt, Release
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.surroundings import RunState
from slipway.ports.outside.targets import DeployOrder
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.expire_retries import expire_retries
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.reconcile import RENEWAL_TRIES, start_renewals
from slipway.use_cases.stop import stop
from tests.builders import DEV, PREPROD, PROD, a_service, people, platform_rules
from tests.clock import Clock
from tests.integration.use_cases.test_reconcile import Runs
from tests.returns import asked, rejected
from tests.rollbacks import rolled_back, started
from tests.scene import Scene

TEN = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
ROB = Actor(id="rob", via="cli")


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    """Orders and forms 1.0 are live."""
    made = scene_at(TEN, a_service(), a_service("forms"))
    for service in ("orders", "forms"):
        made.long_live("1.0", service=service)
    return made


def fails_in_prod(scene: Scene, version: str = "1.1") -> Attempt:
    """It awaits a retry, and Preprod runs it."""

    def judge(order: DeployOrder) -> None:
        if (order.environment, order.artefact.version) == (PROD.value, version):
            scene.probe.verdicts[version] = CheckStatus.FAIL

    scene.target.after = judge
    attempt = scene.signed_off(version)
    assert scene.stage(attempt, PROD).outcome == "undone"
    assert scene.close(attempt).outcome == "rolled_back"
    return attempt


def comes_to_nothing(scene: Scene) -> Attempt:
    """The return that is due is started, and its run ends before anything was done."""
    (release,) = asked(scene)
    attempt = started(scene, release.id)
    assert scene.close(attempt).outcome == "failed"
    return attempt


def told(scene: Scene, key: str) -> list[tuple[str, str, str]]:
    with scene.store.transaction() as tx:
        rows = tx.sql.all("SELECT channel, release_id, text FROM outbox WHERE key LIKE :key ORDER BY id", key=key)
    return [(row["channel"], row["release_id"], row["text"]) for row in rows]


def differs(scene: Scene, attempt: Attempt, step: Step = Step.APPROVE) -> list[str]:
    """What the form says of that."""
    shown = scene.ask(attempt, step)
    assert isinstance(shown, Asked)
    begins = "- **preprod differs from live**: "
    return [one.removeprefix(begins) for one in shown.request.evidence.splitlines() if one.startswith(begins)]


# Goes back -----------------------------------------------------------------------------------------------------------


def test_what_is_given_up_long_after_it_failed_goes_back(scene: Scene, clock: Clock) -> None:
    attempt = fails_in_prod(scene)
    clock.pass_by(days=8)
    assert asked(scene) == []
    stop(scene.world, attempt.release_id, ROB, "given up")
    (release,) = asked(scene)
    with scene.store.transaction() as tx:
        assert len(tx.records.holds_of_failure(attempt.release_id)) == 1, "which the return passes"
    assert rolled_back(scene, started_in_turn(scene, release), PREPROD).outcome == "passed"
    assert scene.runs(PREPROD) == "1.0"


def started_in_turn(scene: Scene, release: Release) -> Attempt:
    attempt = started(scene, release.id)
    scene.turn(attempt, PREPROD)
    return attempt


def test_so_does_what_was_left_while_the_platform_was_down(scene: Scene, clock: Clock) -> None:
    rejected(scene)
    clock.pass_by(days=90)
    assert len(asked(scene)) == 1


def test_so_does_what_came_back_when_something_newer_failed_there(scene: Scene) -> None:
    rejected(scene)
    newer = scene.approved("1.2")
    scene.target.never_healthy = {"1.2"}
    assert scene.stage(newer, PREPROD).outcome == "undone"
    scene.close(newer)
    stop(scene.world, newer.release_id, ROB, "given up")
    assert scene.runs(PREPROD) == "1.1"
    (release,) = asked(scene)
    assert release.rollback is not None
    assert (release.rollback.from_version, release.rollback.version) == ("1.1", "1.0")


# Expires -------------------------------------------------------------------------------------------------------------


def test_a_release_that_nobody_retries_expires_with_an_entry_and_a_message(scene: Scene, clock: Clock) -> None:
    attempt = fails_in_prod(scene)
    ended = told(scene, f"{attempt.id}:ended")[0][2]
    assert ended.endswith("\nIt expires at 2026-11-26 10:00 UTC unless it is retried")
    clock.set(TEN + timedelta(days=7, seconds=-1))
    expire_retries(scene.world, Runs())
    assert scene.release_of(attempt).state == "awaiting_retry"
    clock.set(TEN + timedelta(days=7))
    for _ in range(2):
        expire_retries(scene.world, Runs())
    release = scene.release_of(attempt)
    assert (release.state, release.outcome) == ("ended", "expired")
    (entry,) = map(json.loads, scene.log("release_expired"))
    assert entry == {"was": "rolled_back", "after_minutes": 7 * 24 * 60}
    ((channel, thread, text),) = told(scene, "%:never_retried")
    assert (channel, thread) == ("deploy", attempt.release_id)
    assert "ended as rolled_back, and nobody retried it for 7 days" in text
    with pytest.raises(RefusedError, match="only one that awaits a retry"):
        scene.opened("1.2", release_id=attempt.release_id)
    assert len(asked(scene)) == 1


def test_a_retry_begins_its_time_anew(scene: Scene, clock: Clock) -> None:
    attempt = fails_in_prod(scene)
    clock.pass_by(days=6)
    again = scene.opened("1.2", release_id=attempt.release_id)
    clock.pass_by(days=6)
    expire_retries(scene.world, Runs())
    assert scene.release_of(attempt).state == "open"
    scene.close(again)
    clock.pass_by(days=6)
    expire_retries(scene.world, Runs())
    assert scene.release_of(attempt).state == "awaiting_retry"


@pytest.fixture
def renewed(scene: Scene, clock: Clock) -> Attempt:
    """Renewed eight days ago, though releases await a retry for half an hour only."""
    scene.activate(platform_rules(retry_life_minutes=30), people())
    attempt = scene.signed_off("1.1")
    clock.pass_by(hours=2)
    assert scene.turn(attempt, PROD).outcome == "renewed"
    assert scene.close(attempt).outcome == "renewed"
    clock.pass_by(days=8)
    return attempt


def test_what_the_platform_asks_for_again_by_itself_does_not_expire_however_long_it_must_wait(
    scene: Scene, renewed: Attempt
) -> None:
    assert "It expires" not in told(scene, f"{renewed.id}:ended")[0][2]
    lena = Actor(id="lena", via="cli")
    hold = place_hold(scene.world, HoldRequest(scope=HoldScope.ALL, name=None, reason="an audit"), lena)
    held, free = Runs(), Runs()
    start_renewals(scene.world, held)
    expire_retries(scene.world, held)
    lift_hold(scene.world, PlacedHold(id=hold, placed_by="lena", environment=None, service=None, team=None), lena, "")
    start_renewals(scene.world, free)
    expire_retries(scene.world, free)
    assert (len(held.started), len(free.started)) == (0, 1)
    assert scene.release_of(renewed).state == "awaiting_retry"


def test_it_expires_once_the_platform_gave_up(scene: Scene, renewed: Attempt) -> None:
    first = f"{renewed.release_id}-attempt-2"
    tried = dict.fromkeys((first, *(f"{first}.{number}" for number in range(2, RENEWAL_TRIES))), RunState.ENDED)
    expire_retries(scene.world, Runs(tried))
    assert scene.release_of(renewed).state == "awaiting_retry"
    expire_retries(scene.world, Runs({**tried, f"{first}.{RENEWAL_TRIES}": RunState.ENDED}))
    assert scene.release_of(renewed).outcome == "expired"


def test_where_airflow_does_not_answer_for_a_renewal_the_others_expire(
    scene: Scene, renewed: Attempt, clock: Clock
) -> None:
    other = scene.opened("1.1", service="forms")
    scene.close(other)
    clock.pass_by(days=8)
    with pytest.raises(SlipwayError, match=renewed.release_id):
        expire_retries(scene.world, Runs(broken={f"{renewed.release_id}-attempt-2"}))
    assert scene.release_of(other).outcome == "expired"
    assert scene.release_of(renewed).state == "awaiting_retry"


def test_nobody_is_told_of_a_run_in_dev_that_failed(scene: Scene, clock: Clock) -> None:
    attempt = scene.opened("1.1", to=DEV)
    scene.close(attempt)
    clock.pass_by(days=8)
    expire_retries(scene.world, Runs())
    assert len(scene.log("release_expired")) == 1
    assert told(scene, "%:never_retried") == []


# Forms ---------------------------------------------------------------------------------------------------------------


def test_forms_say_so_while_a_release_awaits_its_retry(scene: Scene) -> None:
    attempt = fails_in_prod(scene)
    told = f"orders runs 1.1 there, and 1.0 is live: {attempt.release_id} awaits a retry"
    assert differs(scene, scene.dev_passed("2.0", service="forms")) == [told]


def test_forms_say_so_of_what_is_on_its_way_but_not_of_what_they_ask_about(scene: Scene) -> None:
    attempt = scene.preprod_passed("1.1")
    other = scene.dev_passed("2.0", service="forms")
    assert differs(scene, other) == [f"orders runs 1.1 there, and 1.0 is live: {attempt.release_id} has not ended"]
    assert differs(scene, attempt, Step.AUTHORISE) == []


def test_the_form_of_a_fix_says_what_it_finds_there(scene: Scene) -> None:
    attempt = fails_in_prod(scene)
    scene.target.after = lambda _: None
    fix = scene.dev_passed("1.2", release_id=attempt.release_id)
    assert differs(scene, fix) == [f"orders runs 1.1 there, and 1.0 is live: {attempt.release_id} has not ended"]


def test_forms_say_nothing_where_both_run_the_same(scene: Scene) -> None:
    scene.live("1.1")
    assert differs(scene, scene.dev_passed("2.0", service="forms")) == []


def test_forms_say_so_of_a_first_release_ever(scene_at: Callable[..., Scene]) -> None:
    scene = scene_at(TEN, a_service(), a_service("forms"))
    attempt = scene.preprod_passed("1.0")
    other = scene.dev_passed("2.0", service="forms")
    assert differs(scene, other) == [f"orders runs 1.0 there, and nothing is live: {attempt.release_id} has not ended"]


# A return that does not work -----------------------------------------------------------------------------------------


def test_one_that_was_stopped_is_not_asked_for_again_which_its_thread_and_forms_say(scene: Scene, clock: Clock) -> None:
    attempt = rejected(scene)
    (release,) = asked(scene)
    back = started(scene, release.id)
    stop(scene.world, release.id, ROB, "we look into it there")
    scene.turn(back, PREPROD)
    scene.finish(back, PREPROD)
    assert scene.close(back).outcome == "withdrawn"
    clock.pass_by(days=2)
    assert asked(scene) == []
    ((channel, thread, text),) = told(scene, "%:stays")
    assert (channel, thread) == ("deploy", release.id)
    assert "orders in preprod stays 1.1, and 1.0 is live" in text
    assert "`slipway rollback orders preprod --to 1.0 --reason …`" in text
    (line,) = differs(scene, scene.dev_passed("2.0", service="forms"))
    assert line.startswith(
        f"orders runs 1.1 there, and 1.0 is live: {attempt.release_id} ended as rejected; going back"
    )


def test_one_that_came_to_nothing_is_asked_for_again_and_at_last_somebody_is_paged(scene: Scene, clock: Clock) -> None:
    rejected(scene)
    for _ in range(TRIES):
        attempt = comes_to_nothing(scene)
        assert "slipway rollback" not in told(scene, f"{attempt.id}:ended")[0][2]
        clock.pass_by(seconds=AGAIN_AFTER.total_seconds() - 1)
        assert asked(scene) == []
        clock.pass_by(seconds=1)
    assert asked(scene) == []
    messages = told(scene, "%:stays")
    assert [channel for channel, _, _ in messages] == ["deploy", "deploy", "page"]
    assert "it is asked for again 60 min after this one ended" in messages[0][2]
    assert "3 tries came to nothing" in messages[2][2]


def test_one_that_was_dropped_for_something_newer_is_asked_for_when_that_is_given_up(scene: Scene) -> None:
    rejected(scene)
    (dropped,) = asked(scene)
    back = started(scene, dropped.id)
    newer = scene.opened("1.2")
    scene.turn(back, PREPROD)
    scene.finish(back, PREPROD)
    assert scene.close(back).outcome == "superseded"
    assert asked(scene) == []
    stop(scene.world, newer.release_id, ROB, "not now")
    scene.finish(newer, DEV)
    scene.close(newer)
    (again,) = asked(scene)
    assert again.id != dropped.id
    assert told(scene, "%:stays") == []


def test_one_of_which_nobody_knows_pages_second_line_and_is_theirs(scene: Scene, clock: Clock) -> None:
    rejected(scene)
    (release,) = asked(scene)
    back = started_in_turn(scene, release)
    scene.target.never_healthy = {"1.0"}
    with pytest.raises(SlipwayError):
        rolled_back(scene, back, PREPROD)
    assert scene.finish(back, PREPROD).outcome == "live_uncertain"
    assert scene.close(back).outcome == "live_uncertain"
    clock.pass_by(days=2)
    assert asked(scene) == []
    assert [channel for channel, _, _ in told(scene, f"{back.id}:preprod:finished")] == ["page"]
    assert "Next: slipway rollback" in told(scene, f"{back.id}:ended")[0][2]
