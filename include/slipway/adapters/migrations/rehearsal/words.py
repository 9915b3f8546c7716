"""What a database said, without the values of rows that it quoted."""

import re

_DETAIL = re.compile(r"\s*(DETAIL|CONTEXT|HINT|LINE \d+|\[SQL|\[parameters)\b.*", re.DOTALL)
_VALUE = re.compile(r': ".*"')
_NOUNS = (
    "cast|check|collation|column|constraint|cursor|database|domain|enum|extension|function|index|label|language"
    "|operator|parameter|partition|policy|procedure|publication|relation|revision|role|rule|savepoint|schema|sequence"
    "|server|statistics|table|tablespace|trigger|type|user|view"
)
_QUOTED = re.compile(rf'(?P<noun>\b(?:{_NOUNS}) )?"[^"]*"')
_OF_PYTHON = re.compile(r"(?P<noun>\bidentified by )?(?<!\w)'[^']*'(?!\w)")
_SHOWN = 400


def without_values(text: str) -> str:
    """Its first words: names of objects stay, what stood in rows does not."""
    plain = _VALUE.sub(': "…"', _DETAIL.sub("", " ".join(text.split())))
    plain = _QUOTED.sub(lambda found: found[0] if found["noun"] else '"…"', plain)
    plain = _OF_PYTHON.sub(lambda found: found[0] if found["noun"] else "'…'", plain)
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"
