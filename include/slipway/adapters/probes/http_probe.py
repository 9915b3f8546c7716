"""Runs a smoke suite over HTTP: patient while a service restarts, three-valued in its verdict (R16)."""

import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from urllib.parse import quote, urlsplit

from slipway.adapters.addresses import Resolve, has_forbidden, resolve
from slipway.adapters.probes.expectations import Kept, Response, WrongAnswerError, keepable, kept_of, refuse_wrong
from slipway.adapters.probes.placeholders import as_text, fill, filled, names_in
from slipway.domain.address import endpoint_of, host_of
from slipway.domain.allowed_hosts import asked_host, is_allowed
from slipway.domain.backoff import wait_before_next
from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonValue
from slipway.domain.masked import without
from slipway.domain.service import Priority, SmokeCheck, SmokeSuite
from slipway.ports.outside.checks import CheckResult, CheckStatus
from slipway.ports.outside.surroundings import Connections

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=0.2), timedelta(seconds=2)
_SHORTEST_TRY = 0.1
_TRIES_OF_A_WARNING = 3
"""Nobody waits longer for it than for the checks that block."""
_SECRET_LENGTH = 8
"""What is shorter (a number, a word) is no secret, and hiding it would hide half of an answer."""
_PORTS = {"http": 80, "https": 443}


