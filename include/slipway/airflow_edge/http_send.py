"""Sends smoke requests through Airflow's HTTP provider, without a connection stored in Airflow."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from airflow.providers.http.hooks.http import HttpHook
from airflow.sdk import Connection
from requests import RequestException

from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import NoAnswerError, Request, Send


class _OneAddressHook(HttpHook):
    """The provider's hook with its connection handed in: the catalogue names addresses, not Airflow."""

    def __init__(self, method: str, base_url: str) -> None:
        super().__init__(method=method, tcp_keep_alive=False)
        self._connection = Connection(conn_id="smoke", conn_type="http", host=base_url)

    def get_connection(self, conn_id: str) -> Connection:  # type: ignore[override,unused-ignore]
        """Called by the hook; looks nothing up."""
        return self._connection


def make_hook_send() -> Send:
    """A `send` for HttpProbe: one request, no retries of its own, no redirects followed."""

    def send(request: Request) -> Response:
        parts = urlsplit(request.url)
        base = f"{parts.scheme}://{parts.netloc}"
        hook = _OneAddressHook(request.method, base)
        options: Mapping[str, object] = {
            "check_response": False,
            "timeout": request.seconds,
            "allow_redirects": False,
        }
        content = {} if request.body is None else {"json": request.body}
        try:
            answer = hook.run(
                request.url[len(base) :], headers=dict(request.headers), extra_options=dict(options), **content
            )
        except (RequestException, ValueError) as error:
            raise NoAnswerError(f"{error} ({type(error).__name__})") from error
        return Response(status=answer.status_code, text=answer.text)

    return send
