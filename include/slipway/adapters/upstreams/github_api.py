"""GitHub's REST API, asked with deadlines, few tries and no trust in where it sends us.

What it answers is documented at https://docs.github.com/en/rest: errors, rate limits, redirects.
"""

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

import httpx

from slipway.domain.errors import ArtefactError, NotFoundError, Remedy, UnavailableError
from slipway.domain.repository import GitHubAccess
from slipway.ports.outside.surroundings import HttpAccess

JSON, BYTES = "application/vnd.github+json", "application/octet-stream"
_MOST_JSON = 8 << 20
_MOST_REDIRECTS = 3
_FIRST_PAUSE = 0.5
_PORTS = {"http": 80, "https": 443}
Result = TypeVar("Result")
Body = Callable[[Iterator[bytes]], Result]
"""Reads the whole body of an answer. Called anew at each try."""


class GitHubApi:
    """One API; all that is asked of one object shares its deadline."""

    def __init__(self, access: HttpAccess, settings: GitHubAccess, sleep: Callable[[float], None] = time.sleep) -> None:
        self._base = httpx.URL(access.url)
        self._token = access.token
        self._settings = settings
        self._sleep = sleep
        self._until = time.monotonic() + settings.deadline_seconds

    def json(self, path: str) -> Mapping[str, Any]:
        """The JSON object at a path. Raises NotFoundError, UnavailableError."""
        text = self.get(path, JSON, lambda chunks: _bounded(chunks, _MOST_JSON, path))
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise UnavailableError(f"{self._base.host} answered {path} with something else than a JSON object.")
        return found

    def get(self, path: str, accept: str, body: Body[Result]) -> Result:
        """Reads what is at a path, trying again where that may help."""
        for tried in range(1, self._settings.tries + 1):
            try:
                return self._follow(httpx.URL(f"{self._base}{path}"), accept, body)
            except UnavailableError as error:
                pause = _FIRST_PAUSE * 2 ** (tried - 1)
                over = time.monotonic() + pause >= self._until
                if error.remedy is not Remedy.RETRY or over or tried == self._settings.tries:
                    raise
                self._sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _follow(self, url: httpx.URL, accept: str, body: Body[Result]) -> Result:
        with httpx.Client(timeout=self._settings.timeout_seconds, verify=_trusted()) as client:
            for _ in range(_MOST_REDIRECTS + 1):
                with self._answer(client, url, accept) as response:
                    if not response.has_redirect_location:
                        _refuse(response, self._said(response))
                        return body(self._in_time(response.iter_bytes()))
                    url = self._allowed(url, response.headers["Location"])
        raise UnavailableError(f"{self._base.host} sends from one address to the next: given up at {_place(url)}.")

    @contextmanager
    def _answer(self, client: httpx.Client, url: httpx.URL, accept: str) -> Iterator[httpx.Response]:
        headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "slipway"}
        if _origin(url) == _origin(self._base):
            headers["X-GitHub-Api-Version"] = "2022-11-28"
            if self._token:
                headers["Authorization"] = f"Bearer {self._token}"
        try:
            with client.stream("GET", url, headers=headers) as response:
                yield response
        except httpx.TimeoutException as error:
            raise UnavailableError(
                f"{_place(url)} said nothing for {self._settings.timeout_seconds:g} seconds ({type(error).__name__})."
            ) from error
        except httpx.HTTPError as error:
            raise UnavailableError(f"{_place(url)} cannot be reached: {str(error) or type(error).__name__}.") from error

    def _allowed(self, url: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads. Raises ArtefactError for a host that the catalogue does not name."""
        to = url.join(location)
        secure = to.scheme == "https" or self._base.scheme == "http"
        known = _origin(to) == _origin(self._base) or _place(to) in self._settings.redirect_hosts
        if not (secure and known):
            raise ArtefactError(
                f"{_place(url)} sends the download to {to.scheme}://{_place(to)}, which is not allowed. If it is"
                " right, add it to artefact_sources.github.redirect_hosts in platform.yaml, and have that activated."
            )
        return to

    def _in_time(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            if time.monotonic() >= self._until:
                raise UnavailableError(
                    f"{self._base.host} was not done after {self._settings.deadline_seconds:g} seconds."
                )
            yield chunk

    def _said(self, response: httpx.Response) -> str:
        if response.is_success:
            return ""
        text = b"".join(_first(self._in_time(response.iter_bytes()), 2000))
        try:
            return str(json.loads(text)["message"])[:200]
        except (ValueError, KeyError, TypeError):
            return text.decode(errors="replace")[:200]


def _refuse(response: httpx.Response, said: str) -> None:
    """Raises what an answer other than success means: absent, closed to us, or away."""
    status, headers = response.status_code, response.headers
    if response.is_success:
        return
    what = f"{_place(response.url)} answered {status}" + (f": {said!r}." if said else ".")
    if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
        raise NotFoundError(what)
    if (
        status == httpx.codes.TOO_MANY_REQUESTS
        or "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
    ):
        raise UnavailableError(f"{what} It limits how often it is asked.", Remedy.WAIT)
    if response.is_server_error or status == httpx.codes.REQUEST_TIMEOUT:
        raise UnavailableError(what)
    closed = status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
    raise UnavailableError(f"{what} Look at the connection's token." if closed else what, Remedy.FAIL)


def _bounded(chunks: Iterator[bytes], most: int, what: str) -> bytes:
    found = bytearray()
    for chunk in chunks:
        found += chunk
        if len(found) > most:
            raise UnavailableError(f"The answer to {what} is larger than {most} bytes.", Remedy.FAIL)
    return bytes(found)


def _first(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:most]
        most -= len(chunk)
        if most <= 0:
            return


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


def _place(url: httpx.URL) -> str:
    """Host, and the port where it is not the usual one: never a path, which may carry a signature."""
    return url.host if url.port in {None, _PORTS.get(url.scheme)} else f"{url.host}:{url.port}"


@cache
def _trusted() -> ssl.SSLContext:
    """Reading all the certificates takes longer than a request: once is enough."""
    return httpx.create_ssl_context()
