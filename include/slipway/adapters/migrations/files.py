"""The migrations that an artefact carries, read from its files without running any of them."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Declared, Reversibility

FOLDER = "migrations"
OLD_VERSION = "old_version.sql"
"""Statements as the version's own code sends them: no part of any migration."""
_ENVIRONMENT = Path(__file__).with_name("environment") / "env.py"
_KINDS = ", ".join(kind.value for kind in Reversibility)


def shared_hash(folder: Path, own: frozenset[Path]) -> bytes:
    """Of what all migrations of an artefact share: our environment, and files beside the scripts that they may read."""
    whole = hashlib.sha256(_ENVIRONMENT.read_bytes())
    for path in _files_below(folder / FOLDER):
        if path not in own and path != folder / FOLDER / OLD_VERSION:
            whole.update(_named(path, folder))
    return whole.digest()


def hash_of(paths: tuple[Path, ...], folder: Path, shared: bytes) -> str:
    """Of one migration: its own files by name and content, and what all share."""
    return hashlib.sha256(shared + b"".join(_named(path, folder) for path in paths)).hexdigest()


def declared(value: object, where: str) -> Declared:
    """The declaration as a value. Raises ServiceMigrationError saying what is allowed."""
    if not isinstance(value, Mapping) or set(value) != {"kind", "reason"}:
        raise ServiceMigrationError(f'{where}: reversibility must be {{"kind": …, "reason": …}}, both written out')
    kind, reason = value["kind"], value["reason"]
    if kind not in set(Reversibility):
        raise ServiceMigrationError(f"{where}: the kind of reversibility {kind!r} is none of: {_KINDS}")
    if not isinstance(reason, str) or not reason.strip():
        raise ServiceMigrationError(f"{where}: reversibility needs a reason: why is it {kind}?")
    return Declared(kind=Reversibility(kind), reason=" ".join(reason.split()))


def _named(path: Path, folder: Path) -> bytes:
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{path.relative_to(folder)}\0{content}\n".encode()


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
