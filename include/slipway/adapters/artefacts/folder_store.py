"""A content-addressed store in a folder: `sha256/<hex>.tar`; `<service>/<version>.json` names the digest."""

import contextlib
import difflib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from slipway.adapters.artefacts.archive import digest_of, disk_errors, pack, unpack
from slipway.domain.artefact_name import NAME
from slipway.domain.errors import ArtefactError, NotFoundError
from slipway.ports.outside.artefacts import Artefact

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class FolderArtefacts:
    """Artefacts below one folder. A version never changes once it is published."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def publish(self, service: str, version: str, source: Path) -> Artefact:
        """Stores the folder as this version. Raises ArtefactError where it exists with other bytes."""
        self._check_name(service)
        self._check_name(version)
        if not source.is_dir():
            raise ArtefactError(f"{source} is no folder: nothing was published as {service} {version}.")
        with disk_errors(f"store {service} {version}"):
            with self._passing_file() as file:
                digest = pack(source, file)
                file.flush()
                os.fsync(file.fileno())
                artefact = Artefact(service=service, version=version, digest=digest, size=file.tell())
                self._settle_in(file, digest)
            return self._register(artefact)

    def add(self, service: str, version: str, archive: Path) -> Artefact:
        """Keeps the bytes of an archive as they are, unnamed. Raises ArtefactError where it is no sound one."""
        self._check_name(service)
        self._check_name(version)
        with disk_errors(f"store {service} {version}"), self._passing_file() as file:
            with archive.open("rb") as stream:
                shutil.copyfileobj(stream, file)
            file.flush()
            os.fsync(file.fileno())
            artefact = Artefact(service=service, version=version, digest=digest_of(Path(file.name)), size=file.tell())
            with tempfile.TemporaryDirectory(dir=self._folder / "sha256", prefix=".check-") as scratch:
                file.seek(0)
                unpack(file, Path(scratch) / "content", artefact.digest)
            self._settle_in(file, artefact.digest)
        return artefact

    def name(self, artefact: Artefact) -> None:
        """Makes the version resolve to bytes that were added. Raises ArtefactError where it has others already."""
        with disk_errors(f"store {artefact.service} {artefact.version}"):
            self._register(artefact)

    def resolve(self, service: str, version: str) -> Artefact:
        """The artefact of a version. Raises NotFoundError naming the nearest versions."""
        known = self.versions(service)
        if version not in known:
            near = difflib.get_close_matches(version, known, n=3, cutoff=0.3) or known[-3:]
            hint = f"Nearest: {', '.join(near)}." if near else "Nothing of this service was ever published."
            raise NotFoundError(f"There is no artefact of {service} {version}. {hint}")
        path = self._entry(service, version)
        try:
            facts = json.loads(path.read_text())
            artefact = Artefact(service=service, version=version, digest=facts["digest"], size=facts["size"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtefactError(f"{path} is damaged ({error!r}); publish {service} as a new version.") from error
        if not _DIGEST.fullmatch(artefact.digest):
            raise ArtefactError(f"{path} names no digest but {artefact.digest!r}; publish a new version.")
        return artefact

    def versions(self, service: str) -> Sequence[str]:
        """Known versions, oldest first: numbers count as numbers, so 1.9 comes before 1.10."""
        if not NAME.fullmatch(service):
            return []
        names = [path.name.removesuffix(".json") for path in (self._folder / service).glob("[!.]*.json")]
        return sorted(names, key=_by_number)

    def fetch(self, artefact: Artefact, into: Path) -> Path:
        """Unpacks the verified bytes below `into` and returns the folder. Raises ArtefactError."""
        self._check_name(artefact.version)
        target = into / f"{artefact.service}-{artefact.version}-{artefact.digest[7:19]}"
        passing = target.with_name(f".{target.name}.{os.getpid()}")
        with disk_errors(f"unpack {artefact.service} {artefact.version}"):
            try:
                stream = self._archive(artefact.digest).open("rb")
            except FileNotFoundError:
                raise ArtefactError(
                    f"The artefact of {artefact.service} {artefact.version} ({artefact.digest}) has vanished "
                    f"from {self._folder}. Restore it from a backup, or publish and release a new version."
                ) from None
            with stream:
                shutil.rmtree(passing, ignore_errors=True)
                unpack(stream, passing, artefact.digest)
            shutil.rmtree(target, ignore_errors=True)
            passing.rename(target)
        return target

    def _settle_in(self, file: IO[bytes], digest: str) -> None:
        passing = self._archive(digest).with_suffix(f".{os.getpid()}")
        passing.unlink(missing_ok=True)
        os.link(file.name, passing)
        passing.replace(self._archive(digest))

    def _register(self, artefact: Artefact) -> Artefact:
        entry = self._entry(artefact.service, artefact.version)
        entry.parent.mkdir(parents=True, exist_ok=True)
        facts = {"digest": artefact.digest, "size": artefact.size}
        with self._passing_file() as file:
            file.write(json.dumps(facts).encode())
            file.flush()
            try:
                os.link(file.name, entry)  # whole or not at all, and never over another
            except FileExistsError:
                known = self.resolve(artefact.service, artefact.version)
                if known.digest != artefact.digest:
                    raise ArtefactError(
                        f"{artefact.service} {artefact.version} is published already, with other bytes "
                        f"({known.digest}). A version never changes: publish these as a new version."
                    ) from None
        return artefact

    @contextlib.contextmanager
    def _passing_file(self) -> Iterator[IO[bytes]]:
        archives = self._folder / "sha256"
        archives.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=archives, prefix=".publish-") as file:  # its link outlives it
            yield file

    def _archive(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise ArtefactError(f"{digest!r} is no digest of an artefact; it must be sha256:<64 hex digits>.")
        return self._folder / "sha256" / f"{digest[7:]}.tar"

    def _entry(self, service: str, version: str) -> Path:
        return self._folder / service / f"{version}.json"

    def _check_name(self, name: str) -> None:
        if not NAME.fullmatch(name) or name == "sha256":
            raise ArtefactError(f"{name!r} cannot name an artefact: use letters, digits, '.', '_', '+' and '-'.")


def _by_number(version: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"\d+|[^\d.]+", version)
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]
