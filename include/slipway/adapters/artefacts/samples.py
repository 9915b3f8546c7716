"""Builds and publishes every version of the sample services, for the demo and the tests.

A service's folder has a `versions.json`: for each version its `layers` (folders laid over each other), and
`based_on`, the version they are laid over.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from slipway.ports.outside.artefacts import Artefact


class Publisher(Protocol):
    """Where built versions go."""

    def publish(self, service: str, version: str, source: Path) -> Artefact:
        """Stores a folder as a version."""


def publish_samples(store: Publisher, samples_folder: Path) -> Sequence[Artefact]:
    """Publishes all versions of all services below `samples_folder`; doing it again changes nothing."""
    published = []
    for plan in sorted(samples_folder.glob("*/versions.json")):
        versions: Mapping[str, Any] = json.loads(plan.read_text())
        for version in versions:
            with tempfile.TemporaryDirectory(prefix="slipway-sample-") as scratch:
                folder = Path(scratch) / "artefact"
                build_sample(plan.parent, version, folder)
                published.append(store.publish(plan.parent.name, version, folder))
    return published


def build_sample(service_folder: Path, version: str, into: Path) -> None:
    """Lays the folders of a version over each other, base first."""
    versions: Mapping[str, Any] = json.loads((service_folder / "versions.json").read_text())
    plan = versions[version]
    if plan.get("based_on"):
        build_sample(service_folder, plan["based_on"], into)
    for layer in plan["layers"]:
        source = (service_folder / layer).resolve()
        shutil.copytree(source, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
