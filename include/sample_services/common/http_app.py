"""A small HTTP application: routes to functions, JSON in and out. Part of every sample service."""

import json
import os
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]
Handler = Callable[[dict[str, str], Any], Answer]
Routes = dict[tuple[str, str], Handler]


class BadRequestError(Exception):
    """What the caller sent makes no sense; the text says why."""


def health(query: dict[str, str], body: Any) -> Answer:
    """Which version runs, byte for byte."""
    return 200, {
        "status": "ok",
        "version": os.environ.get("SERVICE_VERSION"),
        "digest": os.environ.get("SERVICE_DIGEST"),
    }


def serve(routes: Routes) -> None:
    """Answers on `PORT` of this machine until it is told to stop."""
    known = {("GET", "/health"): health, **routes}

    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def answer(self) -> None:
            status, value = self._decide()
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815 - the standard library names them

        def _decide(self) -> Answer:
            address = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            handler = known.get((self.command, address.path))
            if handler is None:
                return 404, {"error": f"there is no {self.command} {address.path}"}
            query = {name: values[-1] for name, values in parse_qs(address.query).items()}
            try:
                return handler(query, json.loads(content) if content else None)
            except (BadRequestError, json.JSONDecodeError) as error:
                return 400, {"error": str(error)}
            except Exception as error:  # noqa: BLE001 - one bad request must not end the service
                self.log_error("%s %s: %r", self.command, address.path, error)
                return 500, {"error": "something went wrong; the log of the service says what"}

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", int(os.environ["PORT"])), Requests) as server:
        server.serve_forever()
