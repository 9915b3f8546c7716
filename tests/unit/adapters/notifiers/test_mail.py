"""E-mails of a release stand together, and what was sent twice is known by its id."""

from dataclasses import replace
from datetime import UTC, datetime

from slipway.adapters.notifiers.mail import LONGEST_SUBJECT, Mail, MailNotifier
from slipway.domain.message import Link, Message
from slipway.ports.messages import Sending

FIRST = Sending(
    message=Message(
        key="R-1.1:opened",
        channel="deploy",
        text="rita asks for it",
        release_id="R-1",
        headline="orders 1.1: asked for",
        link=Link(label="Look", url="https://slipway.example/1"),
    ),
    told_at=datetime(2026, 1, 5, tzinfo=UTC),
)


def sent(*sendings: Sending, to: str = "a@example.gov.uk") -> list[Mail]:
    mails: list[Mail] = []
    notifier = MailNotifier(mails.append, to)
    for sending in sendings:
        notifier.send(sending)
    return mails


def test_the_next_one_of_a_release_answers_the_first() -> None:
    mails: list[Mail] = []
    notifier = MailNotifier(mails.append, "a@example.gov.uk")
    place = notifier.send(FIRST).place
    notifier.send(replace(FIRST, message=replace(FIRST.message, key="R-1.1:ended", headline="live"), thread=place))
    first, second = mails
    assert (first.subject, second.subject) == ("orders 1.1: asked for", "Re: orders 1.1: asked for")
    assert second.headers["In-Reply-To"] == first.headers["Message-ID"] != second.headers["Message-ID"]
    assert first.link == ("Look", "https://slipway.example/1")


def test_sent_again_it_has_the_same_id_and_says_so() -> None:
    first, again = sent(FIRST, replace(FIRST, in_doubt_since=FIRST.told_at))
    assert first.headers["Message-ID"] == again.headers["Message-ID"]
    assert again.paragraphs == (*first.paragraphs, "(This may have reached you before.)")


def test_two_people_get_two_messages() -> None:
    (one,), (other,) = sent(FIRST), sent(FIRST, to="b@example.gov.uk")
    assert one.headers["Message-ID"] != other.headers["Message-ID"]


def test_nothing_that_people_write_becomes_a_header() -> None:
    message = replace(FIRST.message, headline="live\r\nBcc: everybody@example.com" + "x" * 500, key="k\nBcc: me")
    (mail,) = sent(replace(FIRST, message=message))
    assert not any("\n" in value or "\r" in value for value in (mail.subject, *mail.headers.values()))
    assert len(mail.subject) <= LONGEST_SUBJECT
