"""A deploy endpoint: POST an order, ask its status until it is done, GET what runs."""

import os
from datetime import datetime
from pathlib import Path

import httpx

from slipway.adapters.targets.waiting import pauses, seconds_until, wait_until_running
from slipway.adapters.whole_answer import TooLargeError, trusted, whole_answer
from slipway.catalogue.option_reader import Options, fill_in
from slipway.catalogue.target_options import HttpOptions
from slipway.domain.errors import StaleFenceError, TargetError
from slipway.domain.json_value import JsonObject
from slipway.domain.masked import without
from slipway.ports.outside.targets import DeployOrder, Running

_SHORTEST_TRY = 0.1
_DONE, _FAILED, _RUNNING = "done", "failed", "running"
_READ = 50_000
"""Of what an endpoint said, characters that are looked through before they are quoted."""


class HttpTarget:
    """Talks to one deploy service. The idempotency key makes a repeated order harmless."""

    def __init__(self, options: Options) -> None:
        given = HttpOptions.read(options)
        options.check()
        self._deploy_url = given.deploy_url
        self._current_url = given.current_url
        self._remove_url = given.remove_url
        self._token_variable = given.token_variable
        self._seconds = given.seconds

    @staticmethod
    def from_options(values: JsonObject, state_folder: Path) -> "HttpTarget":
        """Options: see docs/reference/targets/http.md."""
        return HttpTarget(Options("http", values))

    def deploy(self, order: DeployOrder) -> None:
        """Orders the deploy, follows its status, then asks until the digest is reported as healthy."""
        body = {
            "service": order.service,
            "environment": order.environment,
            "version": order.artefact.version,
            "digest": order.artefact.digest,
            "fencing": order.fencing,
            "idempotency_key": f"{order.fencing}-{order.artefact.digest}",
        }
        if seconds_until(order.deadline) <= 0:
            raise TargetError(f"The deadline to deploy {order.service} to {order.environment} has passed already.")
        url = httpx.URL(_filled(self._deploy_url, order.service, order.environment))
        facts = self._facts(self._ask("POST", url, body, until=order.deadline))
        self._follow(url, facts, order)
        wait_until_running(self, order)

    def current(self, service: str, environment: str) -> Running:
        """What the endpoint says; 404 means that nothing runs."""
        url = httpx.URL(_filled(self._current_url, service, environment))
        response = self._ask("GET", url, None, absent_is_fine=True)
        if response.status_code == httpx.codes.NOT_FOUND:
            return Running(digest=None, version=None, healthy=False, detail="the endpoint knows of no deploy")
        facts = self._facts(response)
        digest, version = facts.get("digest"), facts.get("version")
        if not isinstance(digest, str | None) or not isinstance(version, str | None) or "digest" not in facts:
            raise TargetError(
                f"{url} must answer with texts `digest` and `version`; it answered {self._quoted(repr(facts), 400)}"
            )
        healthy = facts.get("healthy") is True and digest is not None
        return Running(digest=digest, version=version, healthy=healthy, detail=str(facts.get("detail", "")))

    def remove(self, service: str, environment: str, fencing: int) -> None:
        """DELETE with the fencing number in the body; 404 means that it was gone already."""
        url = httpx.URL(_filled(self._remove_url, service, environment))
        body: dict[str, object] = {"service": service, "environment": environment, "fencing": fencing}
        self._ask("DELETE", url, body, absent_is_fine=True)

    def _follow(self, asked: httpx.URL, facts: dict[str, object], order: DeployOrder) -> None:
        status = self._status_url(asked, facts)
        seen = "accepted"
        for _ in pauses(order.deadline):
            state = facts.get("state", _RUNNING)
            if state == _DONE:
                return
            if state == _FAILED:
                said = self._quoted(str(facts.get("detail", "no reason given")), 2000)
                raise TargetError(f"{asked.host} could not deploy {order.service} to {order.environment}: {said}")
            if state != _RUNNING:
                raise TargetError(f"{asked} answered the state {state!r}; known: done, failed, running.")
            if status is None:
                raise TargetError(f"{asked} took the order but named no `status_url` to ask; nobody knows how it went.")
            try:
                facts = self._facts(self._ask("GET", status, None, until=order.deadline))
                seen = self._quoted(str(facts), 200)
            except StaleFenceError:
                raise
            except TargetError as error:
                seen = str(error)  # a status that is away for a moment is asked again until the deadline
        raise TargetError(
            f"{asked.host} was not done deploying {order.service} to {order.environment} by the deadline. "
            f"Last seen: {seen}"
        )

    def _status_url(self, asked: httpx.URL, facts: dict[str, object]) -> httpx.URL | None:
        named = facts.get("status_url")
        if not isinstance(named, str):
            return None
        url = asked.join(named)
        if (url.scheme, url.host, url.port) != (asked.scheme, asked.host, asked.port):
            raise TargetError(f"{asked} named a status_url on another host ({url.host}); it was not asked.")
        return url

    def _ask(
        self,
        method: str,
        url: httpx.URL,
        body: dict[str, object] | dict[str, str | int] | None,
        *,
        until: datetime | None = None,
        absent_is_fine: bool = False,
    ) -> httpx.Response:
        """One answer within the time-out, and no later than `until`."""
        left = self._seconds if until is None else min(self._seconds, max(_SHORTEST_TRY, seconds_until(until)))
        token = self._token()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        certificates = trusted()
        try:
            response = whole_answer(
                left, lambda: httpx.Client(headers=headers, verify=certificates), method, url, json=body
            )
        except TooLargeError as error:
            raise TargetError(f"{method} {url}: its answer is {error}.") from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise TargetError(f"{method} {url}: no answer within the time-out ({type(error).__name__}).") from error
        except httpx.HTTPError as error:
            raise TargetError(f"{method} {url}: cannot be reached ({error}). Is it up?") from error
        if response.status_code == httpx.codes.CONFLICT:
            raise StaleFenceError(f"{method} {url}: refused as outdated. It said: {self._quoted(response.text, 500)}")
        if response.is_success or (absent_is_fine and response.status_code == httpx.codes.NOT_FOUND):
            return response
        raise TargetError(
            f"{method} {url}: answered {response.status_code}. It said: {self._quoted(response.text, 500)}"
        )

    def _facts(self, response: httpx.Response) -> dict[str, object]:
        try:
            facts = response.json()
        except ValueError:
            facts = None
        if not isinstance(facts, dict):
            raise TargetError(
                f"{response.url} must answer with a JSON object; it said: {self._quoted(response.text, 200)!r}"
            )
        return facts

    def _quoted(self, text: str, most: int) -> str:
        return without(text[:_READ], {self._token() or ""})[:most]

    def _token(self) -> str | None:
        if not self._token_variable:
            return None
        token = os.environ.get(self._token_variable)
        if not token:
            raise TargetError(f"The deploy endpoint's token is missing: set {self._token_variable}.")
        return token


def _filled(url: str, service: str, environment: str) -> str:
    return fill_in(url, {"service": service, "environment": environment})
