"""What a log entry says, as far as it fits into one line: whole `key=value` pairs, nothing cut in the middle."""

import json
from collections.abc import Iterator
from typing import Any

MORE = "…"
"""Stands for what did not fit."""


def in_short(payload: str, most: int) -> str:
    """Pairs in their order, those that are too long for what is left passed over; `MORE` at the end says so."""
    told: list[str] = []
    left = most - len(MORE)
    is_whole = True
    for pair in _pairs(payload):
        if len(pair) + 1 <= left:
            told.append(pair)
            left -= len(pair) + 1
        else:
            is_whole = False
    return " ".join(told if is_whole else [*told, MORE])


def _pairs(payload: str) -> Iterator[str]:
    for name, value in json.loads(payload).items():
        if value is not None and value != "":
            yield f"{name}={_plain(value)}"


def _plain(value: Any) -> str:
    """A word as it is; what has spaces, or is no text, as JSON."""
    if isinstance(value, str) and not value.startswith(('"', "{", "[")) and len(value.split()) == 1:
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
