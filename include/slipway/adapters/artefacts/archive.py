"""Turns a folder into the one archive of its content, and back, verified."""

import contextlib
import errno
import hashlib
import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from slipway.domain.errors import ArtefactError

if TYPE_CHECKING:
    from typing_extensions import Buffer

_LEFT_OUT = ("__pycache__", ".git")
MOST_UNPACKED = 8 << 30
"""Bytes: a small archive can be made to unpack without end."""


def pack(folder: Path, into: IO[bytes]) -> str:
    """Writes a tar that depends on names, contents and the executable bit only; returns `sha256:<hex>`."""
    hashing = _HashingWriter(into)
    with tarfile.open(mode="w|", fileobj=hashing, format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(folder.rglob("*"), key=lambda each: each.relative_to(folder).as_posix()):
            name = path.relative_to(folder)
            if set(name.parts) & set(_LEFT_OUT) or path.is_dir():
                continue
            if path.is_symlink() or not path.is_file():
                raise ArtefactError(f"{path} is neither a file nor a folder; an artefact holds only these.")
            _add(archive, path, name.as_posix())
    return hashing.digest


def digest_of(archive: Path) -> str:
    """The digest of an archive's bytes as they are. Raises OSError."""
    with archive.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def unpack(stream: IO[bytes], into: Path, digest: str) -> None:
    """Unpacks into a new folder and keeps it only where what was read has this digest."""
    hashing = _HashingReader(stream)
    into.mkdir(parents=True)
    try:
        with tarfile.open(mode="r|*", fileobj=hashing) as archive:
            _extract(archive, into)
        hashing.drain()
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as error:  # the last two: headers of nonsense
        shutil.rmtree(into, ignore_errors=True)
        raise ArtefactError(f"The artefact {digest} is refused: it is no sound archive ({error}).") from error
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise
    if hashing.digest != digest:
        shutil.rmtree(into, ignore_errors=True)
        raise ArtefactError(
            f"The artefact is refused: its bytes are {hashing.digest}, not {digest} as recorded. "
            "Somebody changed it after it was published; publish it again as a new version."
        )


@contextlib.contextmanager
def disk_errors(doing: str) -> Iterator[None]:
    """Turns an error of the file system into one that says what to do."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        advice = "The disk is full: make room, then retry." if full else "Check the store's folder, then retry."
        raise ArtefactError(f"Could not {doing}: {error.strerror or error}. {advice}") from error


def _extract(archive: tarfile.TarFile, into: Path) -> None:
    """Plain files below `into`, and folders for them. (Tarfile's own filters are missing before Python 3.11.4.)"""
    left = MOST_UNPACKED
    for entry in archive:
        name = PurePosixPath(entry.name)
        if not (entry.isfile() or entry.isdir()) or name.is_absolute() or ".." in name.parts:
            raise ArtefactError(f"The artefact is refused: {entry.name!r} in it is no plain file below its folder.")
        if entry.isdir():
            continue
        left -= entry.size
        if left < 0:
            raise ArtefactError(f"The artefact is refused: unpacked it is larger than {MOST_UNPACKED >> 30} GiB.")
        content = archive.extractfile(entry)
        if content is None:
            raise ArtefactError(f"The artefact is refused: {entry.name!r} in it has no content.")
        path = into.joinpath(*name.parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                shutil.copyfileobj(content, file)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise ArtefactError(f"The artefact is refused: {entry.name!r} is in it twice.") from error
        path.chmod(0o755 if entry.mode & 0o100 else 0o644)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = path.stat().st_size
    entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
    with path.open("rb") as file:
        archive.addfile(entry, file)


class _HashingWriter(io.BufferedIOBase):
    def __init__(self, into: IO[bytes]) -> None:
        super().__init__()
        self._into = into
        self._hash = hashlib.sha256()

    def write(self, data: "Buffer") -> int:
        self._hash.update(data)
        return self._into.write(data)

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"


class _HashingReader(io.BufferedIOBase):
    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self._hash = hashlib.sha256()

    def read(self, size: int | None = -1) -> bytes:
        data = self._stream.read(-1 if size is None else size)
        self._hash.update(data)
        return data

    def drain(self) -> None:
        while self.read(1 << 20):
            pass

    @property
    def digest(self) -> str:
        return f"sha256:{self._hash.hexdigest()}"
