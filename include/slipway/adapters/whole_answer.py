"""HTTP answers as a whole: by a deadline for all of it, and no larger than said."""

import ssl
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import httpx

from slipway.adapters.within import within

MOST_BYTES = 4 << 20
_OF_THE_WAY = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that say how the body came; it has been unpacked."""


class TooLargeError(Exception):
    """The text goes on after what it is of: "… is larger than"."""


def read_whole(chunks: Iterable[bytes], until: float, most: int = MOST_BYTES) -> bytes:
    """Raises TooLargeError, and TimeoutError at `until` of the monotonic clock."""
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise TooLargeError(f"larger than {most} bytes")
        if time.monotonic() >= until:
            raise TimeoutError("it sent more and more until the deadline")
    return bytes(body)


def whole_answer(
    seconds: float, make_client: Callable[[], httpx.Client], method: str, url: httpx.URL | str, **request: Any
) -> httpx.Response:
    """One request, once, and its answer, read. Raises TimeoutError, TooLargeError and what httpx raises."""
    until = time.monotonic() + seconds

    def ask() -> httpx.Response:
        with make_client() as client, client.stream(method, url, timeout=seconds, **request) as response:
            body = read_whole(response.iter_bytes(), until)
        headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_WAY]
        return httpx.Response(response.status_code, headers=headers, content=body, request=response.request)

    return within(seconds, ask)


@cache
def trusted() -> ssl.SSLContext:
    """Reading all the certificates takes longer than a request: once is enough."""
    return httpx.create_ssl_context()
