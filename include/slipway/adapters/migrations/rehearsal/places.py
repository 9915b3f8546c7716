"""Folders for rows of an environment: they go with their rehearsal, or, where it was killed, with the next one."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PREFIX = "slipway_rehearsal_"
"""Of the names of all that a rehearsal makes."""


@contextmanager
def swept_folder(above: Path, prefix: str) -> Iterator[Path]:
    """One that only its owner reads. Others of this prefix that nobody holds any more are removed first."""
    above.mkdir(parents=True, exist_ok=True)
    _sweep(above, prefix)
    folder, lock = _held(above, prefix)
    with lock:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _held(above: Path, prefix: str) -> tuple[Path, IO[str]]:
    """Somebody else may sweep what is not locked yet: then it is made anew."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=above, prefix=prefix))
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock.fileno()).st_nlink:
            return folder, lock
        lock.close()


def _sweep(above: Path, prefix: str) -> None:
    for lock in above.glob(f"{prefix}*/lock"):
        try:
            with lock.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # held, somebody else's, or gone by now
            continue
