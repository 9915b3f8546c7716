"""Texts from outside, as a database and a log can keep them."""

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Neither NUL nor half of a surrogate pair is in it."""
    return _UNSTORABLE.search(text) is None


def storable(text: str) -> str:
    """With the sign for a character that nobody can read in place of each that cannot be stored."""
    return _UNSTORABLE.sub("\ufffd", text)
