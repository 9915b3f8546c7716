"""Places outside that publish versions, in memory."""

import gzip
import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from slipway.domain.commits import CommitsSinceLive, Containing
from slipway.domain.errors import NotFoundError, SlipwayError
from slipway.domain.repository import ArtefactSources, Repository
from slipway.ports.outside.artefacts import History, Upstream


def tar_of(files: Mapping[str, str], *, zipped: bool = True) -> bytes:
    """An archive as a pipeline makes it; the same bytes for the same files."""
    packed = io.BytesIO()
    with tarfile.open(mode="w", fileobj=packed) as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return gzip.compress(packed.getvalue(), mtime=0) if zipped else packed.getvalue()


class FakeUpstream:
    """Has what it was given; `away` makes it fail with an error of one's choice."""

    def __init__(self, label: str = "a fake") -> None:
        self.label = label
        self.asked: list[tuple[str, str]] = []
        self.away: SlipwayError | None = None
        self._archives: dict[tuple[str, str], bytes] = {}

    def publish(self, service: str, version: str, archive: bytes) -> None:
        """A version."""
        self._archives[service, version] = archive

    def download(self, service: str, version: str, repository: Repository, into: Path) -> str:
        """Writes the archive. Raises what `away` says, or NotFoundError."""
        self.asked.append((service, version))
        if self.away is not None:
            raise self.away
        if (service, version) not in self._archives:
            raise NotFoundError(f"There is no {service} {version} here.")
        into.write_bytes(self._archives[service, version])
        return f"{repository.name} {version}"


class FakeHistory:
    """Answers as told."""

    def __init__(self, answer: CommitsSinceLive | SlipwayError, contains: bool | SlipwayError = True) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []
        self.says_contained = contains
        self.compared: list[tuple[str, str]] = []

    def commits(self, repository: Repository, since: str, version: str) -> CommitsSinceLive:
        """The answer. Raises it where it is an error."""
        self.asked.append((since, version))
        if isinstance(self.answer, SlipwayError):
            raise self.answer
        return self.answer

    def contains(self, repository: Repository, version: str, earlier: str) -> Containing:
        """As told. Raises it where it is an error."""
        self.compared.append((version, earlier))
        if isinstance(self.says_contained, SlipwayError):
            raise self.says_contained
        return Containing(contained=self.says_contained, source="a fake history")


class FakeUpstreams:
    """Those that it was given, whatever the sources say."""

    def __init__(self, artefacts: Sequence[Upstream] = (), histories: Sequence[History] = ()) -> None:
        self._artefacts = artefacts
        self._histories = histories

    def artefacts(self, sources: ArtefactSources) -> Sequence[Upstream]:
        """The places for archives."""
        return self._artefacts

    def histories(self, sources: ArtefactSources) -> Sequence[History]:
        """The places for commits."""
        return self._histories
