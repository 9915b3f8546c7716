"""Messages to people as paragraphs of a file: where no other way is configured, and for whoever follows along."""

import textwrap
from datetime import UTC, datetime
from pathlib import Path

from slipway.adapters.notifiers.words import on_one_line, paragraphs
from slipway.domain.json_value import JsonObject
from slipway.ports.messages import NotSentError, Receipt, Sending

WIDTH = 100
_INDENT = "    "


class MessageFile:
    """`Notifier` that appends a paragraph a message: when and where, then the text, as wide as a terminal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, sending: Sending) -> Receipt:
        """Appends the message. Its text is indented, so that none can look like the head of another."""
        message = sending.message
        parts = paragraphs(sending, again=sending.in_doubt_since is not None)
        lines = [_wrapped(line) for part in parts for line in part.splitlines() if line.strip()]
        if message.link is not None:
            lines.append(_wrapped(f"{message.link.label}: {message.link.url}"))
        text = "\n".join(lines)
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M:%S} UTC  #{message.channel}\n{text}\n\n")
        except OSError as error:
            raise NotSentError(f"the message file cannot be written: {error.strerror}") from error
        return Receipt()

    def show(self, place: JsonObject, headline: str) -> None:
        """A file has no headlines."""


def _wrapped(text: str) -> str:
    return textwrap.fill(
        on_one_line(text),
        WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
