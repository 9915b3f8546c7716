"""Signs that a terminal or a reader obeys instead of seeing them: colours, cursor moves, the direction of writing."""

import re

_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def seen(text: str) -> str:
    """The same text with a replacement sign for each of them: what one person wrote moves no other's terminal."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)
