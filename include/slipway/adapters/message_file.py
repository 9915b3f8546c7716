"""Messages to people as lines of a file: where no chat is configured, and for whoever follows along."""

from pathlib import Path

from slipway.ports.outside import Message


class MessageFile:
    """`Notifier` that appends one line a message."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message) -> None:
        """Appends the message."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"#{message.channel}: {' '.join(message.text.split())}\n")
