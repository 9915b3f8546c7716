"""What every way says alike."""

from slipway.domain.signs import seen
from slipway.ports.messages import Sending

PERHAPS_BEFORE = "(This may have reached you before.)"


def paragraphs(sending: Sending, *, again: bool) -> list[str]:
    """The text and, where it cannot be told whether it arrived before, a word that says so."""
    return [sending.message.text, *([PERHAPS_BEFORE] if again else [])]


def on_one_line(text: str) -> str:
    """Any text without a line break, for places where one would begin something new, nor any sign that is obeyed."""
    return " ".join(seen(text).split())
