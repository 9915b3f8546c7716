"""Slack is down and a release is potentially problematic: the time to object counts from a delivery (R14)."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from slipway.adapters.database.transaction import CHANNEL
from slipway.domain.message_routes import MessageChannel, MessageRoutes, Way, WayKind
from slipway.domain.policy.decision import Blocker
from slipway.domain.release import Attempt
from slipway.ports.messages import NotSentError
from slipway.ports.values import Actor
from slipway.use_cases.acknowledge import acknowledge
from slipway.use_cases.explain import explain
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.send_messages import route_messages, send_messages
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import PROD, people, platform_rules
from tests.clock import Clock
from tests.fakes.notifier import FakeNotifier
from tests.scene import Scene

SLACK = Way(kind=WayKind.SLACK, address="C0DEPLOY")
MONDAY = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DOWN = NotSentError("connection refused", may_have_arrived=True)
RULES = platform_rules(
    request_minutes=600,
    grant_minutes=600,
    messages=MessageRoutes(ways=dict.fromkeys(MessageChannel, (SLACK,))),
)


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    return scene_at(MONDAY, rules=RULES)


@pytest.fixture
def slack() -> FakeNotifier:
    return FakeNotifier(always=DOWN)


@pytest.fixture
def woken(clocked: Engine) -> Iterator[Callable[[], int]]:
    """How often those who wait were told to look again since this was last asked."""
    connection = clocked.raw_connection()
    connection.cursor().execute(f"LISTEN {CHANNEL}")
    connection.commit()

    def since() -> int:
        connection.cursor().execute("SELECT 1")
        connection.commit()
        driver: Any = connection.driver_connection
        driver.poll()
        told = len(driver.notifies)
        driver.notifies.clear()
        return told

    yield since
    connection.invalidate()


@pytest.fixture
def attempt(scene: Scene) -> Attempt:
    """Signed off for live, and expected to make trouble."""
    return scene.signed_off(extra={"problematic": "true"})


def an_hour_passes(scene: Scene, slack: FakeNotifier, clock: Clock) -> None:
    """The announcer looks every five minutes, and Slack does not answer."""
    for _ in range(12):
        look(scene, slack)
        clock.pass_by(minutes=5)
    assert slack.sent == []


def look(scene: Scene, slack: FakeNotifier) -> None:
    if SLACK in route_messages(scene.store):
        send_messages(scene.store, SLACK, slack, lambda: 0.0)


def waits(scene: Scene, attempt: Attempt) -> Blocker:
    """The one thing that is in its way."""
    result = scene.turn(attempt, PROD)
    assert result.answer is TurnAnswer.WAIT
    assert not may_go_on(scene.world, attempt.id, PROD)
    (only,) = result.blockers
    return only


def says(scene: Scene) -> list[tuple[str, datetime | None]]:
    """What `slipway explain orders prod` has."""
    (one,) = explain(scene.store, "orders", "ordering", "prod")
    return [(blocker.code, blocker.clears_at) for blocker in one.decision.blockers]


def by(person: str) -> Actor:
    return Actor(id=person, via="rest")


def test_while_slack_is_down_it_waits_and_once_told_people_have_their_time(
    scene: Scene, attempt: Attempt, slack: FakeNotifier, clock: Clock
) -> None:
    an_hour_passes(scene, slack, clock)
    only = waits(scene, attempt)
    assert (only.code, only.clears_at) == ("objections_open", None)
    assert "slack:C0DEPLOY: connection refused" in only.message
    assert says(scene) == [("objections_open", None)]

    slack.always = None
    clock.pass_by(minutes=5)
    look(scene, slack)

    told = clock.now
    assert slack.keys().count(f"beforehand:{attempt.release_id}:1.0") == 1
    ends = told + timedelta(minutes=30)
    result = scene.turn(attempt, PROD)
    assert [blocker.clears_at for blocker in result.blockers] == [result.look_again_at] == [ends]
    assert says(scene) == [("objections_open", ends)]
    clock.set(ends - timedelta(seconds=1))
    assert not may_go_on(scene.world, attempt.id, PROD)
    clock.set(ends)
    assert may_go_on(scene.world, attempt.id, PROD)
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN
    scene.deploy(attempt, PROD)
    assert scene.runs(PROD) == "1.0"


def test_second_line_acknowledges_in_the_place_of_a_delivery(
    scene: Scene, attempt: Attempt, slack: FakeNotifier, clock: Clock
) -> None:
    an_hour_passes(scene, slack, clock)
    assert "slipway acknowledge" in waits(scene, attempt).cleared_by
    acknowledge(scene.world, attempt.release_id, by("rob"))
    assert waits(scene, attempt).code == "objections_open"

    said = acknowledge(scene.world, attempt.release_id, by("lena"), "I have told them all by telephone")

    assert "it waits for objections no longer" in said
    assert [json.loads(one)["instead_of_delivery"] for one in scene.log("release_acknowledged")] == [False, True]
    assert may_go_on(scene.world, attempt.id, PROD)
    slack.always = None
    clock.pass_by(minutes=5)
    look(scene, slack)
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN


def test_who_objects_holds_it_and_no_time_lets_it_go(
    scene: Scene, attempt: Attempt, slack: FakeNotifier, clock: Clock
) -> None:
    slack.always = None
    look(scene, slack)
    request = HoldRequest(scope=HoldScope.SERVICE, name="orders", reason="tax day")
    hold = place_hold(scene.world, request, by("selma"))
    clock.pass_by(minutes=30)
    only = waits(scene, attempt)
    assert (only.code, only.clears_at) == ("hold", None)

    lift_hold(
        scene.world,
        PlacedHold(
            id=hold, placed_by="selma", during=None, environment=None, service="orders", team="ordering", failed=None
        ),
        by("selma"),
        "",
    )

    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN


def test_another_way_that_delivers_is_enough(scene: Scene, attempt: Attempt, slack: FakeNotifier, clock: Clock) -> None:
    mail = Way(kind=WayKind.EMAIL, address="team@example.gov.uk")
    both = replace(RULES.messages, ways=dict.fromkeys(MessageChannel, (SLACK, mail)))
    scene.activate(replace(RULES, messages=both), people())
    look(scene, slack)
    send_messages(scene.store, mail, FakeNotifier(), lambda: 0.0)
    assert waits(scene, attempt).clears_at == MONDAY + timedelta(minutes=30)
    clock.pass_by(minutes=30)
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN


def test_the_message_file_tells_nobody(scene: Scene, attempt: Attempt, clock: Clock) -> None:
    scene.activate(replace(RULES, messages=MessageRoutes()), people())
    (file,) = route_messages(scene.store)
    send_messages(scene.store, file, FakeNotifier(), lambda: 0.0)
    clock.pass_by(minutes=60)
    assert "the message file tells nobody" in waits(scene, attempt).message


def test_its_delivery_wakes_who_waits_and_no_other_message_does(
    scene: Scene, attempt: Attempt, slack: FakeNotifier, woken: Callable[[], int]
) -> None:
    slack.always = None
    woken()
    look(scene, slack)
    assert len(slack.sent) > 1
    assert woken() == 1

    acknowledge(scene.world, attempt.release_id, by("lena"))
    assert woken() == 0  # too late to stand in for anything
