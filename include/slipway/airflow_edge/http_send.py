"""Sends smoke requests through Airflow's HTTP provider, without a connection stored in Airflow."""

import logging
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk import Connection
from requests import RequestException
from requests import Response as Answer

from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import NoAnswerError, Request, Send
from slipway.adapters.whole_answer import TooLargeError, read_whole
from slipway.adapters.within import within
from slipway.domain.address import shown_location

_CHUNK = 1024
_UNHEARD = logging.getLogger("slipway.smoke.unheard")
"""The provider's own complaints quote whole addresses: whoever sends says what went wrong."""
_UNHEARD.setLevel(logging.CRITICAL)


class _OneAddressHook(HttpHook):
    """The provider's hook with its connection handed in: the catalogue names addresses, not Airflow."""

    def __init__(self, method: str, base_url: str) -> None:
        super().__init__(method=method, tcp_keep_alive=False)
        self._connection = Connection(conn_id="smoke", conn_type="http", host=base_url)

    def get_connection(self, conn_id: str) -> Connection:  # type: ignore[override,unused-ignore]
        """Called by the hook; looks nothing up."""
        return self._connection

    @property
    def log(self) -> logging.Logger:
        """Unheard."""
        return _UNHEARD


def make_hook_send() -> Send:
    """A `send` for HttpProbe: one request, no retries of its own, no redirects followed."""

    def send(request: Request) -> Response:
        try:
            return within(request.seconds, lambda: _sent(request))
        except TooLargeError as error:
            raise NoAnswerError(f"its answer is {error}") from error
        except (RequestException, ValueError, TimeoutError) as error:
            raise NoAnswerError(f"{error} ({type(error).__name__})") from error

    return send


def _sent(request: Request) -> Response:
    until = time.monotonic() + request.seconds
    parts = urlsplit(request.url)
    base = f"{parts.scheme}://{parts.netloc}"
    hook = _OneAddressHook(request.method, base)
    options: Mapping[str, object] = {
        "check_response": False,
        "timeout": request.seconds,
        "allow_redirects": False,
        "stream": True,
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
