"""A catalogue and artefacts of services whose deploys are only sleep."""

import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.platform.home import PROJECT

VERSION = "1.0.0"
TEAM = "ordering"
TOOL = Path(__file__).with_name("deploy_tool.py")


def write_catalogue(folder: Path, port: int, services: Iterable[str]) -> Path:
    """The demo's people and rules, with services of our own. JSON is YAML."""
    demo = PROJECT / "include" / "catalogue"
    (folder / "services").mkdir(parents=True)
    for file in ("platform.yaml", "people.yaml"):
        shutil.copy(demo / file, folder)
    for name in services:
        text = json.dumps(_service(name, port), indent=1)
        (folder / "services" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def publish(artefacts: Path, scratch: Path, services: Iterable[str]) -> None:
    """One version of each service; its bytes say only what it is."""
    store = FolderArtefacts(artefacts)
    for name in services:
        source = scratch / name
        source.mkdir(parents=True)
        (source / "what.txt").write_text(f"{name} {VERSION}\n", encoding="utf-8")
        store.publish(name, VERSION, source)


def _service(name: str, port: int) -> dict[str, object]:
    return {
        "name": name,
        "team": TEAM,
        "description": "Sleeps while it is deployed.",
        "smoke": {
            "deadline_seconds": 900,
            "checks": [{"name": "runs the released artefact", "path": "/", "expect_json": {"digest": "{digest}"}}],
        },
        "stages": {role: _stage(name, role, port) for role in ("dev", "preprod", "prod")},
    }


def _stage(name: str, role: str, port: int) -> dict[str, object]:
    if role == "dev" and name.startswith("live-"):
        return {"not_applicable": {"because": "It is about the live path only.", "agreed_by": "mona"}}
    tool = [sys.executable, "-I", "-S", str(TOOL), str(port)]
    here = ["{service}", "{environment}"]
    options = {
        "deploy": [*tool, "deploy", *here, "{version}", "{digest}", "{fencing}"],
        "current": [*tool, "current", *here],
        "remove": [*tool, "remove", *here, "{fencing}"],
        "stale_exit_code": 9,
    }
    return {
        "environment": role,
        "url": f"http://127.0.0.1:{port}/{name}/{role}",
        "target": {"kind": "command", "options": options},
        "deploy_deadline_seconds": 900,
    }
