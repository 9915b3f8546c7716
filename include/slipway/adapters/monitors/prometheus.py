"""One number over time, from Prometheus' `query_range`. Its API: https://prometheus.io/docs/prometheus/latest/querying/api/."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from slipway.adapters.monitors.guarded_get import NotSeenError
from slipway.domain.json_value import JsonValue
from slipway.domain.watch import Sample

PATH = "/api/v1/query_range"
_HALF = 0.5
_MOST_SAID = 40


def params(query: str, instants: Sequence[datetime]) -> list[tuple[str, str]]:
    """What is asked: a value for each of these instants, which are evenly apart."""
    first, last = instants[0].timestamp(), instants[-1].timestamp()
    step = (last - first) / (len(instants) - 1) if len(instants) > 1 else 1.0
    return [("query", query), ("start", f"{first:.3f}"), ("end", f"{last:.3f}"), ("step", f"{step:.3f}")]


def samples(document: JsonValue, instants: Sequence[datetime]) -> list[Sample]:
    """One for each instant. Raises NotSeenError where the answer as a whole says nothing."""
    values = _values(document)
    return [_sample(at, values) for at in instants]


def _values(document: JsonValue) -> Mapping[float, str]:
    if not isinstance(document, Mapping) or document.get("status") != "success":
        raise NotSeenError("Prometheus answered without `status: success`")
    if document.get("warnings"):
        raise NotSeenError("Prometheus answered with warnings, so a part of the data may be missing")
    data = document.get("data")
    result = data.get("result") if isinstance(data, Mapping) and data.get("resultType") == "matrix" else None
    if not isinstance(result, list):
        raise NotSeenError("Prometheus answered no matrix")
    if len(result) > 1:
        raise NotSeenError(f"the query gives {len(result)} series instead of one: aggregate it, as with sum(…)")
    try:
        return {float(at): str(value) for at, value in (result[0]["values"] if result else ())}
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise NotSeenError("Prometheus answered a series that cannot be read") from error


def _sample(at: datetime, values: Mapping[float, str]) -> Sample:
    """Prometheus rounds to milliseconds, so the nearest instant is the one that was asked for."""
    nearest = min(values, key=lambda known: abs(known - at.timestamp()), default=None)
    if nearest is None or abs(nearest - at.timestamp()) > _HALF:
        return Sample(at=at, problem="there is no data")
    try:
        value = float(values[nearest])
    except ValueError:
        return Sample(at=at, problem="it is no number")
    if not math.isfinite(value):
        return Sample(at=at, problem=f"it is {values[nearest][:_MOST_SAID]}")
    return Sample(at=at, value=value)