class NoAnswerError(Exception):
    """Nobody answered: refused, timed out, name unknown. The text says which."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request; `body` is sent as JSON unless None."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue = None
    seconds: float


Send = Callable[[Request], Response]
"""Raises NoAnswerError; tries once, follows no redirect."""


@dataclass(kw_only=True)
class _Known:
    """What is filled in, and what of it nobody may read."""

    values: dict[str, str]
    kept: Kept = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)

    def keep(self, found: Kept) -> None:
        self.kept |= found

    def conceal(self, found: Kept) -> None:
        """A wrong answer is quoted too, and what it would have kept is as secret."""
        self.secrets |= {text for text in map(as_text, found.values()) if len(text) >= _SECRET_LENGTH}

    @property
    def all(self) -> Kept:
        return {**self.values, **self.kept}

    @property
    def in_paths(self) -> Kept:
        """What a service answered is one part of a path, whatever it is."""
        return {**self.values, **{name: quote(as_text(value), safe="") for name, value in self.kept.items()}}

    def hide(self, text: str) -> str:
        return without(text, self.secrets)


class HttpProbe:
    """Tries failing checks again until the suite's deadline, then says how each ended."""

    def __init__(
        self,
        send: Send,
        connections: Connections,
        *,
        resolve: Resolve = resolve,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._send = send
        self._connections = connections
        self._resolve = resolve
        self._sleep = sleep
        self._monotonic = monotonic
        self._jitter = jitter

    def run(self, suite: SmokeSuite, substitutions: Mapping[str, str], hosts: Collection[str]) -> Sequence[CheckResult]:
        """One result per check, in order. No result shows a token, or a long text that was kept of an answer."""
        if not is_allowed(asked_host(suite.url), hosts):
            return [_not_asked(suite, check) for check in suite.checks]
        until = self._monotonic() + suite.deadline_seconds
        known = _Known(values=dict(substitutions))
        results: dict[int, CheckResult] = {}
        for tried in count(1):
            for number, check in enumerate(suite.checks):
                before = results.get(number)
                if before is None or before.status is not CheckStatus.PASS:
                    results[number] = _worse(before, self._try(suite, check, known, until))
            left = until - self._monotonic()
            if left <= 0 or all(map(_is_settled, results.values())):
                return [_without_secrets(results[number], known) for number in range(len(suite.checks))]
            pause = wait_before_next(tried, self._jitter(), first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
            self._sleep(min(pause.total_seconds(), left))
        raise AssertionError("the last try returns")

    def _try(self, suite: SmokeSuite, check: SmokeCheck, known: _Known, until: float) -> CheckResult:
        base = suite.url.rstrip("/")
        result = CheckResult(name=check.name, status=CheckStatus.UNKNOWN, detail="", priority=check.priority)
        if missing := _not_kept_yet(suite, check, known):
            return replace(result, detail=f"waits for `{missing[0]}`, which no check has kept yet")
        asked = f"{check.method} {endpoint_of(_below(base, fill(check.path, known.values)))}"
        query = "".join(fill(check.path, known.in_paths).partition("?")[1:])
        began = self._monotonic()
        try:
            self._refuse_forbidden(base)
            request = self._request(base, check, known, until)
            response = self._send(request)
        except (NoAnswerError, SlipwayError) as error:
            why = without(known.hide(str(error)), {query})
            return replace(result, detail=f"{asked} was never answered: {why}", seconds=self._monotonic() - began)
        except ValueError as error:
            why = without(known.hide(str(error)), {query})
            return replace(result, status=CheckStatus.FAIL, detail=f"{asked} could not be asked: {why}")
        result = replace(result, seconds=self._monotonic() - began)
        try:
            known.conceal(keepable(check, response))
            refuse_wrong(check, response, known.all, known.hide)
            known.keep(kept_of(check, response, known.hide))
        except WrongAnswerError as error:
            return replace(result, status=CheckStatus.FAIL, detail=f"{asked} {error}")
        except ValueError as error:
            detail = f"{asked} answered what cannot be judged: {known.hide(str(error))}"
            return replace(result, status=CheckStatus.FAIL, detail=detail)
        return replace(result, status=CheckStatus.PASS, detail=f"{asked} answered {response.status} as expected")

    def _request(self, base: str, check: SmokeCheck, known: _Known, until: float) -> Request:
        headers = {name: fill(value, known.all) for name, value in check.headers.items()}
        if check.bearer is not None:
            token = self._connections.http(check.bearer).token or ""
            known.secrets |= {token} - {""}
            headers["Authorization"] = f"Bearer {token}"
        return Request(
            method=check.method,
            url=_below(base, fill(check.path, known.in_paths)),
            headers=headers,
            body=filled(check.body, known.all),
            seconds=max(_SHORTEST_TRY, min(check.seconds, until - self._monotonic())),
        )

    def _refuse_forbidden(self, base: str) -> None:
        """The address is one of the catalogue's; a redirect to another is an answer, and not followed."""
        parts = urlsplit(base)
        try:
            found = self._resolve(parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))
        except OSError as error:
            raise NoAnswerError(f"the name {parts.hostname} cannot be resolved ({error})") from error
        if has_forbidden(found):
            raise NoAnswerError(f"{parts.hostname} has an address that no check may reach")


def _not_asked(suite: SmokeSuite, check: SmokeCheck) -> CheckResult:
    """No patience helps: only another policy does."""
    host = asked_host(suite.url) or host_of(suite.url)
    detail = f"{host} may not be asked: it is none of `smoke_hosts` of the policy in effect"
    return CheckResult(name=check.name, status=CheckStatus.UNKNOWN, detail=detail, attempts=0, priority=check.priority)


def _below(base: str, path: str) -> str:
    return f"{base}/{path.lstrip('/')}"


def _is_settled(result: CheckResult) -> bool:
    """A warning is tried as long as something else is, and a few times at least."""
    tried_enough = result.priority is Priority.WARNING and result.attempts >= _TRIES_OF_A_WARNING
    return result.status is CheckStatus.PASS or tried_enough


def _not_kept_yet(suite: SmokeSuite, check: SmokeCheck, known: _Known) -> list[str]:
    sooner_or_later = {name for one in suite.checks for name in one.keep}
    wanted = names_in([check.path, dict(check.headers), check.body, check.expect_text, dict(check.expect_json)])
    return sorted(wanted & sooner_or_later - known.kept.keys())


def _worse(before: CheckResult | None, now: CheckResult) -> CheckResult:
    """The latest word counts, but silence after a wrong answer does not make it unknown."""
    if before is None:
        return now
    latest = before if now.status is CheckStatus.UNKNOWN and before.status is CheckStatus.FAIL else now
    return replace(latest, attempts=before.attempts + 1)


def _without_secrets(result: CheckResult, known: _Known) -> CheckResult:
    return replace(result, detail=known.hide(result.detail))
