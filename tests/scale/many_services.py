"""A catalogue of as many services as wanted: some whose deploys do nothing but note what runs, the rest idle."""

import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.platform.home import PROJECT

ROLES = ("dev", "preprod", "prod")
TEAM = "greeting"
VERSIONS = ("1.0.0", "1.1.0")
_FIRST_PORT = 20_000


class Noted:
    """What the no-op deploys noted, one file per service and environment; services may be told to fail checks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failing: set[tuple[str, str]] = set()
        self.address = ""

    def runs(self, service: str, environment: str) -> str | None:
        """The digest that runs."""
        file = self.folder / f"{service}.{environment}"
        return file.read_text(encoding="utf-8") if file.exists() else None

    def service(self, name: str) -> dict[str, Any]:
        """The catalogue entry of a service whose deploy writes one small file."""
        file = str(self.folder / "{service}.{environment}")
        options = {
            "deploy": ["/bin/sh", "-c", 'printf %s "$1" > "$2"', "deploy", "{digest}", file],
            "current": ["/bin/sh", "-c", 'test ! -e "$1" || cat "$1"', "current", file],
            "remove": ["/bin/rm", "-f", file],
            "current_output": "digest",
        }
        return service_entry(
            name,
            [{"kind": "command", "options": options}] * len(ROLES),
            [f"{self.address}/{name}/{role}" for role in ROLES],
        )


@contextmanager
def serve(folder: Path) -> Iterator[Noted]:
    """Answers `GET /<service>/<environment>` for what is noted as running, until the context ends."""
    noted = Noted(folder)

    class Face(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            service, environment = [*self.path.strip("/").split("/"), "", ""][:2]
            digest = noted.runs(service, environment)
            works = digest is not None and (service, environment) not in noted.failing
            content = json.dumps({"digest": digest}).encode()
            self.send_response(200 if works else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Face) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        noted.address = f"http://127.0.0.1:{server.server_port}"
        yield noted
        server.shutdown()
        thread.join()


def write_catalogue(
    folder: Path, live: Sequence[str], count: int, noted: Noted, without_dev: Sequence[str] = ()
) -> Path:
    """The demo's people and rules; the `live` services and those `without_dev`; idle ones until there are `count`."""
    (folder / "services").mkdir(parents=True)
    for file in ("platform.yaml", "people.yaml"):
        shutil.copy(PROJECT / "include" / "catalogue" / file, folder)
    for name in live:
        write_service(folder, noted.service(name))
    for name in without_dev:
        write_service(folder, _on_the_live_path_only(noted.service(name)))
    for number in range(count - len(live) - len(without_dev)):
        write_service(folder, idle_service(number))
    return folder


def write_service(folder: Path, entry: dict[str, Any]) -> None:
    """Writes a service's file; JSON is YAML."""
    file = folder / "services" / f"{entry['name']}.yaml"
    file.write_text(json.dumps(entry, indent=1), encoding="utf-8")


def idle_service(number: int) -> dict[str, Any]:
    """A service that is never released, on ports that no other has."""
    ports = [_FIRST_PORT + len(ROLES) * number + place for place in range(len(ROLES))]
    targets = [{"kind": "local_process", "options": {"port": port}} for port in ports]
    entry = service_entry(f"idle-{number:04}", targets, [f"http://127.0.0.1:{port}" for port in ports])
    return {**entry, "nightly": f"{number % 60} 2 * * *"}


def _on_the_live_path_only(entry: dict[str, Any]) -> dict[str, Any]:
    absent = {"not_applicable": {"because": "It is about the live path only.", "agreed_by": "greta"}}
    return {**entry, "stages": {**entry["stages"], "dev": absent}}


def service_entry(name: str, targets: Sequence[dict[str, Any]], urls: Sequence[str]) -> dict[str, Any]:
    """A service with one smoke check, and a target and an address for each role."""
    stages = {
        role: {"environment": role, "url": url, "target": target}
        for role, target, url in zip(ROLES, targets, urls, strict=True)
    }
    checks = [{"name": "runs the released artefact", "path": "/", "expect_json": {"digest": "{digest}"}}]
    return {
        "name": name,
        "team": TEAM,
        "description": f"Is {name}, one of many.",
        "smoke": {"deadline_seconds": 4, "checks": checks},
        "stages": stages,
    }


def publish(artefacts: Path, scratch: Path, services: Sequence[str]) -> None:
    """Two versions of each service; their bytes say only what they are."""
    store = FolderArtefacts(artefacts)
    for name in services:
        for version in VERSIONS:
            source = scratch / name / version
            source.mkdir(parents=True)
            (source / "what.txt").write_text(f"{name} {version}\n", encoding="utf-8")
            store.publish(name, version, source)
