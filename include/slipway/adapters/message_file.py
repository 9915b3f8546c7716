"""Messages to people as paragraphs of a file: where no chat is configured, and for whoever follows along."""

import textwrap
from datetime import UTC, datetime
from pathlib import Path

from slipway.ports.outside import Message

WIDTH = 100
_INDENT = "    "


class MessageFile:
    """`Notifier` that appends a paragraph a message: when and where, then the text, as wide as a terminal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message) -> None:
        """Appends the message. Its text is indented, so that none can look like the head of another."""
        text = textwrap.fill(
            " ".join(message.text.split()),
            WIDTH,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(tz=UTC):%Y-%m-%d %H:%M:%S} UTC  #{message.channel}\n{text}\n\n")
