"""The stand-in behaves towards the real SDK as Slack's documentation says."""

from http.client import RemoteDisconnected

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.slack.stand_in import (
    TOKEN,
    Fault,
    SlackStandIn,
    answer_lost,
    closed,
    garbage,
    limited,
    no_json,
    says,
    silent,
    status,
)

DEPLOY = "C0DEPLOY"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "orders goes live"}}


@pytest.fixture
def client(slack: SlackStandIn) -> WebClient:
    return a_client(slack)


def a_client(slack: SlackStandIn, token: str | None = TOKEN) -> WebClient:
    return WebClient(token=token, base_url=slack.url, timeout=5, retry_handlers=[])


def problem(refused: "pytest.ExceptionInfo[SlackApiError]") -> str:
    return str(refused.value.response["error"])


def test_a_token_is_asked_for(slack: SlackStandIn) -> None:
    assert a_client(slack).auth_test()["user_id"]
    with pytest.raises(SlackApiError) as refused:
        a_client(slack, "xoxb-another").auth_test()
    assert problem(refused) == "invalid_auth"
    with pytest.raises(SlackApiError) as refused:
        a_client(slack, None).auth_test()
    assert problem(refused) == "not_authed"


def test_replies_are_below_their_message_and_a_message_is_changed_in_place(
    slack: SlackStandIn, client: WebClient
) -> None:
    first = client.chat_postMessage(channel=DEPLOY, text="orders 1.1", blocks=[SECTION])
    client.chat_postMessage(channel=DEPLOY, text="in Preprod", thread_ts=first["ts"])
    client.chat_postMessage(channel=DEPLOY, text="something else")
    client.chat_update(channel=DEPLOY, ts=first["ts"], text="orders 1.1 is live")
    assert slack.shown(DEPLOY) == ["orders 1.1 is live", "  in Preprod", "something else"]
    replies = client.conversations_replies(channel=DEPLOY, ts=first["ts"])["messages"]
    assert [reply["text"] for reply in replies] == ["orders 1.1 is live", "in Preprod"]


def test_a_reply_that_is_broadcast_is_in_its_thread_and_in_the_channel(slack: SlackStandIn, client: WebClient) -> None:
    first = client.chat_postMessage(channel=DEPLOY, text="orders 1.1", reply_broadcast=True)
    client.chat_postMessage(channel=DEPLOY, text="in Preprod", thread_ts=first["ts"], reply_broadcast=False)
    loud = client.chat_postMessage(channel=DEPLOY, text="failed", thread_ts=first["ts"], reply_broadcast=True)
    assert "subtype" not in first["message"]
    assert loud["message"]["subtype"] == "thread_broadcast"
    history = client.conversations_history(channel=DEPLOY)["messages"]
    assert [one["text"] for one in history] == ["failed", "orders 1.1"] == slack.seen_by_all(DEPLOY)[::-1]
    replies = client.conversations_replies(channel=DEPLOY, ts=first["ts"])["messages"]
    assert [one["text"] for one in replies] == ["orders 1.1", "in Preprod", "failed"]


def test_metadata_is_whole_only_for_who_asks_for_it(client: WebClient) -> None:
    metadata = {"event_type": "slipway_message", "event_payload": {"key": "R-1.1:opened"}}
    client.chat_postMessage(channel=DEPLOY, text="orders 1.1", metadata=metadata)
    (plain,) = client.conversations_history(channel=DEPLOY)["messages"]
    (whole,) = client.conversations_history(channel=DEPLOY, include_all_metadata=True)["messages"]
    assert plain["metadata"] == {"event_type": "slipway_message"}
    assert whole["metadata"] == metadata


def test_history_goes_page_by_page_newest_first_and_without_replies(client: WebClient) -> None:
    first = client.chat_postMessage(channel=DEPLOY, text="1")
    client.chat_postMessage(channel=DEPLOY, text="a reply", thread_ts=first["ts"])
    for text in ("2", "3"):
        client.chat_postMessage(channel=DEPLOY, text=text)
    page = client.conversations_history(channel=DEPLOY, limit=2)
    assert [one["text"] for one in page["messages"]] == ["3", "2"]
    rest = client.conversations_history(channel=DEPLOY, limit=2, cursor=page["response_metadata"]["next_cursor"])
    assert [one["text"] for one in rest["messages"]] == ["1"]
    newer = client.conversations_history(channel=DEPLOY, oldest=first["ts"])
    assert [one["text"] for one in newer["messages"]] == ["3", "2"]


