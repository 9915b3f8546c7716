"""An HTTP server that answers as Airflow's API server would, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-"


@dataclass(frozen=True)
class Asked:
    """One request, without its token."""

    method: str
    path: str
    person: str | None
    body: Any
    query: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass
class FakeAirflow:
    """`answers` maps `METHOD /path` (`*`: anything) to status and JSON body, else it is 404. Names are passwords.

    What depends on what is asked for is a function of it."""

    answers: dict[str, tuple[int, Any] | Callable[[Asked], tuple[int, Any]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> "FakeAirflow":
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def changes(self) -> list[Asked]:
        """What it was asked to change, signing in left out."""
        return [one for one in self.asked if one.method != "GET" and one.path != "/auth/token"]

    def respond(self, asked: Asked) -> tuple[int, Any]:
        """Status and body."""
        self.asked.append(asked)
        if asked.path == "/auth/token":
            fits = asked.body["username"] == asked.body["password"]
            return (201, {"access_token": TOKEN + asked.body["username"]}) if fits else (401, {"detail": "Invalid"})
        if asked.path.startswith(("/api/", "/slipway/api/")) and asked.person is None:
            return 401, {"detail": "Not authenticated"}
        wanted = f"{asked.method} {asked.path}"
        found = next((answer for known, answer in self.answers.items() if fnmatchcase(wanted, known)), None)
        if callable(found):
            return found(asked)
        return found or (404, {"detail": f"{asked.path} was not found"})


def _handler(airflow: FakeAirflow) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, answer = airflow.respond(
                Asked(
                    self.command,
                    urlsplit(self.path).path,
                    _person(self.headers.get("authorization")),
                    body,
                    parse_qs(urlsplit(self.path).query),
                )
            )
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = _any  # noqa: N815 - names that the server looks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the base class
            """Says nothing."""

    return Handler


def _person(authorization: str | None) -> str | None:
    _, found, person = (authorization or "").partition(f"Bearer {TOKEN}")
    return person if found and person else None


def a_question(task_id: str, created_at: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A request that waits, as Airflow lists it, of run `run-1` of `release__orders`."""
    task = {"dag_id": "release__orders", "dag_run_id": "run-1", "task_id": task_id, "map_index": -1}
    return {"task_instance": task, "created_at": created_at, "params": dict(params or {})}
