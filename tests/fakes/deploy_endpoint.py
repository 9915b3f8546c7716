"""A deploy endpoint over real HTTP."""

import contextlib
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.endless import Endless

Answer = tuple[int, Any] | Endless


class DeployEndpoint:
    """Takes orders at `/<environment>/<service>/deploys`; `answer` may be replaced to misbehave."""

    def __init__(self, answer: Callable[[str, str, Any], Answer] | None = None) -> None:
        self.asked: list[tuple[str, str, Any, dict[str, str]]] = []
        self.over = threading.Event()
        self._places: dict[str, dict[str, Any]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(answer or self._answer))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "DeployEndpoint":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, method: str, path: str, body: Any) -> Answer:
        if path.endswith("/status"):
            return 200, {"state": "done"}
        place = path.removesuffix("/deploys")
        known = self._places.setdefault(place, {"fence": 0})
        if method == "GET":
            return (200, known) if known.get("digest") else (404, {})
        if body["fencing"] < known["fence"]:
            return 409, {"detail": "this owner is outdated"}
        known["fence"] = body["fencing"]
        version = body.get("version")
        known |= {"digest": body.get("digest"), "version": version, "healthy": version != "0.0.0"}
        return 202, {"state": "running", "status_url": f"{place}/status"}

    def _handler(self, answer: Callable[[str, str, Any], Answer]) -> type[BaseHTTPRequestHandler]:
        asked, over = self.asked, self.over

        class Requests(BaseHTTPRequestHandler):
            def _respond(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(content) if content else None
                asked.append((self.command, self.path, body, dict(self.headers)))
                said = answer(self.command, self.path, body)
                if callable(said):
                    said(self, over)
                    return
                status, value = said
                text = value if isinstance(value, str) else json.dumps(value)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # the asker had no patience
                    self.wfile.write(text.encode())

            do_GET = do_POST = do_DELETE = _respond  # noqa: N815 - the standard library names them

            def log_message(self, *args: object) -> None:
                pass

        return Requests
