"""Holds stand in the topic of the deploy channel for as long as they stand, and delay no message (R14, R15)."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from slipway.adapters.notifiers.slack_topic import SlackTopic
from slipway.airflow_edge.slack_call import HookSlackCall
from slipway.domain.message_routes import MessageChannel, MessageRoutes, Way, WayKind
from slipway.ports.values import Actor
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.show_holds_in_topic import show_holds, topics_behind
from tests.builders import a_service, people, platform_rules
from tests.scene import Scene
from tests.slack.stand_in import Call, SlackStandIn, answer_lost, status

pytestmark = pytest.mark.airflow
SLACK = Way(kind=WayKind.SLACK, address="C0DEPLOY")
PAGES = Way(kind=WayKind.SLACK, address="C0PAGES")
BEFORE = "Releases of all services"
HELD = "HOLD orders: payroll runs (Mona) ‖ Releases of all services"


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackStandIn]:
    with SlackStandIn() as stand_in:
        for way in (SLACK, PAGES):
            stand_in.channel(way.address, topic=BEFORE)
        monkeypatch.setenv("AIRFLOW_CONN_SLACK_DEFAULT", stand_in.connection)
        yield stand_in


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    made = make_scene(a_service())
    route(made, SLACK)
    return made


def route(scene: Scene, *deploy: Way, **more: bool) -> None:
    ways = {MessageChannel.DEPLOY: deploy, MessageChannel.PAGE: (PAGES,)}
    messages = MessageRoutes(ways={channel: given for channel, given in ways.items() if given}, **more)
    scene.activate(replace(platform_rules(), messages=messages), people())


def hold(scene: Scene) -> PlacedHold:
    request = HoldRequest(scope=HoldScope.SERVICE, name="orders", reason="payroll runs")
    number = place_hold(scene.world, request, Actor(id="mona", via="rest"))
    return PlacedHold(id=number, placed_by="mona", environment=None, service="orders", team="payments")


def lift(scene: Scene, placed: PlacedHold) -> None:
    lift_hold(scene.world, placed, Actor(id="mona", via="rest"), "it has run")


def rounds(scene: Scene) -> int:
    """As the announcer makes them; whoever was asked to wait has waited."""
    for number in range(5):
        with scene.store.transaction() as tx:
            tx.sql.run("UPDATE message_way SET paused_until = now()")
        behind = topics_behind(scene.store)
        if not behind:
            return number
        for way in behind:
            show_holds(scene.store, way, SlackTopic(HookSlackCall(), way.address), lambda: 0.5)
    return 5


def topic(slack: SlackStandIn, way: Way = SLACK) -> str:
    return slack.channels[way.address].topic


def test_a_hold_stands_in_the_topic_with_owner_and_reason_until_it_is_lifted(scene: Scene, slack: SlackStandIn) -> None:
    assert rounds(scene) == 0
    placed = hold(scene)
    assert rounds(scene) == 1
    assert (topic(slack), topic(slack, PAGES)) == (HELD, BEFORE)
    assert rounds(scene) == 0, "nothing is asked of Slack while nothing changes"
    lift(scene, placed)
    assert rounds(scene) == 1
    assert topic(slack) == BEFORE
    assert topics_behind(scene.store) == []


def test_what_somebody_wrote_meanwhile_stays(scene: Scene, slack: SlackStandIn) -> None:
    placed = hold(scene)
    rounds(scene)
    slack.channels[SLACK.address].topic = HELD.replace(BEFORE, "On call: Lena")
    lift(scene, placed)
    rounds(scene)
    assert topic(slack) == "On call: Lena"


def test_an_answer_that_is_lost_puts_no_hold_there_twice(scene: Scene, slack: SlackStandIn) -> None:
    placed = hold(scene)
    slack.faults.extend([Call.answer_properly, answer_lost])
    rounds(scene)
    assert topic(slack) == HELD
    lift(scene, placed)
    rounds(scene)
    assert topic(slack) == BEFORE


def test_slack_that_is_down_or_refuses_the_topic_is_told_and_delays_no_message(
    scene: Scene, slack: SlackStandIn
) -> None:
    slack.always = status(503)
    placed = hold(scene)
    for way in topics_behind(scene.store):
        show_holds(scene.store, way, SlackTopic(HookSlackCall(), way.address), lambda: 0.5)
    assert topics_behind(scene.store) == [], "it is paused"
    slack.always = None
    slack.scopes.remove("channels:write.topic")
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE message_way SET paused_until = now()")
    for way in topics_behind(scene.store):
        show_holds(scene.store, way, SlackTopic(HookSlackCall(), way.address), lambda: 0.5)
    with scene.store.transaction() as tx:
        (down,) = tx.deliveries.ways()
        assert tx.deliveries.ways_due() == [], "no message was routed yet"
    assert down.way == "topic of slack:C0DEPLOY"
    assert "missing_scope" in down.problem
    slack.scopes.add("channels:write.topic")
    rounds(scene)
    assert topic(slack) == HELD
    with scene.store.transaction() as tx:
        assert tx.deliveries.ways() == []
    lift(scene, placed)
    rounds(scene)
    assert topic(slack) == BEFORE


@pytest.mark.parametrize("how", ["not this channel", "no topics"])
def test_a_channel_that_the_policy_no_longer_names_gets_its_topic_back(
    scene: Scene, slack: SlackStandIn, how: str
) -> None:
    hold(scene)
    rounds(scene)
    assert topic(slack) == HELD
    if how == "not this channel":
        route(scene)
    else:
        route(scene, SLACK, holds_in_topic=False)
    rounds(scene)
    assert topic(slack) == BEFORE
