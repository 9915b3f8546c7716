"""What an answer must be, and what of it is kept for later checks."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from slipway.adapters.probes.placeholders import as_text, fill, filled
from slipway.domain.json_value import JsonValue, canonical
from slipway.domain.masked import Hide
from slipway.domain.service import SmokeCheck
from slipway.domain.storable import storable

_SHOWN = 200
_LONGEST_KEPT = 1000
"""Characters; tokens and numbers are shorter."""
_READ = 50_000
"""Characters in which secrets are looked for, of a text of which the first few are shown."""

Kept = dict[str, JsonValue]


class WrongAnswerError(Exception):
    """The first thing that differs, in words that go on after the request: "answered …"."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a service answered."""

    status: int
    text: str
    location: str = ""
    """Where it leads to, in words that may be shown."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", storable(self.text))


def refuse_wrong(check: SmokeCheck, response: Response, values: Mapping[str, JsonValue], hide: Hide) -> None:
    """Raises WrongAnswerError for what differs first: status, text, then each path in order."""
    if response.status != check.expect_status:
        is_redirect = HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST and response.location
        leads = f" (to {hide(response.location)})" if is_redirect else ""
        said = f": {_short(response.text, hide)}" if response.text.strip() else ""
        raise WrongAnswerError(f"answered {response.status}{leads} instead of {check.expect_status}{said}")
    if check.expect_text is not None and (wanted := fill(check.expect_text, values)) not in response.text:
        raise WrongAnswerError(f"answered without the text {hide(wanted)!r}: {_short(response.text, hide)}")
    if not check.expect_json:
        return
    answer = _json(response, hide)
    for path, expected in check.expect_json.items():
        wanted = canonical(filled(expected, values))
        found, value = _look_up(answer, path)
        if not found:
            said = _short(response.text, hide)
            raise WrongAnswerError(f"answered without `{path}` (wanted {hide(wanted)}): {said}")
        if canonical(value) != wanted:
            raise WrongAnswerError(f"answered `{path}` = {_short(canonical(value), hide)} instead of {hide(wanted)}")


def keepable(check: SmokeCheck, response: Response) -> Kept:
    """What an answer has of what is kept, right or wrong as it may be. Raises WrongAnswerError for what is too long."""
    if not check.keep:
        return {}
    try:
        answer = _parsed(response.text)
    except (ValueError, RecursionError):
        return {}
    looked_up = {name: _look_up(answer, path) for name, path in check.keep.items()}
    found = {name: storable(value) if isinstance(value, str) else value for name, (_, value) in looked_up.items()}
    kept = {name: value for name, value in found.items() if value is not None and not isinstance(value, Mapping | list)}
    for name, value in kept.items():
        if (length := len(as_text(value))) > _LONGEST_KEPT:
            said = f"{length} characters at `{check.keep[name]}`, which is kept as `{name}`"
            raise WrongAnswerError(f"answered {said}: more than {_LONGEST_KEPT} are not")
    return kept


def kept_of(check: SmokeCheck, response: Response, hide: Hide) -> Kept:
    """Name to value. Raises WrongAnswerError where the answer does not say it, or says more than one value."""
    if not check.keep:
        return {}
    _json(response, hide)
    kept = keepable(check, response)
    for name, path in check.keep.items():
        if name not in kept:
            raise WrongAnswerError(f"answered without a value at `{path}`, which is kept as `{name}`")
    return kept


def _json(response: Response, hide: Hide) -> JsonValue:
    try:
        return _parsed(response.text)
    except (ValueError, RecursionError) as error:
        raise WrongAnswerError(f"answered {response.status}, but no JSON: {_short(response.text, hide)}") from error


def _parsed(text: str) -> JsonValue:
    """Raises ValueError for NaN and numbers without end too: JSON has none, though Python reads them."""
    return json.loads(text, parse_constant=_finite, parse_float=_finite)


def _finite(number: str) -> float:
    if not math.isfinite(value := float(number)):
        raise ValueError(f"{number} is no number of JSON")
    return value


def _look_up(value: JsonValue, path: str) -> tuple[bool, JsonValue]:
    """Follows a dotted path through objects and, by number, lists."""
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return False, None
    return True, value


def _short(text: str, hide: Hide) -> str:
    text = hide(text[:_READ])
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
