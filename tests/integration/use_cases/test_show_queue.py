"""The queue says who holds the lane, who waits how long, who goes before whom and why, and when to expect a start."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from slipway.domain.act import act_needs
from slipway.domain.release import Attempt, ChangeKind
from slipway.domain.release_window import DayWindow, ReleaseWindow, Weekday
from slipway.use_cases.show_queue import QueuePlace, show_queue
from tests.builders import PREPROD, PROD, a_service, people, platform_rules
from tests.clock import Clock
from tests.outside import NOTIFY, its_turn
from tests.scene import Scene

SERVICES = ("orders", "forms", "greeter")
THURSDAY_AT_ELEVEN = datetime(2026, 11, 19, 11, 0, tzinfo=UTC)
OFFICE_HOURS = ReleaseWindow(days=dict.fromkeys(list(Weekday)[:5], DayWindow(opens=570, closes=1020)))
LONG_LIVED = platform_rules(window=OFFICE_HOURS, request_minutes=3000, grant_minutes=3000)


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    return scene_at(THURSDAY_AT_ELEVEN, *(a_service(name) for name in SERVICES), NOTIFY, rules=LONG_LIVED)


def in_line(scene: Scene, service: str, version: str = "1.0", **more: ChangeKind) -> Attempt:
    attempt = scene.approved(version, service=service, by="lena" if more else "rita", **more)
    scene.turn(attempt, PREPROD)
    return attempt


def once_timed(scene: Scene, clock: Clock, service: str, minutes: int) -> None:
    """A stage of the service held the lane for so long."""
    attempt = in_line(scene, service, "0.9")
    scene.deploy(attempt, PREPROD)
    scene.smoke(attempt, PREPROD)
    clock.pass_by(minutes=minutes)
    scene.finish(attempt, PREPROD)


def queue(scene: Scene) -> dict[str, QueuePlace]:
    return {place.attempt_id: place for place in show_queue(scene.store)}


def test_the_expected_start_is_when_the_holder_and_those_before_it_are_through(scene: Scene, clock: Clock) -> None:
    for service, minutes in (("orders", 20), ("forms", 7)):
        once_timed(scene, clock, service, minutes)
    holder, second, third = (in_line(scene, service) for service in SERVICES)
    taken = clock.now
    clock.pass_by(minutes=5)
    places = queue(scene)
    assert [places[a.id].position for a in (holder, second, third)] == [0, 1, 2]
    assert [places[a.id].expected.at for a in (holder, second, third)] == [
        taken + timedelta(minutes=20),
        taken + timedelta(minutes=20),
        taken + timedelta(minutes=27),
    ]
    assert places[second.id].age_seconds == 300


def test_while_a_person_acts_the_queue_says_until_when_they_have(scene: Scene, clock: Clock) -> None:
    acting = its_turn(scene)
    taken = clock.now
    clock.pass_by(minutes=5)
    waiting = in_line(scene, "orders")
    with scene.store.transaction() as tx:
        definition = tx.stages.get(acting.id, PROD).definition
    assert definition.act is not None
    until = taken + act_needs(definition, None, taken)

    places = queue(scene)

    assert places[acting.id].as_json()["expected_end"] == until
    assert (places[waiting.id].expected.at, places[waiting.id].expected.at_the_latest) == (until, True)


def test_what_was_never_timed_is_not_guessed(scene: Scene) -> None:
    holder, second = (in_line(scene, service) for service in SERVICES[:2])
    assert queue(scene)[second.id].expected.at is None
    assert queue(scene)[second.id].as_json()["unknown_because"] == (
        f"{holder.id} holds the lane, and no stage of orders in preprod was timed before"
    )


def test_what_does_not_fit_today_is_expected_when_the_window_opens(scene: Scene, clock: Clock) -> None:
    once_timed(scene, clock, "orders", 20)
    clock.set(datetime(2026, 11, 19, 16, 30, tzinfo=UTC))
    in_line(scene, "orders")
    second = in_line(scene, "forms")
    assert queue(scene)[second.id].expected.at == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_a_hold_without_an_end_is_the_reason_and_one_with_an_end_is_waited_for(scene: Scene, clock: Clock) -> None:
    held, until = scene.approved(service="orders"), scene.approved(service="forms")
    with scene.store.transaction() as tx:
        tx.records.place_hold("service", "orders", "an audit", "lena", None, None)
        tx.records.place_hold("service", "forms", "a demo", "lena", clock.now + timedelta(hours=1), None)
    scene.turn(held, PREPROD)
    scene.turn(until, PREPROD)
    places = queue(scene)
    assert "an audit" in places[held.id].expected.because
    assert places[until.id].expected.at == clock.now + timedelta(hours=1)


def test_an_overtake_is_shown_with_its_reason(scene: Scene, clock: Clock) -> None:
    in_line(scene, "orders")
    clock.pass_by(minutes=1)
    waiting = in_line(scene, "forms")
    clock.pass_by(minutes=1)
    urgent = in_line(scene, "greeter", kind=ChangeKind.EMERGENCY)
    place = queue(scene)[urgent.id]
    assert (place.position, place.overtakes) == (1, (waiting.id,))
    assert place.why_overtakes == "emergency changes go first"


def test_the_holder_that_went_before_one_that_was_held_says_so(scene: Scene, clock: Clock) -> None:
    held = scene.approved(service="orders")
    with scene.store.transaction() as tx:
        tx.records.place_hold("service", "orders", "an audit", "lena", None, None)
    scene.turn(held, PREPROD)
    clock.pass_by(minutes=1)
    holder = in_line(scene, "forms")
    place = queue(scene)[holder.id]
    assert (place.position, place.overtakes) == (0, (held.id,))
    assert place.why_overtakes == "what was ready earlier could not start when the lane came free"


def test_an_approval_that_ends_before_its_turn_is_said(scene: Scene, clock: Clock) -> None:
    once_timed(scene, clock, "orders", 300)
    scene.activate(platform_rules(grant_minutes=60), people())
    in_line(scene, "orders")
    second = scene.approved("1.0", service="forms")
    scene.turn(second, PREPROD)
    assert "it will be asked for again" in queue(scene)[second.id].expected.because
