"""Where a service's suites are, and a hash that changes with any of them."""

import hashlib
from pathlib import Path

from slipway.domain.json_value import sha256_of
from slipway.ports.rehearsal import Suites


def suites_in(folder: Path) -> Suites | None:
    """None where there is no such folder, or nothing in it."""
    if not folder.is_dir():
        return None
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if not files:
        return None
    hashes = [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in files]
    return Suites(folder=folder, sha256=sha256_of(hashes))
