"""Messages to a webhook, signed. What a receiver checks is in docs/how-to/announce-in-slack.md."""

import hashlib
import hmac
import ssl
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from slipway.adapters.notifiers.retry_after import retry_after
from slipway.adapters.whole_answer import trusted
from slipway.adapters.within import within
from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonObject, canonical
from slipway.ports.messages import NotSentError, Receipt, Sending
from slipway.ports.outside.surroundings import Connections, HttpAccess

SIGNATURE = "Slipway-Signature"
MESSAGE, TRY = "Slipway-Message", "Slipway-Try"
DEADLINE_SECONDS = 10.0
_REFUSES_THE_CONTENT = frozenset({400, 413, 415, 422})
_TRY_AGAIN_LATER = frozenset({408, 425, 429})
_SERVER_ERRORS = 500
_NOT_GIVEN_AWAY = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class WebhookNotifier:
    """`Notifier` for one connection, whose host the policy names: neither it nor a redirect leads elsewhere.

    A message in doubt is sent again with the same `Slipway-Message`, by which the receiver knows it.
    """

    def __init__(
        self,
        connections: Connections,
        connection_id: str,
        host: str,
        clock: Callable[[], float] = time.time,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._connections = connections
        self._connection_id = connection_id
        self._host = host
        self._clock = clock
        self._deadline = deadline_seconds

    def send(self, sending: Sending) -> Receipt:
        """Posts it, once."""
        access, secret = self._checked()
        body = canonical(_body(sending)).encode()
        headers = {
            "Content-Type": "application/json",
            MESSAGE: sending.message.key,
            TRY: str(sending.tries),
            SIGNATURE: signature(secret, int(self._clock()), body),
        }
        certificates = trusted()
        try:
            answer = within(self._deadline, lambda: self._posted(access.url, body, headers, certificates))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            given_away = not isinstance(error, _NOT_GIVEN_AWAY)
            raise NotSentError(
                f"{self._host} gives no answer ({type(error).__name__})", may_have_arrived=given_away
            ) from error
        if not answer.is_success:
            raise self._refused(answer)
        return Receipt()

    def show(self, place: JsonObject, headline: str) -> None:
        """The headline went with the message."""

    def _checked(self) -> tuple[HttpAccess, str]:
        """Addresses of webhooks often are secrets themselves: no message quotes more than their host."""
        try:
            access = self._connections.http(self._connection_id)
        except SlipwayError as error:
            raise NotSentError(str(error)) from error
        host = urlsplit(access.url).hostname
        if host != self._host:
            raise NotSentError(f"connection {self._connection_id} leads to {host}; the policy names {self._host} only")
        if not access.token:
            raise NotSentError(f"connection {self._connection_id} has no password: it is the key of the signature")
        return access, access.token

    def _posted(self, url: str, body: bytes, headers: dict[str, str], verify: ssl.SSLContext) -> httpx.Response:
        """The head of its answer says it all: what else a receiver says is not read."""
        with httpx.stream("POST", url, content=body, headers=headers, timeout=self._deadline, verify=verify) as answer:
            return answer

    def _refused(self, answer: httpx.Response) -> NotSentError:
        code = answer.status_code
        what = " and asks to look elsewhere, which is not followed" if answer.is_redirect else ""
        return NotSentError(
            f"{self._host} answers {code}{what}",
            way_is_down=code not in _REFUSES_THE_CONTENT,
            may_have_arrived=code >= _SERVER_ERRORS,
            retry_after=retry_after(answer.headers.get("Retry-After"))
            if code in _TRY_AGAIN_LATER or code >= _SERVER_ERRORS
            else None,
        )


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<t>.<body>">`: the time is signed, so old ones can be refused."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def _body(sending: Sending) -> JsonObject:
    message = sending.message
    return {
        "key": message.key,
        "channel": message.channel,
        "text": message.text,
        "headline": message.headline,
        "release_id": message.release_id,
        "link": None if message.link is None else {"label": message.link.label, "url": message.link.url},
        "at": sending.told_at.isoformat(),
        "may_have_arrived_before": sending.in_doubt_since is not None,
    }
