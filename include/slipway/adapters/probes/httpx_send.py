"""Sends smoke requests where there is no Airflow: the command line and the tests."""

import httpx

from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import NoAnswerError, Request
from slipway.adapters.whole_answer import TooLargeError, trusted, whole_answer
from slipway.domain.address import shown_location


class HttpxSend:
    """A connection for each request; redirects are answers, not followed."""

    def __call__(self, request: Request) -> Response:
        """One request, once. Raises NoAnswerError."""
        certificates = trusted()
        try:
            response = whole_answer(
                request.seconds,
                lambda: httpx.Client(verify=certificates),
                request.method,
                request.url,
                headers=dict(request.headers),
                json=request.body,
            )
        except TooLargeError as error:
            raise NoAnswerError(f"its answer is {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError) as error:
            raise NoAnswerError(f"{error} ({type(error).__name__})") from error
        leads_to = shown_location(request.url, response.headers.get("Location", ""))
        return Response(status=response.status_code, text=response.text, location=leads_to)
