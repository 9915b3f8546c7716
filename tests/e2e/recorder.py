"""What the recorded targets saw, and the address at which their services answer."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.e2e.recording_tool import hold_up, silence

LONGEST_SMOKE_SECONDS = 4.0
"""Of a check that is held up: its own patience is a second longer."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One action of a deploy tool, from its begin to its end (seconds since the epoch)."""

    action: str
    service: str
    environment: str
    version: str | None
    begin: float
    end: float


class Recorder:
    """Reads what the tool wrote; `face` is the base address of the services that run."""

    def __init__(self, folder: Path, face: str) -> None:
        self.folder = folder
        self.face = face

    def works(self, service: str | None = None, environment: str | None = None) -> list[Work]:
        """Everything that was begun, in order; one that never ended ends never."""
        file = self.folder / "record.jsonl"
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        works = [_work(line, lines) for line in lines if line["phase"] == "begin"]
        return [work for work in works if service in (None, work.service) and environment in (None, work.environment)]

    @contextmanager
    def held(self, what: str, service: str, environment: str) -> Iterator[Callable[[], bool]]:
        """Until the end of this, an action (`deploy`, …) or the answer to a check (`smoke`) is held up.

        Tells whether it was reached.
        """
        hold, reached = (self.folder / f"{service}.{environment}.{mark}-{what}" for mark in ("hold", "reached"))
        reached.unlink(missing_ok=True)
        hold.touch()
        try:
            yield reached.exists
        finally:
            hold.unlink()

    @contextmanager
    def silent(self, service: str, environment: str) -> Iterator[None]:
        """Until the end of this, nobody is told what runs."""
        mark = silence(self.folder, service, environment)
        mark.touch()
        try:
            yield
        finally:
            mark.unlink()

    def runs(self, service: str, environment: str) -> str | None:
        """The version that runs."""
        state = self.folder / f"{service}.{environment}.json"
        version: str | None = json.loads(state.read_text())["version"] if state.exists() else None
        return version


def _work(begin: dict[str, object], lines: list[dict[str, object]]) -> Work:
    names = ("action", "service", "environment", "version")
    same = ("action", "service", "environment", "fencing")
    ends = [
        float(str(line["at"]))
        for line in lines
        if line["phase"] == "end"
        and all(line[name] == begin[name] for name in same)
        and float(str(line["at"])) >= float(str(begin["at"]))
    ]
    facts = {name: None if begin[name] is None else str(begin[name]) for name in names}
    return Work(**facts, begin=float(str(begin["at"])), end=min(ends, default=float("inf")))  # type: ignore[arg-type]


@contextmanager
def serve(folder: Path) -> Iterator[Recorder]:
    """Answers `GET /<service>/<environment>/health` for whatever the tool deployed, until the context ends."""

    class Face(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service, environment, *_ = [*self.path.strip("/").split("/"), "", ""]
            state = folder / f"{service}.{environment}.json"
            hold_up(folder, "smoke", service, environment, LONGEST_SMOKE_SECONDS)
            content = state.read_bytes() if state.exists() else b"{}"
            self.send_response(200 if state.exists() else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Face) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Recorder(folder, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()
