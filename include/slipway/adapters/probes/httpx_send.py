"""Sends smoke requests where there is no Airflow: the command line and the tests."""

import httpx

from slipway.adapters.probes.http_probe import NoAnswerError, Response
from slipway.domain.json_value import JsonValue


class HttpxSend:
    """One client for all requests of a probe; redirects are answers, not followed."""

    def __init__(self) -> None:
        self._client = httpx.Client()

    def __call__(self, method: str, url: str, body: JsonValue, timeout: float) -> Response:
        """One request, once. Raises NoAnswerError."""
        try:
            response = self._client.request(method, url, json=body, timeout=timeout)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAnswerError(f"{error} ({type(error).__name__})") from error
        return Response(status=response.status_code, text=response.text)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()
