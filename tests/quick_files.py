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
    if "TMPDIR" not in os.environ and os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free >= _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_IN_MEMORY)
