"""One value of a JSON answer, by its dotted path."""

import math
from collections.abc import Mapping
from datetime import datetime

from slipway.domain.json_value import JsonValue
from slipway.domain.watch import Sample


def sample(document: JsonValue, path: str, at: datetime) -> Sample:
    """What stands at the path."""
    value = document
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return Sample(at=at, problem=f"the answer has no `{path}`")
    if isinstance(value, bool | str):
        return Sample(at=at, value=value)
    if not isinstance(value, int | float):
        return Sample(at=at, problem=f"`{path}` is neither a number nor a text, nor true or false")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        return Sample(at=at, problem=f"`{path}` is a number beyond all measure")
    return Sample(at=at, value=number)
