"""What an answer must be, and what of it is kept for later checks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from slipway.adapters.probes.placeholders import fill, filled
from slipway.domain.json_value import JsonValue, canonical
from slipway.domain.masked import Hide
from slipway.domain.service import SmokeCheck

_SHOWN = 200

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


def kept_of(check: SmokeCheck, response: Response, hide: Hide) -> Kept:
    """Name to value. Raises WrongAnswerError where the answer does not say it, or says more than one value."""
    if not check.keep:
        return {}
    answer = _json(response, hide)
    kept: Kept = {}
    for name, path in check.keep.items():
        found, value = _look_up(answer, path)
        if not found or value is None or isinstance(value, Mapping | list):
            raise WrongAnswerError(f"answered without a value at `{path}`, which is kept as `{name}`")
        kept[name] = value
    return kept


def _json(response: Response, hide: Hide) -> JsonValue:
    try:
        answer: JsonValue = json.loads(response.text)
    except (ValueError, RecursionError) as error:
        raise WrongAnswerError(f"answered {response.status}, but no JSON: {_short(response.text, hide)}") from error
    return answer


def _look_up(value: JsonValue, path: str) -> tuple[bool, JsonValue]:
    """Follows a dotted path through objects and, by number, lists."""
    for part in path.split("."):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return False, None
    return True, value


def _short(text: str, hide: Hide) -> str:
    text = hide(text)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
