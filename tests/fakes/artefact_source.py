"""Artefacts in memory."""

import hashlib
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from slipway.domain.errors import ArtefactError, NotFoundError
from slipway.ports.outside.artefacts import Artefact


class FakeArtefactSource:
    """Publish texts by file name; `tamper` and `lose` do what the real world does."""

    def __init__(self) -> None:
        self._files: dict[str, Mapping[str, str]] = {}
        self._known: dict[str, dict[str, Artefact]] = {}

    def publish(self, service: str, version: str, files: Mapping[str, str]) -> Artefact:
        """A version made of these files."""
        digest = _digest_of(files)
        artefact = Artefact(service=service, version=version, digest=digest, size=len(str(files)))
        self._files[digest] = dict(files)
        self._known.setdefault(service, {})[version] = artefact
        return artefact

    def add(self, service: str, version: str, archive: Path) -> Artefact:
        """Keeps the texts of an archive. Raises ArtefactError where it is none."""
        try:
            with tarfile.open(archive) as opened:
                files = {one.name: opened.extractfile(one).read().decode() for one in opened}  # type: ignore[union-attr]
        except tarfile.TarError as error:
            raise ArtefactError(f"The artefact is refused: it is no sound archive ({error}).") from error
        digest = _digest_of(files)
        self._files[digest] = files
        return Artefact(service=service, version=version, digest=digest, size=archive.stat().st_size)

    def name(self, artefact: Artefact) -> None:
        """From now on the version resolves to it. Raises ArtefactError where it resolves to another."""
        known = self._known.setdefault(artefact.service, {}).setdefault(artefact.version, artefact)
        if known.digest != artefact.digest:
            raise ArtefactError(f"{artefact.service} {artefact.version} is published already, with other bytes.")

    def resolve(self, service: str, version: str) -> Artefact:
        """The artefact of a version. Raises NotFoundError."""
        known = self._known.get(service, {})
        if version not in known:
            raise NotFoundError(f"There is no artefact of {service} {version}. Nearest: {', '.join(known)}.")
        return known[version]

    def versions(self, service: str) -> Sequence[str]:
        """Known versions, in the order they were published."""
        return list(self._known.get(service, {}))

    def fetch(self, artefact: Artefact, into: Path) -> Path:
        """Writes the files. Raises ArtefactError where they vanished or were tampered with."""
        files = self._files.get(artefact.digest)
        if files is None:
            raise ArtefactError(f"The artefact {artefact.digest} has vanished.")
        if _digest_of(files) != artefact.digest:
            raise ArtefactError(f"The artefact is refused: its bytes are not {artefact.digest}.")
        folder = into / f"{artefact.service}-{artefact.version}"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return folder

    def tamper(self, artefact: Artefact) -> None:
        """Changes the stored bytes."""
        self._files[artefact.digest] = {**self._files[artefact.digest], "added": "by somebody"}

    def lose(self, artefact: Artefact) -> None:
        """Deletes the stored bytes."""
        del self._files[artefact.digest]


def _digest_of(files: Mapping[str, str]) -> str:
    return "sha256:" + hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
