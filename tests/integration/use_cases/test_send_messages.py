"""Messages go each by its own ways; what fails is tried again, in order, and never twice without a word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from slipway.domain.json_value import JsonObject
from slipway.domain.message import Link, Message
from slipway.domain.message_routes import FILE, MessageChannel, MessageRoutes, Way, WayKind
from slipway.ports.messages import NotSentError, Receipt, Sending
from slipway.use_cases.send_messages import REFUSALS, route_messages, send_messages
from tests.builders import people, platform_rules
from tests.clock import Clock
from tests.fakes.notifier import FakeNotifier
from tests.scene import Scene

SLACK = Way(kind=WayKind.SLACK, address="C0DEPLOY")
MAIL = Way(kind=WayKind.EMAIL, address="team@example.gov.uk")
MONDAY = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
DOWN = NotSentError("connection refused")
REFUSED = NotSentError("msg_too_long", way_is_down=False)


def routes(*ways: Way, **changes: int) -> MessageRoutes:
    return replace(MessageRoutes(ways=dict.fromkeys(MessageChannel, ways)), **changes)


def by(scene: Scene, *ways: Way, **changes: int) -> None:
    """From now on messages go these ways."""
    scene.activate(replace(platform_rules(), messages=routes(*ways, **changes)), people())


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    made = scene_at(MONDAY)
    by(made, SLACK)
    return made


def tell(
    scene: Scene, *keys: str, release: str | None = None, headline: str | None = None, channel: str = "deploy"
) -> None:
    """Each in a transaction of its own, as they happen."""
    for key in keys:
        message = Message(key=key, channel=channel, text=f"text of {key}", release_id=release, headline=headline)
        with scene.store.transaction() as tx:
            tx.tell(message)


def look(scene: Scene, notifier: FakeNotifier, way: Way = SLACK, draw: float = 0.0) -> bool:
    """One look of the announcer; whether there was anything to do on that way."""
    due = way in route_messages(scene.store)
    if due:
        send_messages(scene.store, way, notifier, lambda: draw)
    return due


def undelivered(scene: Scene) -> list[tuple[str, str, str]]:
    with scene.store.transaction() as tx:
        found = [one.as_json() for one in tx.deliveries.newest(100, undelivered=True)]
    return sorted((one["key"], one["way"], one["state"]) for one in found)


def test_a_message_goes_each_of_its_ways_once_and_whole(scene: Scene) -> None:
    by(scene, SLACK, MAIL)
    slack, mail = FakeNotifier(), FakeNotifier()
    message = Message(
        key="a",
        channel="page",
        text="look",
        release_id="R-1",
        headline="held",
        link=Link(label="l", url="https://u"),
        mentions=("ada@example.org",),
        loud=True,
    )
    with scene.store.transaction() as tx:
        tx.tell(message)
        tx.tell(replace(message, text="told twice"))
    for _ in range(2):
        look(scene, slack)
        look(scene, mail, MAIL)
    assert [one.message for one in slack.sent] == [one.message for one in mail.sent] == [message]
    assert undelivered(scene) == []


def test_what_nobody_has_looked_at_is_undelivered_too(scene: Scene) -> None:
    tell(scene, "a")
    with scene.store.transaction() as tx:
        (only,) = tx.deliveries.newest(10, undelivered=True)
        assert (only.message.key, only.way, tx.deliveries.count_undelivered()) == ("a", None, 1)
    look(scene, FakeNotifier())
    with scene.store.transaction() as tx:
        (only,) = tx.deliveries.newest(10, undelivered=False)
        assert (only.outcome, only.next_try, tx.deliveries.count_undelivered()) == ("delivered", None, 0)


def test_a_way_that_is_down_keeps_no_other_waiting_and_nothing_is_lost(scene: Scene, clock: Clock) -> None:
    by(scene, SLACK, MAIL)
    slack, mail = FakeNotifier(always=DOWN), FakeNotifier()
    tell(scene, "a", "b", "c")
    for _ in range(60):
        look(scene, slack)
        look(scene, mail, MAIL)
        clock.pass_by(minutes=1)
    assert mail.keys() == ["a", "b", "c"]
    assert undelivered(scene) == [(key, "slack:C0DEPLOY", "waiting") for key in "abc"]
    slack.always = None
    clock.pass_by(minutes=5)
    look(scene, slack)
    assert slack.keys() == ["a", "b", "c"]
    assert undelivered(scene) == []


def test_it_is_tried_less_and_less_often_while_it_is_down(scene: Scene, clock: Clock) -> None:
    slack = FakeNotifier(always=DOWN)
    tell(scene, "a", "b")
    for _ in range(360):
        look(scene, slack)
        clock.pass_by(seconds=10)
    assert 15 < len(slack.asked) < 40


def test_who_asks_for_patience_gets_all_of_it(scene: Scene, clock: Clock) -> None:
    slack = FakeNotifier()
    slack.troubles.append(NotSentError("slow down", retry_after=timedelta(seconds=90)))
    tell(scene, "a", "b")
    look(scene, slack)
    with scene.store.transaction() as tx:
        assert [way.down_since for way in tx.deliveries.ways()] == [None]
    clock.pass_by(seconds=89)
    assert not look(scene, slack)
    clock.pass_by(seconds=1)
    assert look(scene, slack)
    assert slack.keys() == ["a", "b"]
    with scene.store.transaction() as tx:
        assert tx.deliveries.ways() == []


def test_a_release_is_told_in_order_and_in_its_thread(scene: Scene, clock: Clock) -> None:
    slack = FakeNotifier()
    slack.troubles.extend([None, REFUSED])
    tell(scene, "opened", release="R-1", headline="asked for")
    tell(scene, "approved", release="R-1", headline="approved")
    tell(scene, "live", release="R-1", headline="live")
    tell(scene, "of another", release="R-2")
    look(scene, slack)
    assert slack.keys() == ["opened", "of another"]
    clock.pass_by(minutes=1)
    look(scene, slack)
    assert slack.keys() == ["opened", "of another", "approved", "live"]
    assert [one.thread for one in slack.sent] == [None, None, {"first": "opened"}, {"first": "opened"}]
    assert slack.shown == [("opened", "live")]


def by_channel(scene: Scene) -> None:
    """Approvals go by mail, all else by Slack."""
    ways = {**dict.fromkeys(MessageChannel, (SLACK,)), MessageChannel.APPROVALS: (MAIL,)}
    scene.activate(replace(platform_rules(), messages=MessageRoutes(ways=ways)), people())


def test_a_headline_is_shown_wherever_the_release_was_told_of(scene: Scene) -> None:
    by_channel(scene)
    slack, other = FakeNotifier(), FakeNotifier()
    tell(scene, "asked", release="R-1", headline="waits for sign_off", channel="approvals")
    look(scene, other, MAIL)
    tell(scene, "live", release="R-1", headline="live")
    tell(scene, "a word", release="R-1")
    look(scene, slack)
    look(scene, other, MAIL)
    assert slack.keys() == ["live", "a word"]
    assert other.keys() == ["asked"]
    assert other.shown == [("asked", "live")]
    assert slack.shown == []


def test_a_thread_that_begins_late_begins_with_how_the_release_stands(scene: Scene) -> None:
    by_channel(scene)
    other = FakeNotifier()
    tell(scene, "live", release="R-1", headline="live")
    tell(scene, "asked", release="R-1", channel="approvals")
    look(scene, FakeNotifier())
    look(scene, other, MAIL)
    assert other.shown == [("asked", "live")]


def test_what_is_routed_again_does_not_bring_back_an_old_headline(scene: Scene) -> None:
    slack = FakeNotifier()
    tell(scene, "opened", release="R-1", headline="asked for")
    look(scene, slack)
    slack.always = DOWN
    tell(scene, "approved", release="R-1", headline="approved")
    tell(scene, "live", release="R-1", headline="live")
    look(scene, slack)
    by(scene, MAIL)
    route_messages(scene.store)
    with scene.store.transaction() as tx:
        assert tx.deliveries.headlines_behind(str(SLACK), 10) == [("R-1", {"first": "opened"}, "live")]


def test_a_headline_that_could_not_be_shown_is_shown_later_and_only_the_newest(scene: Scene, clock: Clock) -> None:
    slack = FakeNotifier()
    tell(scene, "opened", release="R-1", headline="asked for")
    look(scene, slack)
    tell(scene, "approved", release="R-1", headline="approved")

    class ShowsNothing(FakeNotifier):
        def show(self, place: JsonObject, headline: str) -> None:
            raise DOWN

    look(scene, ShowsNothing())
    tell(scene, "live", release="R-1", headline="live")
    clock.pass_by(minutes=1)
    look(scene, slack)
    assert slack.shown == [("opened", "live")]
    assert not look(scene, slack)


def test_what_may_have_arrived_is_sent_again_as_in_doubt(scene: Scene, clock: Clock) -> None:
    slack = FakeNotifier()
    slack.troubles.extend([NotSentError("no answer", may_have_arrived=True), DOWN])
    tell(scene, "a")
    for _ in range(3):
        look(scene, slack)
        clock.pass_by(minutes=5)
    assert [one.in_doubt_since for one in slack.asked] == [None, MONDAY, MONDAY]
    assert slack.keys() == ["a"]


def test_what_surely_did_not_arrive_is_in_no_doubt(scene: Scene, clock: Clock) -> None:
    slack = FakeNotifier()
    slack.troubles.append(DOWN)
    tell(scene, "a")
    look(scene, slack)
    clock.pass_by(minutes=5)
    look(scene, slack)
    assert [one.in_doubt_since for one in slack.sent] == [None]


def test_who_dies_while_sending_leaves_it_to_others_in_doubt(scene: Scene, clock: Clock) -> None:
    tell(scene, "a")
    route_messages(scene.store)
    with scene.store.transaction() as tx:
        assert tx.deliveries.claim(str(SLACK))
        assert tx.deliveries.claim(str(SLACK)) is None
    slack = FakeNotifier()
    assert not look(scene, slack)
    clock.pass_by(minutes=3)
    look(scene, slack)
    assert [one.in_doubt_since for one in slack.sent] == [MONDAY]


def test_what_waited_for_long_is_late(scene: Scene, clock: Clock) -> None:
    tell(scene, "a")
    clock.pass_by(minutes=9)
    tell(scene, "b")
    clock.pass_by(minutes=2)
    slack = FakeNotifier()
    look(scene, slack)
    assert [(one.message.key, one.is_late) for one in slack.sent] == [("a", True), ("b", False)]


def test_a_message_that_is_never_taken_is_given_up_and_those_after_it_arrive(scene: Scene, clock: Clock) -> None:
    class RefusesLong(FakeNotifier):
        def send(self, sending: Sending) -> Receipt:
            if sending.message.key == "too long":
                raise REFUSED
            return super().send(sending)

    slack = RefusesLong()
    tell(scene, "too long", "after it", release="R-1")
    for _ in range(REFUSALS):
        look(scene, slack)
        clock.pass_by(minutes=1)
    assert slack.keys() == ["after it"]
    assert undelivered(scene) == [("too long", "slack:C0DEPLOY", "given_up")]
    (said,) = scene.log("message_given_up")
    assert '"key":"too long"' in said
    assert "msg_too_long" in said


def test_after_days_a_message_is_given_up_and_the_log_says_so(scene: Scene, clock: Clock) -> None:
    by(scene, SLACK, give_up_days=2)
    slack = FakeNotifier(always=DOWN)
    tell(scene, "a")
    look(scene, slack)
    clock.pass_by(days=1, hours=23)
    tell(scene, "b")
    look(scene, slack)
    assert scene.log("message_given_up") == []
    clock.pass_by(hours=2)
    look(scene, slack)
    assert undelivered(scene) == [("a", "slack:C0DEPLOY", "given_up"), ("b", "slack:C0DEPLOY", "waiting")]
    (said,) = scene.log("message_given_up")
    assert "not delivered within 2 days: connection refused" in said


def test_when_the_policy_names_another_way_what_waits_goes_there(scene: Scene) -> None:
    slack, file = FakeNotifier(always=DOWN), FakeNotifier()
    tell(scene, "a", "b")
    look(scene, slack)
    by(scene, FILE)
    look(scene, file, FILE)
    assert file.keys() == ["a", "b"]
    assert undelivered(scene) == []


def test_two_announcers_send_nothing_twice(scene: Scene) -> None:
    other = FakeNotifier()
    tell(scene, "a", "b")
    route_messages(scene.store)

    class Interrupted(FakeNotifier):
        def send(self, sending: Sending) -> Receipt:
            send_messages(scene.store, SLACK, other)
            return super().send(sending)

    one = Interrupted()
    send_messages(scene.store, SLACK, one)
    assert sorted(one.keys() + other.keys()) == ["a", "b"]
