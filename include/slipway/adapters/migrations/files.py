"""The migrations that an artefact carries, read from its files without running any of them."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from slipway.catalogue.problems import nearest
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Declared, Reversibility

FOLDER = "migrations"
OLD_VERSION = "old_version.sql"
"""Statements as the version's own code sends them: no part of any migration."""
_ENVIRONMENT = Path(__file__).with_name("environment") / "env.py"
_NAMES = [kind.value for kind in Reversibility]
_KINDS = ", ".join(_NAMES)
_FORM = 'reversibility must be {"kind": …, "reason": …}, both written out'


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
    """The declaration as a value. Raises ServiceMigrationError saying all that is wrong, and what is allowed."""
    if not isinstance(value, Mapping):
        raise ServiceMigrationError(f"{where}: {_FORM}; kinds: {_KINDS}")
    wrong = [*_flaws_of_form(value), *_flaws_of_kind(value.get("kind")), *_flaws_of_reason(value.get("reason"))]
    if wrong:
        raise ServiceMigrationError("; ".join(f"{where}: {each}" for each in wrong))
    return Declared(kind=Reversibility(value["kind"]), reason=" ".join(value["reason"].split()))


def _flaws_of_form(value: Mapping[Any, Any]) -> Iterator[str]:
    if other := ", ".join(sorted(str(name) for name in value.keys() - {"kind", "reason"})):
        yield f"{_FORM}, and nothing else: {other}"


def _flaws_of_kind(kind: object) -> Iterator[str]:
    if kind in list(Reversibility):
        return
    said = "reversibility has no kind" if kind is None else f"the kind of reversibility {kind!r} is none"
    close = nearest(kind, _NAMES) if isinstance(kind, str) else None
    yield f"{said} of: {_KINDS}{f' (did you mean {close}?)' if close else ''}"


def _flaws_of_reason(reason: object) -> Iterator[str]:
    if not isinstance(reason, str) or not reason.strip():
        yield 'reversibility needs a reason, "reason": "…": why is it so?'


def _named(path: Path, folder: Path) -> bytes:
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{path.relative_to(folder)}\0{content}\n".encode()


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
