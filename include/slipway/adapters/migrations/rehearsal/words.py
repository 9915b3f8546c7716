"""What a database said, without the values of rows that it quoted."""

import re

_DETAIL = re.compile(r"\s*(DETAIL|CONTEXT|HINT|LINE \d+|\[SQL|\[parameters)\b.*", re.DOTALL)
_VALUE = re.compile(r': ".*"')
_SHOWN = 400


def without_values(text: str) -> str:
    """Its first words: names of objects stay, what stood in rows does not."""
    plain = _VALUE.sub(': "…"', _DETAIL.sub("", " ".join(text.split())))
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"
