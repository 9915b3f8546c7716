"""Nobody is asked to confirm a service in live, for a time, on a manager's word (R16)."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from slipway.domain.confirmation_waiver import LONGEST_LIFE
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.grant import Step
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt, ChangeKind
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked, NotAsked
from slipway.use_cases.show_confirmation_waivers import show_confirmation_waivers
from slipway.use_cases.waive_confirmation import require_confirmation, waive_confirmation
from tests.builders import PROD, people, platform_rules
from tests.outside import NOTIFY, agreed
from tests.scene import Scene
from tests.watching import watched_service

WHY = "nobody is in; the watch looks at orders and errors"
NOBODY_ASKED = "**Nobody is asked to confirm it in live**"


def actor(person: str) -> Actor:
    return Actor(id=person, via="rest")


def waive(
    scene: Scene, by: str = "mona", *, service: str = "orders", life: timedelta = LONGEST_LIFE, reason: str = WHY
) -> int:
    with scene.store.transaction() as tx:
        until = tx.now + life
    return waive_confirmation(scene.world, service, until, reason, actor(by)).id


def require(scene: Scene, number: int, by: str = "rob", reason: str = "the watch is blind") -> None:
    require_confirmation(scene.world, number, reason, actor(by))


def time_is_over(scene: Scene, number: int) -> None:
    """What is waived is fixed, so the guard sleeps while the test moves it."""
    with scene.store.transaction() as tx:
        tx.sql.run("SET LOCAL session_replication_role = replica")
        tx.sql.run(
            """UPDATE confirmation_waiver SET given_at = given_at - CAST('20 days' AS interval),
            expires_at = expires_at - CAST('20 days' AS interval) WHERE id = :id""",
            id=number,
        )


def refused(scene: Scene) -> list[JsonObject]:
    return [json.loads(entry) for entry in scene.log("confirmation_waiver_refused")]


def shown(scene: Scene, attempt: Attempt) -> list[str]:
    """The forms of those who authorise and sign off."""
    with scene.store.transaction() as tx:
        asked = [tx.grants.request(attempt.id, step) for step in (Step.AUTHORISE, Step.SIGN_OFF)]
    return [request.evidence for request in asked if request]


def test_nobody_is_asked_and_those_who_authorised_it_knew(scene: Scene) -> None:
    number = waive(scene)
    attempt = scene.signed_off("1.0")
    assert all(f"{NOBODY_ASKED}: confirmation waiver {number} by mona" in form for form in shown(scene, attempt))
    assert all("**nothing**; only smoke tests tell" in form for form in shown(scene, attempt))
    scene.work(attempt, PROD)

    answer = scene.ask(attempt, Step.CONFIRM)

    assert isinstance(answer, NotAsked)
    assert answer.go_on
    assert WHY in answer.detail
    assert scene.finish(attempt, PROD).outcome == "passed"
    assert f"confirmed by nobody (confirmation waiver {number})" in scene.stage_of(attempt, PROD).detail
    assert scene.close(attempt).outcome == "live"
    (left_out,) = [json.loads(entry) for entry in scene.log("confirmation_left_out")]
    assert (left_out["waiver"], left_out["by"], left_out["reason"]) == (number, "mona", WHY)


def test_it_is_left_out_once_however_often_its_task_runs(scene: Scene) -> None:
    waive(scene)
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    answers = [scene.ask(attempt, Step.CONFIRM) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(scene.log("confirmation_left_out")) == 1


def test_given_after_it_was_authorised_it_does_not_count_for_that_release(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    waive(scene)
    scene.work(attempt, PROD)
    assert isinstance(scene.ask(attempt, Step.CONFIRM), Asked)


def test_given_between_the_two_who_decide_it_does_not_count_either(scene: Scene) -> None:
    attempt = scene.preprod_passed("1.0")
    scene.grant(attempt, Step.AUTHORISE, "sam")
    waive(scene)
    scene.grant(attempt, Step.SIGN_OFF, "selma")
    assert not any(NOBODY_ASKED in form for form in shown(scene, attempt))
    scene.work(attempt, PROD)
    assert isinstance(scene.ask(attempt, Step.CONFIRM), Asked)


def ended_by_time(scene: Scene, number: int) -> None:
    time_is_over(scene, number)


def taken_back(scene: Scene, number: int) -> None:
    require(scene, number)


def whoever_gave_it_left(scene: Scene, _: int) -> None:
    scene.activate(platform_rules(), people("mona"))


@pytest.mark.parametrize("what_happens", [ended_by_time, taken_back])
def test_what_does_not_count_any_more_by_then_has_somebody_asked(
    scene: Scene, what_happens: Callable[[Scene, int], None]
) -> None:
    number = waive(scene)
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    what_happens(scene, number)
    assert isinstance(scene.ask(attempt, Step.CONFIRM), Asked)
    assert scene.log("confirmation_left_out") == []


@pytest.mark.parametrize("what_happens", [ended_by_time, taken_back, whoever_gave_it_left])
def test_what_does_not_count_is_not_on_the_form(scene: Scene, what_happens: Callable[[Scene, int], None]) -> None:
    number = waive(scene)
    what_happens(scene, number)
    assert not any(NOBODY_ASKED in form for form in shown(scene, scene.signed_off("1.0")))


def test_a_manager_waives_nothing_of_a_release_of_their_own(scene: Scene) -> None:
    waive(scene)
    attempt = scene.signed_off("1.0", by="mona")
    assert not any(NOBODY_ASKED in form for form in shown(scene, attempt))
    scene.work(attempt, PROD)
    assert isinstance(scene.ask(attempt, Step.CONFIRM), Asked)


def test_an_emergency_is_confirmed_all_the_same(scene: Scene) -> None:
    waive(scene)
    attempt = scene.signed_off("1.0", by="lena", kind=ChangeKind.EMERGENCY)
    scene.work(attempt, PROD)
    assert isinstance(scene.ask(attempt, Step.CONFIRM), Asked)


def test_an_unclear_watch_asks_a_person_all_the_same(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(watched_service())
    waive(scene)
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    assert isinstance(scene.ask(attempt, Step.CONFIRM), NotAsked)
    with scene.store.transaction() as tx:
        tx.stages.set_watched(attempt.id, PROD, "unknown")
    assert isinstance(scene.ask(attempt, Step.VERDICT), Asked)
    assert scene.finish(attempt, PROD).outcome == "unverified"
    assert "nobody confirmed" not in scene.stage_of(attempt, PROD).detail


@pytest.mark.parametrize("by", ["rita", "sam", "lena", "stranger"])
def test_only_a_manager_of_the_team_waives_it(scene: Scene, by: str) -> None:
    with pytest.raises(RefusedError):
        waive(scene, by)
    assert len(refused(scene)) == 1
    assert show_confirmation_waivers(scene.store) == []


@pytest.mark.parametrize("life", [timedelta(), timedelta(days=-1), LONGEST_LIFE + timedelta(minutes=1)])
def test_it_expires_within_two_weeks(scene: Scene, life: timedelta) -> None:
    with pytest.raises(RefusedError, match="within 14 days"):
        waive(scene, life=life)
    assert len(refused(scene)) == 1


@pytest.mark.parametrize("reason", ["", "  \u200b", "x" * 10_000])
def test_it_needs_a_reason_that_people_can_read(scene: Scene, reason: str) -> None:
    with pytest.raises(RefusedError):
        waive(scene, reason=reason)
    assert len(refused(scene)) == 1


def test_a_manager_gives_one_at_a_time(scene: Scene) -> None:
    number = waive(scene)
    with pytest.raises(RefusedError, match=f"slipway confirmation require {number}"):
        waive(scene)
    require(scene, number)
    assert waive(scene) == number + 1
    assert [one["state"] for one in show_confirmation_waivers(scene.store, with_past=True)] == [
        "stands",
        "taken back by rob: the watch is blind",
    ]


@pytest.mark.parametrize("by", ["selma", "lena", "stranger"])
def test_only_who_may_confirm_takes_it_back(scene: Scene, by: str) -> None:
    number = waive(scene)
    with pytest.raises(RefusedError):
        require(scene, number, by)
    assert [entry["waiver"] for entry in refused(scene)] == [number]


def test_it_is_taken_back_once(scene: Scene) -> None:
    number = waive(scene)
    require(scene, number)
    with pytest.raises(RefusedError, match="somebody is asked already"):
        require(scene, number)
    assert len(scene.log("confirmation_required")) == 1


@pytest.mark.parametrize("reason", ["", "x" * 10_000])
def test_taking_it_back_needs_a_reason(scene: Scene, reason: str) -> None:
    number = waive(scene)
    with pytest.raises(RefusedError):
        require(scene, number, reason=reason)
    assert len(refused(scene)) == 1


def test_a_service_and_a_waiver_must_be_there(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match="slipway services"):
        waive(scene, service="kettle")
    with pytest.raises(NotFoundError, match="slipway confirmation list"):
        require(scene, 2**70)


def test_of_a_change_made_outside_none_is_noted_for_its_report_confirms_it(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(NOTIFY)
    waive(scene, service="notify")
    attempt = agreed(scene)
    assert not any(NOBODY_ASKED in form for form in shown(scene, attempt))
    assert scene.stage_of(attempt, PROD).confirmation_waiver is None
