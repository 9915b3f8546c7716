"""Where built versions come from, and what was written between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from slipway.domain.commits import CommitsSinceLive, Containing
from slipway.domain.repository import ArtefactSources, Repository


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """One built version of a service: `digest` is `sha256:<hex>` of its bytes (R2)."""

    service: str
    version: str
    digest: str
    size: int
    """Bytes."""


class ArtefactSource(Protocol):
    """Where built versions come from: content-addressed, verified at each use."""

    def resolve(self, service: str, version: str) -> Artefact:
        """The artefact of a version. Raises NotFoundError naming the nearest versions."""

    def versions(self, service: str) -> Sequence[str]:
        """Known versions, oldest first."""

    def fetch(self, artefact: Artefact, into: Path) -> Path:
        """Unpacks the verified bytes below `into` and returns the folder. Raises ArtefactError where the digest
        differs, the artefact vanished, or the disk is full."""


class ArtefactStore(ArtefactSource, Protocol):
    """The platform's own store. What is in it is never asked for anywhere else again (R23)."""

    def add(self, service: str, version: str, archive: Path) -> Artefact:
        """Keeps the bytes of an archive as they are; nobody finds them before `name`. Raises ArtefactError where it is
        no sound archive."""

    def name(self, artefact: Artefact) -> None:
        """Makes the version resolve to the bytes that were added. Raises ArtefactError where it has others already."""


class Upstream(Protocol):
    """A place outside that has the archives of built versions."""

    @property
    def label(self) -> str:
        """What the log and messages call it."""

    def download(self, service: str, version: str, repository: Repository, into: Path) -> str:
        """Writes the archive of a version to a new file and returns where it came from. Raises UnavailableError where
        it gives no answer, so that another may be asked; NotFoundError where it has no such version; ArtefactError
        where the bytes are not what they should be."""


class History(Protocol):
    """A place that knows what was written between two versions."""

    def commits(self, repository: Repository, since: str, version: str) -> CommitsSinceLive:
        """The commits of `version` that `since` has not. Raises UnavailableError or NotFoundError."""

    def contains(self, repository: Repository, version: str, earlier: str) -> Containing:
        """Whether every commit of `earlier` is one of `version`. Raises UnavailableError or NotFoundError."""


class Upstreams(Protocol):
    """Makes them, in the order in which they are asked."""

    def artefacts(self, sources: ArtefactSources) -> Sequence[Upstream]:
        """Where archives come from: the later ones stand in for those before."""

    def histories(self, sources: ArtefactSources) -> Sequence[History]:
        """Where commits are read, likewise."""
