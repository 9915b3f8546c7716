"""GET of a JSON document from a host that the policy names: by a deadline, in few tries, and never to elsewhere.

A name is resolved once and that very address is asked, so that nobody can answer the check with one address and the
request with another. Addresses of clouds' metadata services are refused whatever their name.
"""

import json
import random
import ssl
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from functools import cache

import httpx

from slipway.adapters.addresses import Resolve, resolve
from slipway.adapters.pinned import ForbiddenAddressError, addresses_of, host_header, pinned
from slipway.adapters.whole_answer import TooLargeError, whole_answer
from slipway.domain.allowed_hosts import asked_host, is_allowed
from slipway.domain.backoff import wait_before_next
from slipway.domain.json_value import JsonValue

DEADLINE_SECONDS = 10.0
"""For one document, all tries together."""
_TRIES = 3
_FIRST_PAUSE = timedelta(seconds=0.4)
_MOST_SAID = 200
_SCHEMES = frozenset({"http", "https"})


class NotSeenError(Exception):
    """Nothing could be seen. The text says where and why, without path, query and secrets."""


class _TryAgainError(NotSeenError):
    """Another try may help."""


class GuardedGet:
    """Stateless; a connection is closed after each document."""

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._resolve = resolve
        self._sleep = sleep
        self._monotonic = monotonic
        self._jitter = jitter

    def json(
        self,
        url: str,
        hosts: Collection[str],
        *,
        token: str | None = None,
        params: Sequence[tuple[str, str]] = (),
    ) -> JsonValue:
        """The document. Raises NotSeenError for anything but a 200 with JSON by the deadline."""
        target = _parsed(url).copy_merge_params(list(params)) if params else _parsed(url)
        where = place(target)
        if not is_allowed(where, hosts):
            raise NotSeenError(f"{where} may not be asked: it is none of `watch_hosts` of the policy in effect")
        until = self._monotonic() + DEADLINE_SECONDS
        for tried in range(1, _TRIES + 1):
            try:
                return self._once(target, where, token, until)
            except _TryAgainError as error:
                pause = wait_before_next(tried, self._jitter(), first=_FIRST_PAUSE).total_seconds()
                if tried == _TRIES or self._monotonic() + pause >= until:
                    raise NotSeenError(f"{error} (tried {tried} times)") from error
                self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _once(self, url: httpx.URL, where: str, token: str | None, until: float) -> JsonValue:
        address = self._address(url, where)
        headers = {"Host": host_header(url), "Accept": "application/json", "Accept-Encoding": "identity"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        left = max(0.1, until - self._monotonic())
        try:
            response = whole_answer(
                left,
                lambda: httpx.Client(verify=_trusted(), trust_env=False, follow_redirects=False),
                "GET",
                headers=headers,
                **pinned(url, address),
            )
        except TimeoutError as error:
            raise NotSeenError(f"{where} was not done after {DEADLINE_SECONDS:g} seconds") from error
        except TooLargeError as error:
            raise NotSeenError(f"the answer of {where} is {error}") from error
        except httpx.TimeoutException as error:
            raise _TryAgainError(f"{where} did not answer in time") from error
        except httpx.HTTPError as error:
            raise _TryAgainError(f"{where} cannot be reached ({type(error).__name__})") from error
        return _document(response, where)

    def _address(self, url: httpx.URL, where: str) -> str:
        try:
            return addresses_of(url, self._resolve)[0]
        except OSError as error:
            raise _TryAgainError(f"the name of {where} cannot be resolved") from error
        except ForbiddenAddressError as error:
            raise NotSeenError(f"{where} may not be asked: its address is one that no check may reach") from error


def place(url: httpx.URL) -> str:
    """Host, and the port where it is not the usual one, as `watch_hosts` has it; else all that it says of both."""
    return asked_host(str(url)) or url.netloc.decode()


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise NotSeenError("its address cannot be read") from error
    if parsed.scheme not in _SCHEMES or not parsed.host or parsed.userinfo:
        raise NotSeenError("its address is no http or https one with a host and without a password")
    return parsed


def _document(response: httpx.Response, where: str) -> JsonValue:
    status, body = response.status_code, response.content
    if response.has_redirect_location:
        raise NotSeenError(f"{where} answered {status}, a redirect: it is not followed")
    if response.is_server_error or status in {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.REQUEST_TIMEOUT}:
        raise _TryAgainError(f"{where} answered {status}{_said(body)}")
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise NotSeenError(f"{where} answered {status}: look at its connection's token")
    if status != httpx.codes.OK:
        raise NotSeenError(f"{where} answered {status}{_said(body)}")
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotSeenError(f"{where} answered something else than JSON") from error


def _said(body: bytes) -> str:
    """What Prometheus and Alertmanager say of an error; other answers may hold anything, and are not shown."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    said = document.get("error") if isinstance(document, Mapping) else document if isinstance(document, str) else None
    return f": {said[:_MOST_SAID]!r}" if isinstance(said, str) else ""


def _no_number(name: str) -> JsonValue:
    raise ValueError(f"{name} is no JSON")


@cache
def _trusted() -> ssl.SSLContext:
    """Reading all the certificates takes longer than a request: once is enough."""
    return httpx.create_ssl_context(trust_env=False)
