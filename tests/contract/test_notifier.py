"""What all ways of telling people have in common: Slack, e-mail, a webhook and the message file."""

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from slipway.adapters.connections import EnvironmentConnections
from slipway.adapters.notifiers.mail import MailNotifier
from slipway.adapters.notifiers.message_file import MessageFile
from slipway.adapters.notifiers.slack import SlackNotifier
from slipway.adapters.notifiers.webhook import WebhookNotifier
from slipway.domain.message import Link, Message
from slipway.ports.messages import Notifier, NotSentError, Sending
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.webhook_receiver import KEY, WebhookReceiver
from tests.slack.stand_in import TOKEN, SlackStandIn, answer_lost

pytestmark = pytest.mark.airflow
DEPLOY = "C0DEPLOY"
SECRETS = (TOKEN, KEY, "a-secret-path")
OPENED = Message(
    key="R-1.1:opened",
    channel="deploy",
    text="orders 1.1: rita asks for a release to prod (R-1): cheaper <b>stamps</b> & more",
    release_id="R-1",
    headline="orders 1.1 (R-1): asked for",
    link=Link(label="Look", url="https://slipway.example/runs/1?a=b&c=d"),
)
TOLD = datetime(2026, 1, 5, 10, tzinfo=UTC)


def _nothing() -> None:
    pass


@dataclass
class Way:
    """A notifier, who is at its other end, and how to break what is between."""

    notifier: Notifier
    arrived: Callable[[], Sequence[str]]
    """Texts, oldest first, as their readers see them."""
    known_again: Callable[[], int]
    """How many different messages a careful reader has."""
    break_it: Callable[[], None]
    threads: bool = False
    dates_all: bool = False
    """Whether each message says when it was told, late or not."""
    lose_the_next_answer: Callable[[], None] = _nothing
    answer_again: Callable[[], None] = _nothing
    can_lose_answers: bool = True


