"""Texts with `{names}` in them, filled in; a name that nobody knows stays as it is."""

import re
from collections.abc import Mapping, Sequence

from slipway.domain.json_value import JsonValue, canonical

_NAME = re.compile(r"\{(\w+)\}")


def as_text(value: JsonValue) -> str:
    """A value inside a text: as it is, or as JSON."""
    return value if isinstance(value, str) else canonical(value)


def fill(text: str, values: Mapping[str, JsonValue]) -> str:
    """The text with what is known of it."""
    return _NAME.sub(lambda found: as_text(values.get(found[1], found[0])), text)


def filled(value: JsonValue, values: Mapping[str, JsonValue]) -> JsonValue:
    """The same in every text of a JSON value; a text that is nothing but a name becomes the value, a number say."""
    if isinstance(value, str):
        alone = _NAME.fullmatch(value)
        return values.get(alone[1], value) if alone else fill(value, values)
    if isinstance(value, Mapping):
        return {key: filled(each, values) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [filled(each, values) for each in value]
    return value


def names_in(value: JsonValue) -> frozenset[str]:
    """The names in every text of a JSON value."""
    if isinstance(value, str):
        return frozenset(_NAME.findall(value))
    if isinstance(value, Mapping):
        return names_in(list(value.values()))
    if isinstance(value, Sequence):
        return frozenset().union(*map(names_in, value))
    return frozenset()
