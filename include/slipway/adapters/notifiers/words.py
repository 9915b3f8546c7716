"""What every way says alike."""

from datetime import UTC

from slipway.domain.signs import seen
from slipway.ports.messages import Sending

PERHAPS_BEFORE = "(This may have reached you before.)"


def paragraphs(sending: Sending, *, again: bool) -> list[str]:
    """The text; before it, of when it is where it comes late; below, that it may have arrived before, where it may."""
    late = [f"({sending.told_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, told late:)"] if sending.is_late else []
    return [" ".join([*late, sending.message.text]), *([PERHAPS_BEFORE] if again else [])]


def on_one_line(text: str) -> str:
    """Any text without a line break, for places where one would begin something new, nor any sign that is obeyed."""
    return " ".join(seen(text).split())