@pytest.fixture(params=["slack", "mail", "webhook", "file"])
def way(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    made = {"slack": _slack, "mail": _mail, "webhook": _webhook, "file": _file}[request.param]
    with ExitStack() as stack:
        yield made(stack, monkeypatch, tmp_path)


def _slack(stack: ExitStack, monkeypatch: pytest.MonkeyPatch, _: Path) -> Way:
    from slipway.airflow_edge.slack_call import HookSlackCall  # noqa: PLC0415 - Airflow takes seconds

    slack = stack.enter_context(SlackStandIn())
    channel = slack.channel(DEPLOY)
    connection = {"conn_type": "slack", "password": TOKEN, "extra": {"base_url": slack.url}}
    monkeypatch.setenv("AIRFLOW_CONN_SLACK_DEFAULT", json.dumps(connection))

    return Way(
        SlackNotifier(HookSlackCall(), DEPLOY),
        arrived=lambda: [html.unescape(one["text"]) for one in channel.messages],
        known_again=lambda: len(channel.messages),
        break_it=slack.shut,
        threads=True,
        lose_the_next_answer=lambda: slack.faults.append(answer_lost),
    )


def _mail(stack: ExitStack, monkeypatch: pytest.MonkeyPatch, _: Path) -> Way:
    from slipway.airflow_edge.smtp_send import HookMailSend  # noqa: PLC0415 - Airflow takes seconds

    server = stack.enter_context(SmtpServer())
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", server.connection)

    def lose_answers(*, lose: bool) -> None:
        server.hangs_up_after = "DATA" if lose else None

    return Way(
        MailNotifier(HookMailSend(), "team@example.gov.uk"),
        arrived=lambda: [_as_read(one) for one in server.taken],
        known_again=lambda: len({one["Message-ID"] for one in server.taken}),
        break_it=server.shut,
        threads=True,
        lose_the_next_answer=lambda: lose_answers(lose=True),
        answer_again=lambda: lose_answers(lose=False),
    )


def _webhook(stack: ExitStack, monkeypatch: pytest.MonkeyPatch, _: Path) -> Way:
    receiver = stack.enter_context(WebhookReceiver())
    connection = json.dumps({"conn_type": "http", "host": receiver.url, "password": KEY})

    def lose_answers(*, lose: bool) -> None:
        receiver.hangs_up = lose

    return Way(
        WebhookNotifier(EnvironmentConnections({"AIRFLOW_CONN_OPS_HOOK": connection}), "ops_hook", "127.0.0.1"),
        arrived=lambda: [f"{one['text']} {one['link']['url'] if one['link'] else ''}" for one in receiver.signed()],
        known_again=lambda: len({headers["Slipway-Message"] for headers, _ in receiver.came}),
        break_it=receiver.shut,
        lose_the_next_answer=lambda: lose_answers(lose=True),
        answer_again=lambda: lose_answers(lose=False),
        dates_all=True,
    )


def _file(_stack: ExitStack, _monkeypatch: pytest.MonkeyPatch, folder: Path) -> Way:
    file = folder / "messages.txt"

    def blocks() -> list[str]:
        return file.read_text(encoding="utf-8").split("\n\n")[:-1] if file.exists() else []

    return Way(
        MessageFile(file),
        arrived=lambda: [_on_one_line(one) for one in blocks()],
        known_again=lambda: len([one for one in blocks() if "reached you before" not in one]),
        break_it=file.mkdir,
        can_lose_answers=False,
    )


def _as_read(mail: EmailMessage) -> str:
    """The text, as a program for e-mail shows it."""
    (part,) = mail.iter_parts()
    content = part.get_content()
    assert isinstance(content, str)
    return html.unescape(re.sub(r"<br>|</?(p|a)( [^>]*)?>", " ", content))


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def sending(message: Message = OPENED, **changes: Any) -> Sending:
    return replace(Sending(message=message, told_at=TOLD), **changes)


def test_a_message_arrives_with_its_text_and_its_link(way: Way) -> None:
    way.notifier.send(sending())
    (text,) = way.arrived()
    assert OPENED.text in text
    assert "https://slipway.example/runs/1?a=b&c=d" in text


def test_what_people_write_stays_text(way: Way) -> None:
    text = "<!channel> <script>alert(1)</script> &lt; @here 2026-01-05 10:00:00 UTC  #page"
    way.notifier.send(sending(replace(OPENED, text=text)))
    (read,) = way.arrived()
    assert _on_one_line(text) in _on_one_line(read)


def test_what_comes_late_says_of_when_it_is(way: Way) -> None:
    way.notifier.send(sending(is_late=True))
    (text,) = way.arrived()
    assert (f"({TOLD:%Y-%m-%d %H:%M} UTC, told late:) {OPENED.text}" in text) is not way.dates_all


def test_a_way_that_is_down_says_so_without_its_secrets_and_nothing_arrived(way: Way) -> None:
    way.break_it()
    with pytest.raises(NotSentError) as failed:
        way.notifier.send(sending())
    assert failed.value.way_is_down
    assert not failed.value.may_have_arrived
    assert not any(secret in str(failed.value) for secret in SECRETS)


def test_what_may_have_arrived_is_said_to_be_in_doubt_and_is_known_again(way: Way) -> None:
    way.lose_the_next_answer()
    in_doubt = False
    try:
        way.notifier.send(sending())
    except NotSentError as failed:
        in_doubt = failed.may_have_arrived
    way.answer_again()
    way.notifier.send(sending(tries=2, in_doubt_since=datetime.now(UTC)))
    assert in_doubt is way.can_lose_answers
    assert way.known_again() == 1


def test_the_next_message_of_a_release_goes_below_the_first_where_there_are_threads(way: Way) -> None:
    first = way.notifier.send(sending())
    assert first.begins_thread is way.threads
    later = replace(OPENED, key="R-1.1:ended", text="live", headline="orders 1.1 (R-1): live")
    second = way.notifier.send(sending(later, thread=first.place if way.threads else None))
    assert second.begins_thread is False
    assert len(way.arrived()) == 2


def test_a_message_of_no_release_begins_no_thread(way: Way) -> None:
    assert not way.notifier.send(sending(replace(OPENED, release_id=None))).begins_thread


def test_a_headline_is_shown_or_left_alone_but_tells_nothing_twice(way: Way) -> None:
    first = way.notifier.send(sending())
    way.notifier.show(first.place, "orders 1.1 (R-1): live")
    assert len(way.arrived()) == 1
