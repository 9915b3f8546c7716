"""Messages by e-mail, to one address each: who cannot be reached delays nobody else's."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slipway.adapters.notifiers.words import on_one_line, paragraphs
from slipway.domain.json_value import JsonObject
from slipway.ports.messages import Receipt, Sending

LONGEST_SUBJECT = 120


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One e-mail, before anybody knows how it is sent."""

    to: str
    subject: str
    paragraphs: tuple[str, ...]
    link: tuple[str, str] | None = None
    """What it is called, and its address."""
    headers: Mapping[str, str] = field(default_factory=dict)


MailSend = Callable[[Mail], None]
"""Hands it to the mail server. Raises NotSentError."""


class MailNotifier:
    """`Notifier` for one address.

    Whether a message in doubt arrived can not be asked. It is sent once more with the same `Message-ID`, by which
    many servers and programs leave out the second, and says that it may be one.
    """

    def __init__(self, send: MailSend, address: str) -> None:
        self._send = send
        self._address = address

    def send(self, sending: Sending) -> Receipt:
        """Gives it to the mail server; what follows in a release's thread names its first message."""
        message = sending.message
        own = _message_id(message.key, self._address)
        headers = {"Message-ID": own, "Auto-Submitted": "auto-generated", "X-Slipway-Message": message.key}
        if sending.thread is not None:
            headers |= {"In-Reply-To": sending.thread["message_id"], "References": sending.thread["message_id"]}
        self._send(
            Mail(
                to=self._address,
                subject=_subject(sending),
                paragraphs=tuple(paragraphs(sending, again=sending.in_doubt_since is not None)),
                link=None if message.link is None else (message.link.label, message.link.url),
                headers={name: on_one_line(value) for name, value in headers.items()},
            )
        )
        begins = message.release_id is not None and sending.thread is None
        return Receipt(place={"message_id": own, "subject": _subject(sending)}, begins_thread=begins)

    def show(self, place: JsonObject, headline: str) -> None:
        """What was sent cannot be changed."""


def _subject(sending: Sending) -> str:
    """The first of a release says what it is about; those that follow have its subject, and so stand below it."""
    if sending.thread is not None:
        return f"Re: {sending.thread['subject']}"
    whole = on_one_line(sending.message.headline or sending.message.text)
    return whole if len(whole) <= LONGEST_SUBJECT else whole[: LONGEST_SUBJECT - 2].rstrip() + " …"


def _message_id(key: str, address: str) -> str:
    return f"<{hashlib.sha256(f'{key} {address}'.encode()).hexdigest()[:40]}@slipway>"
