"""Where tests write: in memory where there is room for all of it.

Databases are hundreds of small files; making one on disk takes ten times as long, and there are thousands of them.
"""

import os
import shutil
import tempfile
from pathlib import Path

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - folders with names of their own in it
_ROOM = 4 * 1024**3
"""Bytes; a whole session wrote less than one of the four."""
ON_DISK = Path(tempfile.gettempdir())
"""Where whatever must outlast the session goes."""


def write_in_memory() -> None:
    """From now on, of all that asks for a temporary folder, child processes too. TMPDIR says otherwise where set."""
    if "TMPDIR" not in os.environ and os.access(_IN_MEMORY, os.W_OK) and _has_room_and_runs_programs():
        os.environ["TMPDIR"] = tempfile.tempdir = str(_IN_MEMORY)


def _has_room_and_runs_programs() -> bool:
    """Containers often have a small one, or one from which nothing is executed."""
    return shutil.disk_usage(_IN_MEMORY).free >= _ROOM and not os.statvfs(_IN_MEMORY).f_flag & os.ST_NOEXEC
