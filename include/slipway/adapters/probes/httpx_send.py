"""Sends smoke requests where there is no Airflow: the command line and the tests."""

import time

import httpx

from slipway.adapters.addresses import Resolve, resolve
from slipway.adapters.pinned import ForbiddenAddressError, addresses_of, first_reached, host_header, pinned
from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import NoAnswerError, Request
from slipway.adapters.whole_answer import TooLargeError, trusted, whole_answer
from slipway.adapters.within import within
from slipway.domain.address import shown_location


class HttpxSend:
    """A connection for each request, to an address that was checked and through no proxy; redirects are answers, not
    followed."""

    def __init__(self, resolve: Resolve = resolve) -> None:
        self._resolve = resolve

    def __call__(self, request: Request) -> Response:
        """One request, once. Raises NoAnswerError."""
        try:
            response = self._answer(request)
        except TooLargeError as error:
            raise NoAnswerError(f"its answer is {error}") from error
        except ForbiddenAddressError as error:
            raise NoAnswerError(str(error)) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            raise NoAnswerError(f"{error} ({type(error).__name__})") from error
        leads_to = shown_location(request.url, response.headers.get("Location", ""))
        return Response(status=response.status_code, text=response.text, location=leads_to)

    def _answer(self, request: Request) -> httpx.Response:
        until = time.monotonic() + request.seconds
        certificates, url = trusted(), httpx.URL(request.url)
        headers = httpx.Headers({"Host": host_header(url)})
        headers.update(dict(request.headers))

        def ask(address: str) -> httpx.Response:
            return whole_answer(
                max(0.0, until - time.monotonic()),
                lambda: httpx.Client(verify=certificates, trust_env=False),
                request.method,
                headers=headers,
                json=request.body,
                **pinned(url, address),
            )

        addresses = within(request.seconds, lambda: addresses_of(url, self._resolve))
        return first_reached(addresses, ask, lambda error: isinstance(error, httpx.ConnectError))
