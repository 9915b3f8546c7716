"""Runs a smoke suite over HTTP: patient while a service restarts, three-valued in its verdict (R16)."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from slipway.domain.json_value import JsonValue, canonical
from slipway.domain.service import SmokeCheck, SmokeSuite
from slipway.ports import CheckResult, CheckStatus

_REQUEST_SECONDS = 5.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_SHOWN = 200


class NoAnswerError(Exception):
    """Nobody answered: refused, timed out, name unknown. The text says which."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """What a service answered."""

    status: int
    text: str


Send = Callable[[str, str, JsonValue, float], Response]
"""(method, url, JSON body or None, time-out in seconds) -> Response. Raises NoAnswerError; tries once."""


class HttpProbe:
    """Tries failing checks again until the suite's deadline, then says how each ended."""

    def __init__(
        self,
        send: Send,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._sleep = sleep
        self._monotonic = monotonic

    def run(self, suite: SmokeSuite, substitutions: Mapping[str, str]) -> Sequence[CheckResult]:
        """One result per check. `{version}` and `{digest}` are filled in in path, body and expectations."""
        until = self._monotonic() + suite.deadline_seconds
        results: dict[int, CheckResult] = {}
        pause = _FIRST_PAUSE
        while True:
            for number, check in enumerate(suite.checks):
                before = results.get(number)
                if before is None or before.status is not CheckStatus.PASS:
                    left = max(_FIRST_PAUSE, min(_REQUEST_SECONDS, until - self._monotonic()))
                    results[number] = _worse(before, self._try(suite.url, check, substitutions, left))
            left = until - self._monotonic()
            if left <= 0 or all(each.status is CheckStatus.PASS for each in results.values()):
                return [results[number] for number in range(len(suite.checks))]
            self._sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)

    def _try(self, base: str, check: SmokeCheck, substitutions: Mapping[str, str], seconds: float) -> CheckResult:
        url = base.rstrip("/") + "/" + _fill(check.path, substitutions).lstrip("/")
        asked = f"{check.method} {url}"
        try:
            response = self._send(check.method, url, _filled(check.body, substitutions), seconds)
        except NoAnswerError as error:
            detail = f"{asked} was never answered: {error}"
            return CheckResult(name=check.name, status=CheckStatus.UNKNOWN, detail=detail)
        wrong = _what_is_wrong(check, response, substitutions)
        status = CheckStatus.FAIL if wrong else CheckStatus.PASS
        detail = f"{asked} {wrong or f'answered {response.status} as expected'}"
        return CheckResult(name=check.name, status=status, detail=detail)


def _worse(before: CheckResult | None, now: CheckResult) -> CheckResult:
    """The latest word counts, but silence after a wrong answer does not make it unknown."""
    if before is None:
        return now
    attempts = before.attempts + 1
    latest = before if now.status is CheckStatus.UNKNOWN and before.status is CheckStatus.FAIL else now
    return CheckResult(name=now.name, status=latest.status, detail=latest.detail, attempts=attempts)


def _what_is_wrong(check: SmokeCheck, response: Response, substitutions: Mapping[str, str]) -> str | None:
    if response.status != check.expect_status:
        return f"answered {response.status} instead of {check.expect_status}: {_short(response.text)}"
    if not check.expect_json:
        return None
    try:
        answer = json.loads(response.text)
    except ValueError:
        return f"answered {response.status}, but no JSON: {_short(response.text)}"
    for path, wanted in check.expect_json.items():
        found, value = _look_up(answer, path)
        expected = canonical(_filled(wanted, substitutions))
        if not found:
            return f"answered without `{path}` (wanted {expected}): {_short(response.text)}"
        if canonical(value) != expected:
            return f"answered `{path}` = {_short(canonical(value))} instead of {expected}"
    return None


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


def _filled(value: JsonValue, substitutions: Mapping[str, str]) -> JsonValue:
    if isinstance(value, str):
        return _fill(value, substitutions)
    if isinstance(value, Mapping):
        return {key: _filled(each, substitutions) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_filled(each, substitutions) for each in value]
    return value


def _fill(text: str, substitutions: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: substitutions.get(found[1], found[0]), text)


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
