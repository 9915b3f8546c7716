"""Folders with copies of data, told apart from those whose owner was killed."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "slipway_rehearsal_"
_LOCK = "lock"


@contextmanager
def scratch_folder(above: Path, name: str) -> Iterator[Path]:
    """A folder for nobody else, which goes at the end. What killed owners left beside it goes first."""
    above.mkdir(parents=True, exist_ok=True)
    _sweep(above)
    folder, begun = above / f"{PREFIX}{name}", above / f".{PREFIX}{name}"
    begun.mkdir(mode=0o700)
    with _lock_of(begun) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        begun.rename(folder)  # nobody sees it by that name before it is locked
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(above: Path) -> None:
    """A folder of ours whose lock is free has no owner."""
    for folder in above.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with _lock_of(folder) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock_of(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
