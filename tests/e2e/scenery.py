"""The catalogue and artefacts of the end-to-end tests: the samples on free ports, and a service for each story."""

import contextlib
import json
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from slipway.adapters.artefacts.archive import pack
from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.adapters.artefacts.samples import build_sample, publish_samples
from slipway.platform.home import PROJECT

CHANNEL, TOPIC = "C0DEPLOY", "Releases of all services"
READERS = "approvers@example.gov.uk"
"""Where everybody would be told everything, if Slack were there."""
BREAKER = "bree"
"""A platform engineer of the tests' own, who is made a member of BreakGlass."""
RECORDED = (
    *("unloved", "guarded", "first", "second", "third", "tampered", "vanished", "glass", "cleared", "hasty"),
    *("queued", "brittle", "strange", "silent", "waiting", "anew", "halted", "watched", "urgent"),
    *("stuck", "patient", "backed", "leader", "follower"),
    *("returning", "neighbour", "lost"),
    *("observed", "unattended"),
)
"""Services whose deploy tool does nothing but tell the recorder."""
VERSIONS = ("1.0.0", "1.1.0")
_SAMPLE_PORT = re.compile(r"\b181\d\d\b")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, all different."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


class Scenery:
    """Writes the catalogue; remembers which port each sample service got."""

    def __init__(self, folder: Path, record: Path, face: str) -> None:
        self.folder = folder
        self._record = record
        self._face = face
        self.ports: dict[str, dict[str, int]] = {}
        self.github = f"http://127.0.0.1:{free_ports(1)[0]}"
        """GitHub is down: nobody listens there."""
        self.mirror = folder.with_name("mirror")
        shutil.copytree(PROJECT / "include" / "catalogue", folder)
        self._add_breaker()
        self._change_platform()
        for sample in ("orders", "greeter", "forms"):
            self._sample(sample, sample)
        self._sample("orders", "shop")
        self._sample("greeter", "porter")
        self._sample("greeter", "squatted")
        self._sample("greeter", "debut")
        self._sample("orders", "halting")
        self._sample("orders", "ledger")
        self._sample("orders", "tills")
        self._wait_long_for_locks("halting")
        for name in RECORDED:
            self.write(name, self.recorded(name))
        self.write("stuck", self._stuck())
        self._watch("observed", {"path": "version", "equals": "1.0.0"}, {"path": "nothing.of.that.name", "at_most": 1})
        self._watch("unattended", {"path": "nothing.of.that.name", "at_most": 1})
        self.write("third", self._tested("third"))
        self.write("deaf", self._deaf())
        self._mirrored()
        self.write("notify", _changed_outside("notify", "by_hand"))
        self.write("leaflets", self._static_app("leaflets"))

    def file(self, service: str) -> Path:
        """The file of a service."""
        return self.folder / "services" / f"{service}.yaml"

    def write(self, service: str, document: dict[str, Any]) -> None:
        """Writes a service's file; JSON is YAML."""
        self.file(service).write_text(json.dumps(document, indent=1), encoding="utf-8")

    def url(self, service: str, environment: str) -> str:
        """Where a service that really runs answers."""
        return f"http://127.0.0.1:{self.ports[service][environment]}"

    def recorded(self, name: str) -> dict[str, Any]:
        """A service with the recording tool in all three environments."""
        tool = [sys.executable, str(Path(__file__).with_name("recording_tool.py")), str(self._record)]
        where = ["{service}", "{environment}"]
        options = {
            "deploy": [*tool, "deploy", *where, "{fencing}", "{version}", "{digest}"],
            "current": [*tool, "current", *where],
            "remove": [*tool, "remove", *where, "{fencing}"],
        }
        return _service(name, {"kind": "command", "options": options}, self._face)

    def publish(self, artefacts: Path) -> None:
        """Publishes the versions of all services."""
        store = FolderArtefacts(artefacts)
        samples = PROJECT / "include" / "sample_services"
        publish_samples(store, samples)
        with tempfile.TemporaryDirectory(prefix="slipway-scenery-") as scratch:
            for name in (*RECORDED, "deaf"):
                for version in VERSIONS:
                    store.publish(name, version, _marked(Path(scratch) / name / version))
            for name in ("porter", "squatted"):
                build_sample(samples / "greeter", "1.0.0", Path(scratch) / f"{name}-1.0.0")
                store.publish(name, "1.0.0", Path(scratch) / f"{name}-1.0.0")
            for version in ("1.1.0", "1.2.0", "1.2.1"):
                folder = Path(scratch) / f"shop-{version}"
                build_sample(samples / "orders", "1.1.0" if version == "1.2.0" else version, folder)
                if version == "1.2.0":
                    _break(folder / "limits.py", "check_quantity", self.ports["shop"]["preprod"])
                store.publish("shop", version, folder)
            for name, version in (("halting", "1.0.0"), ("ledger", "1.0.0"), ("tills", "1.1.0"), ("tills", "1.2.2")):
                folder = Path(scratch) / f"{name}-{version}"
                build_sample(samples / "orders", version, folder)
                store.publish(name, version, folder)
            store.publish("tills", "1.1.1", _without_notes(samples / "orders", Path(scratch)))
            folder = Path(scratch) / "ledger-1.1.0"
            build_sample(samples / "orders", "1.1.0", folder)
            _break(folder / "limits.py", "check_quantity", self.ports["ledger"]["preprod"])
            store.publish("ledger", "1.1.0", folder)
            for name, version in (("porter", "1.1.0"), ("debut", "1.0.0")):
                folder = Path(scratch) / f"{name}-{version}"
                build_sample(samples / "greeter", version, folder)
                _break(folder / "greeting.py", "greeting_for", self.ports[name]["prod"])
                store.publish(name, version, folder)

    def _sample(self, sample: str, name: str) -> None:
        """A copy of a sample service on ports of its own, that does not wait long for what will not come."""
        text = (PROJECT / "include" / "catalogue" / "services" / f"{sample}.yaml").read_text(encoding="utf-8")
        found = sorted(set(_SAMPLE_PORT.findall(text)))
        given = dict(zip(found, free_ports(len(found)), strict=True))
        text = _SAMPLE_PORT.sub(lambda match: str(given[match.group()]), text)
        text = text.replace(f"name: {sample}\n", f"name: {name}\n", 1)
        text = text.replace(f"database: {sample}_", f"database: {name}_")
        text = text.replace("deadline_seconds: 30", "deadline_seconds: 10", 1)
        self.file(name).write_text(text, encoding="utf-8")
        pairs = re.findall(r"environment: (\w+)\n\s+url: http://127.0.0.1:(\d+)", text)
        self.ports[name] = {environment: int(port) for environment, port in pairs}

    def _wait_long_for_locks(self, name: str) -> None:
        text = self.file(name).read_text(encoding="utf-8")
        self.file(name).write_text(text.replace("lock_timeout_seconds: 5", "lock_timeout_seconds: 60"), "utf-8")

    def _stuck(self) -> dict[str, Any]:
        """A service whose work in Preprod may soon be given up on."""
        service = self.recorded("stuck")
        service["stages"]["preprod"]["deploy_deadline_seconds"] = 15
        return service

    def _watch(self, name: str, *looks: Mapping[str, object]) -> None:
        """A service that is watched for a minute, by what its own health check says."""
        asks = {"source": "http_json", "url": f"{self._face}/{name}/prod/health"}
        checks = [{"name": str(look["path"]), **asks, **look} for look in looks]
        service = {**self.recorded(name), "watch": {"minutes": 1, "every_seconds": 5, "checks": checks}}
        service["stages"]["preprod"]["rehearse_rollback"] = name == "observed"
        self.write(name, service)

    def _tested(self, name: str) -> dict[str, Any]:
        """A service with a suite of tests of its own, and a check that warns."""
        program = [sys.executable, str(Path(__file__).with_name("journeys.py")), "{url}", "{version}", "{report}"]
        warns = {"name": "says more", "path": "/health", "expect_json": {"more": "yes"}, "priority": "warning"}
        suite = {
            **_SMOKE,
            "checks": [*_SMOKE["checks"], warns],
            "commands": [{"name": "journeys", "run": program, "seconds": 60}],
        }
        return {**self.recorded(name), "smoke": suite}

    def _deaf(self) -> dict[str, Any]:
        """A service whose deploy endpoint is an address at which nobody listens."""
        nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
        options = {"deploy_url": f"{nobody}/deploys", "current_url": f"{nobody}/now", "timeout_seconds": 2}
        service = _service("deaf", {"kind": "http", "options": options}, self._face)
        for stage in service["stages"].values():
            stage["deploy_deadline_seconds"] = 5
        return service

    def _static_app(self, name: str) -> dict[str, Any]:
        """What its pipeline deploys is what the recorder's folder says, and the smoke tests ask for."""
        app = _changed_outside(name, "static_app")
        app["stages"]["prod"]["url"] = f"{self._face}/{name}/prod"
        return {**app, "smoke": _SMOKE}

    def _mirrored(self) -> None:
        """A service whose versions are on GitHub, and 1.0.0 in the mirror."""
        repository = {"repository": "gov/mirrored", "asset": "mirrored-{version}.tar"}
        self.write("mirrored", {**self.recorded("mirrored"), "github": repository})
        place = self.mirror / "mirrored" / "1.0.0"
        place.mkdir(parents=True)
        archive = place / "mirrored-1.0.0.tar"
        with tempfile.TemporaryDirectory(prefix="slipway-scenery-") as scratch, archive.open("wb") as file:
            digest = pack(_marked(Path(scratch) / "mirrored" / "1.0.0"), file)
        archive.with_name(f"{archive.name}.sha256").write_text(digest.removeprefix("sha256:"), encoding="utf-8")

    def _add_breaker(self) -> None:
        file = self.folder / "people.yaml"
        entry = f"  {BREAKER}: {{name: Bree Bold, email: bree@example.org, platform_engineer: true}}\n"
        file.write_text(file.read_text(encoding="utf-8") + entry, encoding="utf-8")

    def _change_platform(self) -> None:
        file = self.folder / "platform.yaml"
        text = file.read_text(encoding="utf-8")
        sources = f"\nartefact_sources: {{github: {{tries: 1}}, mirror: {json.dumps(str(self.mirror))}}}\n"
        text = text.replace("slot_park_seconds: 300", "slot_park_seconds: 30")
        ways = [{"slack": CHANNEL}, {"file": True}]
        hooked = [*ways, {"webhook": {"connection": "ops_hook", "host": "127.0.0.1"}}]
        channels = {"deploy": hooked, "approvals": [*ways, {"email": [READERS]}], "page": ways}
        lines = "".join(f"  {channel}: {json.dumps(told)}\n" for channel, told in channels.items())
        text = text.replace("messages:\n", f"messages:\n{lines}")
        hosts = f"watch_hosts: [{json.dumps(urlsplit(self._face).netloc)}]\n"
        file.write_text(text + sources + hosts, encoding="utf-8")


