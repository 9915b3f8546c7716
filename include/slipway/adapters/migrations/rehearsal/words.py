"""What a database said, without the values of rows that it quoted, and no longer than people read."""

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
    return shortened(plain, _SHOWN)


def shortened(text: str, most: int) -> str:
    """Cut after a whole word where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    whole = text[: most + 1].rpartition(" ")[0] or text[:most]
    return f"{whole.rstrip(' ,;:')} …"
