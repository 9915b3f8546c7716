"""Refuses texts that nobody would read to their end, before anything is made of them."""

import re
from collections.abc import Mapping

from slipway.domain.errors import RefusedError
from slipway.domain.text_limits import NAME, longest


def refuse_long_texts(texts: Mapping[str, str | None]) -> None:
    """Raises RefusedError (`text_too_long`) for the first field that is longer than it may be."""
    why = why_too_long(texts)
    if why is not None:
        raise RefusedError("text_too_long", why)


def why_too_long(texts: Mapping[str, str | None]) -> str | None:
    """Which field is too long, and what to do; None where none is."""
    for field, text in texts.items():
        if text is not None and len(text) > longest(field):
            words = field.replace("_", " ")
            return (
                f"{words} has {len(text)} characters, at most {longest(field)} are read: say it shorter, and link to"
                " the rest"
            )
    return None


def shortened(text: str | None, most: int = NAME) -> str | None:
    """As much of a name, or of another text, as fits into a log entry about its refusal, and can be searched there."""
    text = None if text is None else _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if text is None or len(text) <= most else f"{text[:most]}…"


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, and halves of pairs: what PostgreSQL keeps in no text."""
