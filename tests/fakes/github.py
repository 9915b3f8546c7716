"""GitHub over real HTTP, as its REST API is documented; and what it is like when it is down."""

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Handle = Callable[["GitHubServer", BaseHTTPRequestHandler], bool]


def _author(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name.lower()}@example.org"}


class GitHubServer:
    """One repository, `gov/orders`. `trouble`, where it is set, answers instead: see below."""

    def __init__(self) -> None:
        self.trouble: Handle | None = None
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.over = threading.Event()
        self.asset_changes: dict[str, Any] = {}
        """Fields of every listed asset that are given otherwise."""
        self._assets: dict[str, list[tuple[int, str, bytes]]] = {}
        self.comparisons: dict[str, dict[str, Any]] = {}
        self.redirect_to = ""
        """Where downloads are sent, as github.com does; empty: they are answered at once, as is allowed too."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "GitHubServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shut()

    def shut(self) -> None:
        """From now on connections are refused."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def publish(self, tag: str, *assets: tuple[str, bytes]) -> None:
        """A release with these assets."""
        number = 100 * (len(self._assets) + 1)
        self._assets[tag] = [(number + i, name, content) for i, (name, content) in enumerate(assets)]

    def compare(
        self,
        older: str,
        newer: str,
        commits: Sequence[tuple[str, str, str]],
        total: int | None = None,
        status: str = "ahead",
    ) -> None:
        """What was written between two tags: sha, author and message, oldest first; and how they stand."""
        listed = [
            {"sha": sha, "commit": {"message": message, "author": _author(author)}, "author": None}
            for sha, author, message in commits
        ]
        found = {"status": status, "total_commits": len(listed) if total is None else total, "commits": listed}
        self.comparisons[f"{older}...{newer}"] = found

    def paths(self) -> list[str]:
        """What was asked for."""
        return [path for path, _ in self.asked]

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        """One answer."""
        self.asked.append((request.path, dict(request.headers)))
        if self.trouble is not None and self.trouble(self, request):
            return
        path = unquote(request.path)
        below = "/repos/gov/orders/"
        if path.startswith(f"{below}releases/tags/"):
            tag = path.removeprefix(f"{below}releases/tags/")
            self._json(request, self._release(tag) if tag in self._assets else None)
        elif path.startswith(f"{below}releases/assets/"):
            self._asset(request, int(path.rpartition("/")[2]))
        elif path.startswith(f"{below}compare/"):
            self._json(request, self.comparisons.get(path.removeprefix(f"{below}compare/")))
        else:
            self._json(request, None)

    def _release(self, tag: str) -> dict[str, Any]:
        assets = [
            {
                "id": number,
                "name": name,
                "state": "uploaded",
                "size": len(content),
                "digest": f"sha256:{hashlib.sha256(content).hexdigest()}",
                **self.asset_changes,
            }
            for number, name, content in self._assets[tag]
        ]
        return {"id": 1, "tag_name": tag, "draft": False, "prerelease": False, "assets": assets}

    def _asset(self, request: BaseHTTPRequestHandler, number: int) -> None:
        found = next((one for assets in self._assets.values() for one in assets if one[0] == number), None)
        if found is None or request.headers["Accept"] != "application/octet-stream":
            self._json(request, None)
        elif self.redirect_to:
            answer(request, 302, b"", {"Location": f"{self.redirect_to}/{number}?signature=secret"})
        else:
            answer(request, 200, found[2])

    @staticmethod
    def _json(request: BaseHTTPRequestHandler, value: object) -> None:
        found = value is not None
        answer(request, 200 if found else 404, json.dumps(value if found else {"message": "Not Found"}).encode())

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Requests(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the asker had no patience
                    server.respond(self)

            def log_message(self, *args: object) -> None:
                pass

        return Requests


def answer(
    request: BaseHTTPRequestHandler, status: int, content: bytes, headers: Mapping[str, str] | None = None
) -> bool:
    """One whole answer; True, so that a trouble can end with it."""
    request.send_response(status)
    for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(content)
    return True


def hanging(server: GitHubServer, _: BaseHTTPRequestHandler) -> bool:
    """Takes the request and says nothing."""
    return server.over.wait(60)


def broken(_: GitHubServer, request: BaseHTTPRequestHandler) -> bool:
    """An error of its own."""
    return answer(request, 500, b"Unicorn!")


def limiting(_: GitHubServer, request: BaseHTTPRequestHandler) -> bool:
    """Asked too often."""
    message = json.dumps({"message": "API rate limit exceeded"}).encode()
    return answer(request, 403, message, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1900000000"})


def locked(_: GitHubServer, request: BaseHTTPRequestHandler) -> bool:
    """A token that does not count."""
    return answer(request, 401, json.dumps({"message": "Bad credentials"}).encode())


def trickling(server: GitHubServer, request: BaseHTTPRequestHandler) -> bool:
    """Begins to answer, and then sends a byte now and then without end."""
    request.send_response(200)
    request.end_headers()
    while not server.over.wait(0.02):
        request.wfile.write(b" ")
        request.wfile.flush()
    return True


def once(trouble: Handle) -> Handle:
    """Only the first request meets it."""
    met: list[bool] = []

    def first(server: GitHubServer, request: BaseHTTPRequestHandler) -> bool:
        if met:
            return False
        met.append(True)
        return trouble(server, request)

    return first