_SMOKE: dict[str, Any] = {
    "deadline_seconds": 8,
    "checks": [
        {
            "name": "is the released artefact",
            "path": "/health",
            "expect_json": {"version": "{version}", "digest": "{digest}"},
        }
    ],
}


def _changed_outside(name: str, profile: str) -> dict[str, Any]:
    """A service that is changed in live only, by somebody outside."""
    absent = {"not_applicable": {"because": "There is none.", "agreed_by": "greta"}}
    return {
        "name": name,
        "team": "greeting",
        "profile": profile,
        "description": f"Plays {name} in the end-to-end tests.",
        "stages": {"dev": absent, "preprod": absent, "prod": {"environment": "prod", "act_deadline_minutes": 5}},
    }


def _service(name: str, target: dict[str, Any], face: str) -> dict[str, Any]:
    return {
        "name": name,
        "team": "greeting",
        "description": f"Plays {name} in the end-to-end tests.",
        "smoke": _SMOKE,
        "stages": {
            environment: {"environment": environment, "url": f"{face}/{name}/{environment}", "target": target}
            for environment in ("dev", "preprod", "prod")
        },
    }


def _marked(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "what.txt").write_text(f"{folder.parent.name} {folder.name}\n", encoding="utf-8")
    return folder


def _without_notes(orders: Path, scratch: Path) -> Path:
    """Orders 1.1 whose code uses notes no more, while its database still has them: the step before they are dropped."""
    folder = scratch / "tills-1.1.1"
    build_sample(orders, "1.1.0", folder)
    for name in ("order_columns.py", "migrations/old_version.sql"):
        shutil.copy(orders / "1.2.2" / name, folder / name)
    return folder


def _break(module: Path, function: str, port: int) -> None:
    """Works in every environment but the one with this port."""
    wrapped = f"""

import os

_works = {function}


def {function}(value):
    if os.environ["PORT"] == "{port}":
        raise RuntimeError("a key that is missing in this environment only")
    return _works(value)
"""
    module.write_text(module.read_text(encoding="utf-8") + wrapped, encoding="utf-8")