def test_a_topic_is_read_and_set_up_to_its_length(slack: SlackStandIn, client: WebClient) -> None:
    assert client.conversations_info(channel=DEPLOY)["channel"]["topic"]["value"] == "Releases of all services"
    client.conversations_setTopic(channel=DEPLOY, topic="HOLD by rita")
    assert slack.channels[DEPLOY].topic == "HOLD by rita"
    with pytest.raises(SlackApiError) as refused:
        client.conversations_setTopic(channel=DEPLOY, topic="x" * 251)
    assert problem(refused) == "too_long"


def test_people_are_found_by_their_address(slack: SlackStandIn, client: WebClient) -> None:
    slack.people["rita@example.gov.uk"] = "U0RITA"
    assert client.users_lookupByEmail(email="rita@example.gov.uk")["user"]["id"] == "U0RITA"
    with pytest.raises(SlackApiError) as refused:
        client.users_lookupByEmail(email="nobody@example.gov.uk")
    assert problem(refused) == "users_not_found"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": DEPLOY}, "no_text"),
        ({"channel": DEPLOY, "text": "x", "thread_ts": "1.0"}, "thread_not_found"),
        ({"channel": DEPLOY, "text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
    ],
)
def test_what_cannot_be_posted_is_refused(client: WebClient, arguments: dict[str, object], error: str) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.api_call("chat.postMessage", json=arguments)
    assert problem(refused) == error


def test_a_channel_without_the_bot_and_a_missing_scope_are_refused(slack: SlackStandIn, client: WebClient) -> None:
    slack.channels[DEPLOY].is_member = False
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=DEPLOY, text="x")
    assert problem(refused) == "not_in_channel"
    slack.scopes.clear()
    with pytest.raises(SlackApiError) as refused:
        client.conversations_history(channel=DEPLOY)
    assert problem(refused) == "missing_scope"


def test_too_many_requests_say_when_to_come_back(slack: SlackStandIn, client: WebClient) -> None:
    slack.faults.append(limited(30))
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=DEPLOY, text="x")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "30")
    client.chat_postMessage(channel=DEPLOY, text="y")
    assert slack.shown(DEPLOY) == ["y"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (says("internal_error"), SlackApiError),
        (status(503), SlackApiError),
        (no_json, SlackApiError),
        (garbage, UnicodeDecodeError),
    ],
)
def test_a_bad_answer_is_an_error_of_the_sdk(
    slack: SlackStandIn, client: WebClient, fault: Fault, error: type[Exception]
) -> None:
    slack.faults.append(fault)
    with pytest.raises(error):
        client.chat_postMessage(channel=DEPLOY, text="x")


@pytest.mark.parametrize(("fault", "shown"), [(closed, []), (answer_lost, ["x"])])
def test_a_closed_connection_says_nothing_of_what_was_done(
    slack: SlackStandIn, client: WebClient, fault: Fault, shown: list[str]
) -> None:
    slack.faults.append(fault)
    with pytest.raises(RemoteDisconnected):
        client.chat_postMessage(channel=DEPLOY, text="x")
    assert slack.shown(DEPLOY) == shown


def test_silence_ends_at_the_clients_deadline(slack: SlackStandIn) -> None:
    slack.faults.append(silent)
    impatient = WebClient(token=TOKEN, base_url=slack.url, timeout=1, retry_handlers=[])
    with pytest.raises(TimeoutError):
        impatient.chat_postMessage(channel=DEPLOY, text="x")
    assert slack.shown(DEPLOY) == ["x"]


def test_a_stand_in_that_is_shut_refuses_connections(slack: SlackStandIn, client: WebClient) -> None:
    slack.shut()
    with pytest.raises(OSError, match="refused"):
        client.auth_test()
