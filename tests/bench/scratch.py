"""Where a measurement writes: forgotten where all went well, kept where something broke off."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder. An error in the block says where the folder is kept: nothing else knows the cause by then."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        try:
            yield root
        except Exception as error:
            kept = root.rename(f"{root}-kept")
            error.add_note(f"What was written is kept in {kept}; the logs of a platform are in platform/home/logs.")
            raise
