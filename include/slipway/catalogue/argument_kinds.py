"""What an argument of an expectation takes, as generous as Great Expectations: `"5"` is a number, `yes` is true."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

_WORDS: Mapping[str, str] = {
    "array": "a list",
    "boolean": "true or false",
    "date": "a date",
    "integer": "a whole number",
    "number": "a number",
    "object": "fields",
    "string": "a text",
}
_BOOLEANS = frozenset({"0", "1", "on", "off", "t", "f", "true", "false", "y", "n", "yes", "no"})


def does_take(kinds: Sequence[str], value: JsonValue) -> bool:
    """Whether one of these kinds fits; null is as good as left out."""
    return value is None or any(_FITS[kind](value) for kind in kinds)


def in_words(kinds: Sequence[str]) -> str:
    """`a date, a number or fields`."""
    *first, last = (_WORDS[kind] for kind in kinds)
    return f"{', '.join(first)} or {last}" if first else last


def _reads(read: Callable[[str], object]) -> Callable[[JsonValue], bool]:
    def fits(value: JsonValue) -> bool:
        return isinstance(value, int | float) or (isinstance(value, str) and _succeeds(read, value))

    return fits


def _succeeds(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


_FITS: Mapping[str, Callable[[JsonValue], bool]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: str(value).lower() in _BOOLEANS,
    "date": lambda value: isinstance(value, str) and _succeeds(datetime.fromisoformat, value),
    "integer": _reads(int),
    "number": _reads(float),
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str | int | float),
}
