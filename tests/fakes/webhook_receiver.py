"""Somebody who receives webhooks, and checks their signatures as the docs tell them to."""

import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.endless import Endless

KEY = "the key of the signature"


class WebhookReceiver:
    """Keeps what came. `status` and `headers` are its answer; `hangs_up` gives none after it read; an `endless` one
    never ends."""

    def __init__(self) -> None:
        self.came: list[tuple[Mapping[str, str], bytes]] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.hangs_up = False
        self.endless: Endless | None = None
        self.over = threading.Event()
        outside = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outside.came.append((dict(self.headers), body))
                if outside.hangs_up:
                    return
                if outside.endless:
                    outside.endless(self, outside.over)
                    return
                self.send_response(outside.status)
                for name, value in outside.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks/T0/a-secret-path"

    def __enter__(self) -> "WebhookReceiver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def shut(self) -> None:
        """From now on connections are refused."""
        self.over.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def signed(self) -> list[dict[str, Any]]:
        """What came and is signed rightly."""
        return [json.loads(body) for headers, body in self.came if rightly_signed(headers["Slipway-Signature"], body)]


def rightly_signed(header: str, body: bytes) -> bool:
    """As docs/how-to/announce-in-slack.md says it."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(KEY.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"])
