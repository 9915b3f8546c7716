"""Sends smoke requests where there is no Airflow: the command line and the tests."""

import httpx

from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import NoAnswerError, Request


class HttpxSend:
    """One client for all requests of a probe; redirects are answers, not followed."""

    def __init__(self) -> None:
        self._client = httpx.Client()

    def __call__(self, request: Request) -> Response:
        """One request, once. Raises NoAnswerError."""
        try:
            response = self._client.request(
                request.method, request.url, headers=dict(request.headers), json=request.body, timeout=request.seconds
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise NoAnswerError(f"{error} ({type(error).__name__})") from error
        return Response(status=response.status_code, text=response.text)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()
