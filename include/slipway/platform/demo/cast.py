"""Who plays which part in the demo, and which version comes next."""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.adapters.artefacts.samples import build_sample, publish_samples
from slipway.platform.place import Place

SERVICE = "orders"
REQUESTER, APPROVER, AUTHORISER, SIGNER, LOOKER = "rita", "sam", "sue", "mona", "rob"
PIPELINE = "pipeline"
SKIPPED = frozenset({"1.2.0", "1.2.2"})
"""Fails its smoke tests, drops a column for good: for trying failures out, not for the first story."""


def publish_samples_to(place: Place) -> FolderArtefacts:
    """Publishes every sample version to the platform's store; those there already are left alone."""
    store = FolderArtefacts(Path(os.environ.get("SLIPWAY_ARTEFACTS") or place.home / "artefacts"))
    publish_samples(store, samples_of(place))
    return store


def samples_of(place: Place) -> Path:
    """The folder of the sample services' sources."""
    return place.project / "include" / "sample_services"


def next_version(store: FolderArtefacts, samples: Path, live: str | None) -> str:
    """The version after the one that is live; past the last sample a further one is built from it."""
    known = [version for version in store.versions(SERVICE) if version not in SKIPPED]
    later = known if live not in known else known[known.index(live) + 1 :]
    return later[0] if later else _build_another(store, samples, known)


def _build_another(store: FolderArtefacts, samples: Path, known: Sequence[str]) -> str:
    """The newest sample with a note of its build: other bytes, so another artefact, as a pipeline would make."""
    major, minor, patch = (int(part) for part in known[-1].split("."))
    version = f"{major}.{minor}.{patch + 1}"
    newest_sample = list(json.loads((samples / SERVICE / "versions.json").read_text(encoding="utf-8")))[-1]
    with tempfile.TemporaryDirectory() as folder:
        build_sample(samples / SERVICE, newest_sample, Path(folder))
        (Path(folder) / "BUILD").write_text(f"{SERVICE} {version}\n", encoding="utf-8")
        store.publish(SERVICE, version, Path(folder))
    return version
