"""Sends smoke requests through Airflow's HTTP provider, without a connection stored in Airflow."""

import logging
import os
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk import Connection
from requests import PreparedRequest, RequestException
from requests import Response as Answer
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError as UnconnectedError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from slipway.adapters.addresses import Resolve, resolve
from slipway.adapters.pinned import ForbiddenAddressError, addresses_of, first_reached, host_header
from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import NoAnswerError, Request, Send
from slipway.adapters.whole_answer import TooLargeError, read_whole
from slipway.adapters.within import within
from slipway.domain.address import shown_location

_CHUNK = 1024
_UNHEARD = logging.getLogger("slipway.smoke.unheard")
"""The provider's own complaints quote whole addresses: whoever sends says what went wrong."""
_UNHEARD.setLevel(logging.CRITICAL)


class _Pinned(HTTPAdapter):
    """Asks one address whatever the name leads to, and expects the name's certificate."""

    def __init__(self, url: httpx.URL, address: str) -> None:
        super().__init__()
        self._url = url
        self._address = address

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Called for each connection."""
        host, more = super().build_connection_pool_key_attributes(request, verify, cert)
        named = {"server_hostname": host["host"]} if host["scheme"] == "https" else {}
        return {**host, "host": self._address}, {**more, **named}

    def add_headers(self, request: PreparedRequest, **_: Any) -> None:
        """The name, as if it had been asked."""
        request.headers.setdefault("Host", host_header(self._url))


class _OneAddressHook(HttpHook):
    """The provider's hook with its connection handed in: the catalogue names addresses, not Airflow."""

    def __init__(self, method: str, base_url: str, adapter: HTTPAdapter) -> None:
        super().__init__(method=method, tcp_keep_alive=False, adapter=adapter)
        self._connection = Connection(conn_id="smoke", conn_type="http", host=base_url)

    def get_connection(self, conn_id: str) -> Connection:  # type: ignore[override,unused-ignore]
        """Called by the hook; looks nothing up."""
        return self._connection

    @property
    def log(self) -> logging.Logger:
        """Unheard."""
        return _UNHEARD


def make_hook_send(resolve: Resolve = resolve) -> Send:
    """A `send` for HttpProbe: one request to an address that was checked, through no proxy; no retries of its own, no
    redirects followed."""

    def reached(request: Request) -> Response:
        url = httpx.URL(request.url)
        until = time.monotonic() + request.seconds
        addresses = addresses_of(url, resolve)
        return first_reached(addresses, lambda address: _sent(request, _Pinned(url, address), until), _is_unreached)

    def send(request: Request) -> Response:
        try:
            return within(request.seconds, lambda: reached(request))
        except TooLargeError as error:
            raise NoAnswerError(f"its answer is {error}") from error
        except ForbiddenAddressError as error:
            raise NoAnswerError(str(error)) from error
        except (RequestException, httpx.InvalidURL, ValueError, OSError) as error:
            raise NoAnswerError(f"{error} ({type(error).__name__})") from error

    return send


def _is_unreached(error: Exception) -> bool:
    why = error.args[0] if isinstance(error, UnconnectedError) and error.args else None
    return isinstance(why, MaxRetryError) and isinstance(why.reason, NewConnectionError)


def _sent(request: Request, pinned: HTTPAdapter, until: float) -> Response:
    parts = urlsplit(request.url)
    base = f"{parts.scheme}://{parts.netloc}"
    hook = _OneAddressHook(request.method, base, pinned)
    options: Mapping[str, object] = {
        "check_response": False,
        "timeout": request.seconds,
        "allow_redirects": False,
        "stream": True,
        "trust_env": False,
        "verify": os.environ.get("REQUESTS_CA_BUNDLE") or True,
    }
    content = {} if request.body is None else {"json": request.body}
    with hook.run(
        request.url[len(base) :], headers=dict(request.headers), extra_options=dict(options), **content
    ) as answer:
        leads_to = shown_location(request.url, answer.headers.get("Location", ""))
        return Response(status=answer.status_code, text=_text(answer, until), location=leads_to)


def _text(answer: Answer, until: float) -> str:
    """In the character set that it names; else UTF-8."""
    kind = {"Content-Type": answer.headers.get("Content-Type", "")}
    return httpx.Response(answer.status_code, headers=kind, content=read_whole(answer.iter_content(_CHUNK), until)).text
