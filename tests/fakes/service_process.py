"""A smallest possible service to deploy, and helpers to look at processes."""

import contextlib
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

NEVER_HEALTHY = "0.0.0"
APP = """
import http.server, json, os, subprocess, sys
if os.environ["SERVICE_VERSION"] == "0.0.0":
    sys.exit("this version cannot start")
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        facts = {"version": os.environ["SERVICE_VERSION"], "digest": os.environ["SERVICE_DIGEST"]}
        facts["seen"] = sorted(os.environ)
        body = json.dumps(facts).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()
"""


def write_service(folder: Path, version: str, app: str = APP) -> None:
    """An artefact's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(f"# {version}\n{app}")
    (folder / "service.json").write_text(json.dumps({"command": ["{python}", "app.py"]}))


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it comes true in time."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def process_lives(pid: int) -> bool:
    """Whether a process of this number runs; a zombie does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    return False
