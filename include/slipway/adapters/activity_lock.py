"""Proof of death by a file lock: the kernel frees it when the last process that inherited it is gone."""

import fcntl
import re
import socket
import time
from pathlib import Path
from typing import IO

from slipway.domain.errors import SlipwayError

_PATIENCE_SECONDS = 0.5


class ActivityLockError(SlipwayError):
    """Another process works on this activity, or its name cannot be a file's."""


class FileActivityLock:
    """One file per activity below `folder`, on a local disk of this host."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def host(self) -> str:
        """The name of this host, as recorded with an activity."""
        return socket.gethostname()

    def hold(self, activity_id: str) -> IO[bytes]:
        """Takes the lock for this process and whoever inherits the file. Raises ActivityLockError."""
        path = self._path(activity_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
        until = time.monotonic() + _PATIENCE_SECONDS  # somebody who only looks has it for an instant
        while not _try(file, fcntl.LOCK_EX):
            if time.monotonic() >= until:
                file.close()
                raise ActivityLockError(
                    f"Activity {activity_id} was not started: a process of an earlier start still works on "
                    "it. Wait until it has ended, or let the activity be settled."
                )
            time.sleep(0.05)
        return file

    def is_free(self, activity_id: str, host: str) -> bool | None:
        """True: all holders are dead (or there never was one). False: one lives. None: another host's."""
        if host != self.host:
            return None
        try:
            file = self._path(activity_id).open("rb")
        except FileNotFoundError:
            return True
        with file:
            return _try(file, fcntl.LOCK_SH)

    def _path(self, activity_id: str) -> Path:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}", activity_id):
            raise ActivityLockError(f"{activity_id!r} cannot name a lock: use letters, digits, '.', '_' and '-'.")
        return self._folder / f"{activity_id}.lock"


def _try(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
