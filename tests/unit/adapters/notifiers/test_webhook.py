"""A webhook is signed, goes where the policy says, and is told apart by its answers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from slipway.adapters.connections import EnvironmentConnections
from slipway.adapters.notifiers.webhook import WebhookNotifier, signature
from slipway.domain.message import Message
from slipway.ports.messages import NotSentError, Sending
from tests.fakes.endless import Endless, dripping_body, dripping_head, flood
from tests.fakes.webhook_receiver import KEY, WebhookReceiver, rightly_signed

SENDING = Sending(
    message=Message(key="k", channel="page", text="look"), told_at=datetime(2026, 1, 5, tzinfo=UTC), tries=3
)


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as made:
        yield made


def notifier(
    receiver: WebhookReceiver, host: str = "127.0.0.1", password: str = KEY, seconds: float = 10
) -> WebhookNotifier:
    connection = json.dumps({"conn_type": "http", "host": receiver.url, "password": password})
    return WebhookNotifier(EnvironmentConnections({"AIRFLOW_CONN_OPS": connection}), "ops", host, lambda: 7.9, seconds)


def test_what_came_is_signed_with_its_time(receiver: WebhookReceiver) -> None:
    notifier(receiver).send(SENDING)
    ((headers, body),) = receiver.came
    assert headers["Slipway-Signature"] == signature(KEY, 7, body)
    assert headers["Slipway-Signature"].startswith("t=7,v1=")
    assert (headers["Slipway-Message"], headers["Slipway-Try"]) == ("k", "3")
    assert rightly_signed(headers["Slipway-Signature"], body)
    assert not rightly_signed(headers["Slipway-Signature"].replace("t=7", "t=8"), body)
    assert not rightly_signed(headers["Slipway-Signature"], body.replace(b"look", b"Look"))


def test_nothing_is_sent_to_a_host_that_the_policy_does_not_name(receiver: WebhookReceiver) -> None:
    with pytest.raises(NotSentError, match=r"leads to 127\.0\.0\.1; the policy names hooks\.example only"):
        notifier(receiver, host="hooks.example").send(SENDING)
    assert receiver.came == []


def test_nothing_is_sent_unsigned(receiver: WebhookReceiver) -> None:
    with pytest.raises(NotSentError, match="no password"):
        notifier(receiver, password="").send(SENDING)
    assert receiver.came == []


def test_a_redirect_is_not_followed(receiver: WebhookReceiver) -> None:
    with WebhookReceiver() as elsewhere:
        receiver.status, receiver.headers = 307, {"Location": elsewhere.url}
        with pytest.raises(NotSentError, match="not followed"):
            notifier(receiver).send(SENDING)
        assert elsewhere.came == []


def test_a_receiver_whose_answer_never_begins_to_end_is_in_doubt_by_the_deadline(receiver: WebhookReceiver) -> None:
    receiver.endless = dripping_head
    with pytest.raises(NotSentError, match="gives no answer") as failed:
        notifier(receiver, seconds=2).send(SENDING)
    assert (failed.value.way_is_down, failed.value.may_have_arrived) == (True, True)
    assert len(receiver.came) == 1


@pytest.mark.parametrize("endless", [dripping_body, flood])
def test_who_took_it_may_talk_for_ever(receiver: WebhookReceiver, endless: Endless) -> None:
    receiver.endless = endless
    notifier(receiver).send(SENDING)
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    ("status", "way_is_down", "in_doubt"),
    [
        (400, False, False),
        (422, False, False),
        (401, True, False),
        (404, True, False),
        (429, True, False),
        (502, True, True),
    ],
)
def test_an_answer_says_what_to_try_again(
    receiver: WebhookReceiver, status: int, way_is_down: bool, in_doubt: bool
) -> None:
    receiver.status, receiver.headers = status, {"Retry-After": "20"}
    with pytest.raises(NotSentError, match=f"answers {status}") as failed:
        notifier(receiver).send(SENDING)
    assert (failed.value.way_is_down, failed.value.may_have_arrived) == (way_is_down, in_doubt)
    assert failed.value.retry_after == (timedelta(seconds=20) if status in {429, 502} else None)
