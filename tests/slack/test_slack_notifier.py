"""Messages in Slack, through Airflow's provider and the real SDK."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slipway.adapters.database.deliveries import CLAIMED_FOR
from slipway.adapters.notifiers.slack import SENDING_SECONDS, SlackNotifier
from slipway.airflow_edge.slack_call import DEADLINE_SECONDS, HookSlackCall
from slipway.domain.json_value import JsonObject
from slipway.domain.message import Link, Message
from slipway.ports.messages import NotSentError, Sending
from tests.fakes.endless import dripping_body, dripping_head
from tests.slack.stand_in import (
    LONGEST_SECTION,
    TOKEN,
    Fault,
    SlackStandIn,
    answer_lost,
    closed,
    dripping,
    garbage,
    limited,
    no_json,
    says,
    silent,
    status,
)

pytestmark = pytest.mark.airflow
DEPLOY = "C0DEPLOY"
OPENED = Message(
    key="R-1.1:opened", channel="deploy", text="rita asks for it", release_id="R-1", headline="orders 1.1: asked for"
)
LATER = replace(OPENED, key="R-1.1:ended", text="it is live", headline="orders 1.1: live")


@pytest.fixture
def notifier() -> SlackNotifier:
    return SlackNotifier(HookSlackCall(), DEPLOY)


def sending(message: Message = OPENED, **changes: Any) -> Sending:
    return replace(Sending(message=message, told_at=datetime.now(UTC)), **changes)


def blocks_of(slack: SlackStandIn) -> list[list[str]]:
    return [[block["text"]["text"] for block in one["blocks"]] for one in slack.channels[DEPLOY].messages]


def test_a_release_is_one_thread_whose_first_message_shows_how_it_stands(
    slack: SlackStandIn, notifier: SlackNotifier
) -> None:
    first = notifier.send(sending())
    notifier.send(sending(LATER, thread=first.place))
    notifier.show(first.place, "orders 1.1: live")
    assert slack.shown(DEPLOY) == ["orders 1.1: live\nrita asks for it", "  it is live"]
    assert blocks_of(slack) == [["*orders 1.1: live*", "rita asks for it"], ["it is live"]]


@pytest.mark.parametrize(("changes", "is_seen"), [({}, False), ({"loud": True}, True), ({"channel": "page"}, True)])
def test_what_everybody_should_notice_is_seen_in_the_channel_too(
    slack: SlackStandIn, notifier: SlackNotifier, changes: dict[str, Any], is_seen: bool
) -> None:
    first = notifier.send(sending())
    notifier.send(sending(replace(LATER, **changes), thread=first.place))
    assert slack.shown(DEPLOY)[1:] == ["  it is live"]
    assert ("it is live" in slack.seen_by_all(DEPLOY)) is is_seen


def test_what_begins_a_thread_is_not_said_to_be_a_reply(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    notifier.send(sending(replace(OPENED, loud=True)))
    (arguments,) = (arguments for method, arguments in slack.calls if method == "chat.postMessage")
    assert not {"thread_ts", "reply_broadcast"} & arguments.keys()


def test_nothing_that_people_write_mentions_links_or_formats_the_headline(
    slack: SlackStandIn, notifier: SlackNotifier
) -> None:
    nasty = "<!channel> <https://evil.example|click> & <@U0RITA>"
    message = replace(
        OPENED, text=nasty, headline=f"*{nasty}*", link=Link(label=nasty, url="https://a.example/?a=b&c=|d")
    )
    notifier.send(sending(message))
    (posted,) = slack.channels[DEPLOY].messages
    written = json.dumps(posted, ensure_ascii=False)
    assert "<!" not in written
    assert "<@" not in written
    assert written.count("<https://") == 1
    assert "<https://a.example/?a=b&amp;c=%7Cd|&lt;!channel&gt;" in written
    assert all(block["text"]["verbatim"] for block in posted["blocks"])


def test_who_should_hear_of_it_is_called_and_is_looked_up_once(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    slack.people = {"ada@example.org": "U0ADA"}
    message = replace(OPENED, mentions=("ada@example.org", "nobody@example.org"))
    for key in ("a", "b"):
        notifier.send(sending(replace(message, key=key)))
    assert blocks_of(slack)[0][-1] == "For <@U0ADA>"
    assert slack.shown(DEPLOY)[0].endswith("For <@U0ADA>")
    assert slack.counted()["users.lookupByEmail"] == 2


def test_whom_the_app_may_not_look_up_is_told_like_everybody(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    slack.scopes.remove("users:read.email")
    notifier.send(sending(replace(OPENED, mentions=("ada@example.org",))))
    assert blocks_of(slack) == [["*orders 1.1: asked for*", "rita asks for it"]]


@pytest.mark.parametrize("character", ["x", "&", "<", "\N{GRINNING FACE}"])
def test_a_text_of_any_length_fits(slack: SlackStandIn, notifier: SlackNotifier, character: str) -> None:
    notifier.send(sending(replace(OPENED, text=character * 20_000, headline=character * 20_000)))
    sections = blocks_of(slack)[0]
    assert all(len(section) <= LONGEST_SECTION for section in sections)
    assert all(len(section) > LONGEST_SECTION - 20 for section in sections)


def test_a_link_is_a_link_and_in_plain_text_an_address(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    notifier.send(sending(replace(OPENED, link=Link(label="Answer", url="https://slipway.example/1"))))
    assert blocks_of(slack)[0][-1] == "*<https://slipway.example/1|Answer>*"
    assert slack.shown(DEPLOY)[0].endswith("Answer: https://slipway.example/1")


@pytest.mark.parametrize("fault", [answer_lost, silent, dripping(dripping_body), dripping(dripping_head)])
@pytest.mark.parametrize("in_thread", [False, True])
def test_what_arrived_without_our_knowing_is_found_and_not_posted_again(
    slack: SlackStandIn, fault: Fault, in_thread: bool
) -> None:
    notifier = SlackNotifier(HookSlackCall(deadline_seconds=2), DEPLOY)
    thread = notifier.send(sending()).place if in_thread else None
    for number in range(250):
        slack.do_post(DEPLOY, f"somebody else {number}")
    message = LATER if in_thread else OPENED
    slack.faults.append(fault)
    with pytest.raises(NotSentError) as failed:
        notifier.send(sending(message, thread=thread))
    assert failed.value.may_have_arrived
    before = slack.shown(DEPLOY)
    found = notifier.send(sending(message, thread=thread, tries=2, in_doubt_since=datetime.now(UTC)))
    assert slack.shown(DEPLOY) == before
    assert found.place["ts"] == slack.channels[DEPLOY].messages[-1]["ts"]


def test_what_did_not_arrive_is_posted_after_a_look(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    slack.faults.append(closed)
    with pytest.raises(NotSentError) as failed:
        notifier.send(sending())
    assert failed.value.may_have_arrived
    notifier.send(sending(tries=2, in_doubt_since=datetime.now(UTC)))
    assert slack.shown(DEPLOY) == ["orders 1.1: asked for\nrita asks for it"]


def test_a_message_of_many_slow_calls_is_not_posted_after_others_may_take_it_over(slack: SlackStandIn) -> None:
    now = [0.0]
    slack.people = {f"{number}@example.org": f"U{number}" for number in range(100)}
    call = HookSlackCall()

    def slowly(method: str, arguments: JsonObject) -> JsonObject:
        now[0] += DEADLINE_SECONDS
        return call(method, arguments)

    crowd = replace(OPENED, mentions=tuple(slack.people))
    with pytest.raises(NotSentError, match="slowly") as failed:
        SlackNotifier(slowly, DEPLOY, monotonic=lambda: now[0]).send(sending(crowd))
    assert (failed.value.way_is_down, failed.value.may_have_arrived) == (True, False)
    assert slack.shown(DEPLOY) == []
    assert now[0] <= SENDING_SECONDS + DEADLINE_SECONDS < CLAIMED_FOR.total_seconds()


def test_where_nobody_may_look_it_is_posted_again_and_says_so(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    slack.scopes.remove("channels:history")
    notifier.send(sending(in_doubt_since=datetime.now(UTC)))
    assert "(This may have reached you before.)" in slack.shown(DEPLOY)[0]


def test_a_look_that_gets_no_answer_posts_nothing(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    slack.faults.append(status(503))
    with pytest.raises(NotSentError):
        notifier.send(sending(in_doubt_since=datetime.now(UTC)))
    assert slack.shown(DEPLOY) == []


def test_a_thread_whose_beginning_was_deleted_begins_anew(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    first = notifier.send(sending())
    slack.channels[DEPLOY].messages.clear()
    again = notifier.send(sending(LATER, thread=first.place))
    assert again.begins_thread
    assert slack.shown(DEPLOY) == ["orders 1.1: live\nit is live"]
    notifier.show(first.place, "nobody sees it")


def test_too_many_requests_are_told_with_the_wait(slack: SlackStandIn, notifier: SlackNotifier) -> None:
    slack.faults.append(limited(37))
    with pytest.raises(NotSentError) as failed:
        notifier.send(sending())
    assert failed.value.retry_after == timedelta(seconds=37)
    assert failed.value.way_is_down
    assert not failed.value.may_have_arrived


@pytest.mark.parametrize("fault", [status(500), status(503), no_json, garbage, says("fatal_error")])
def test_an_improper_answer_leaves_it_in_doubt(slack: SlackStandIn, notifier: SlackNotifier, fault: Fault) -> None:
    slack.faults.append(fault)
    with pytest.raises(NotSentError) as failed:
        notifier.send(sending())
    assert failed.value.may_have_arrived
    assert failed.value.way_is_down
    assert slack.counted()["chat.postMessage"] == 1


@pytest.mark.parametrize(
    ("error", "advice", "way_is_down"),
    [
        ("not_in_channel", "invite the app", True),
        ("missing_scope", "announce-in-slack.md", True),
        ("invalid_auth", "put the app's token into the connection", True),
        ("some_new_error", "some_new_error", True),
        ("msg_too_long", "msg_too_long", False),
    ],
)
def test_a_refusal_says_what_to_do_and_whom_it_concerns(
    slack: SlackStandIn, notifier: SlackNotifier, error: str, advice: str, way_is_down: bool
) -> None:
    slack.faults.append(says(error))
    with pytest.raises(NotSentError, match=advice) as failed:
        notifier.send(sending())
    assert failed.value.way_is_down is way_is_down
    assert not failed.value.may_have_arrived
    assert TOKEN not in str(failed.value)


def test_without_a_connection_it_says_which_variable_to_set(
    notifier: SlackNotifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_SLACK_DEFAULT", raising=False)
    with pytest.raises(NotSentError, match="AIRFLOW_CONN_SLACK_DEFAULT") as failed:
        notifier.send(sending())
    assert not failed.value.may_have_arrived
