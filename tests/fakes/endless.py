"""Answers without end, which no time-out of a single read ever meets. Each ends when the asker hangs up, at `over`, or
after a time that no deadline of a test comes near."""

import contextlib
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

_LONG_SECONDS = 30.0
Endless = Callable[[BaseHTTPRequestHandler, threading.Event], None]


def dripping_body(request: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """A blank now and then."""
    _begin(request)
    _drip(request, over, b" ")


def dripping_head(request: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """One header that grows and grows."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _drip(request, over, b"x")


def flood(request: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """As much as the asker takes."""
    _begin(request)
    _drip(request, over, b" " * 65536, every=0.0)


def _begin(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.end_headers()


def _drip(request: BaseHTTPRequestHandler, over: threading.Event, what: bytes, every: float = 0.02) -> None:
    until = time.monotonic() + _LONG_SECONDS
    request.close_connection = True
    with contextlib.suppress(OSError):
        while time.monotonic() < until and not over.wait(every):
            request.wfile.write(what)
            request.wfile.flush()
