"""Reads `migrations/sql/NNNN_name.up.sql` and `.down.sql`; a post migration is `NNNN_name.post.up.sql`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.adapters.migrations.files import FOLDER, declared, hash_of, shared_hash
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Declared, MigrationFile, Phase

_NAME = re.compile(r"(?P<revision>[0-9]+)_(?P<words>[a-z0-9_]+)(?P<post>\.post)?\.(?P<way>up|down)\.sql")
_FIELD = re.compile(r"--\s*(reversibility|reason)\s*:\s*(.*)")
NO_TRANSACTION = "-- no transaction"
"""A line of the header: the statements run one by one, each for itself."""


@dataclass(frozen=True, kw_only=True)
class SqlScript:
    """One migration: the way up and, where there is one, the way down."""

    revision: str
    up: Path
    down: Path | None
    phase: Phase


def script_paths(folder: Path) -> Sequence[Path]:
    """All files of this kind, ours by name or not."""
    return sorted((folder / FOLDER / "sql").glob("*.sql"))


def scripts(folder: Path) -> Sequence[SqlScript]:
    """Every migration, in the order of their numbers. Raises ServiceMigrationError where a name says nothing."""
    ups: dict[str, tuple[Path, Phase]] = {}
    downs: dict[str, Path] = {}
    stems: dict[str, str] = {}
    for path in script_paths(folder):
        name = _NAME.fullmatch(path.name)
        if name is None:
            raise ServiceMigrationError(
                f"{path.name} is no name of a migration: it must be NNNN_name.up.sql, .down.sql, or .post.up.sql."
            )
        revision, stem = name["revision"], path.name.removesuffix(f".{name['way']}.sql")
        if stems.setdefault(revision, stem) != stem:
            raise ServiceMigrationError(f"{stem} and {stems[revision]} are both revision {revision}: renumber one.")
        if name["way"] == "up":
            ups[revision] = path, Phase.POST if name["post"] else Phase.PRE
        else:
            downs[revision] = path
    if lost := sorted(downs.keys() - ups.keys()):
        raise ServiceMigrationError(f"There is a .down.sql without its .up.sql: {', '.join(lost)}.")
    return [
        SqlScript(revision=revision, up=ups[revision][0], down=downs.get(revision), phase=ups[revision][1])
        for revision in sorted(ups, key=lambda each: (int(each), each))
    ]


def migration_files(folder: Path) -> tuple[MigrationFile, ...]:
    """The same as values, with the hash of each."""
    found = scripts(folder)
    said = _declarations(found)
    shared = shared_hash(folder, frozenset(script_paths(folder)))
    return tuple(
        MigrationFile(
            revision=one.revision,
            path=str(one.up.relative_to(folder)),
            sha256=hash_of((one.up,) if one.down is None else (one.up, one.down), folder, shared),
            declared=said[one.revision],
            phase=one.phase,
        )
        for one in found
    )


def header(path: Path) -> Sequence[str]:
    """The comment lines before the first statement."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.lstrip().startswith("--"):
            break
        lines.append(line.strip())
    return lines


def in_transaction(path: Path) -> bool:
    """Whether the file runs in one transaction."""
    return NO_TRANSACTION not in (line.lower() for line in header(path))


def _declarations(found: Sequence[SqlScript]) -> Mapping[str, Declared | None]:
    """By revision. Raises ServiceMigrationError naming all files whose header says something else than is allowed."""
    said: dict[str, Declared | None] = {}
    wrong = []
    for one in found:
        try:
            said[one.revision] = _declared(one.up)
        except ServiceMigrationError as error:
            wrong.append(f"{error}.")
    if wrong:
        raise ServiceMigrationError(" ".join(wrong))
    return said


def _declared(path: Path) -> Declared | None:
    said = {match[1]: match[2].strip() for line in header(path) if (match := _FIELD.fullmatch(line))}
    if not said:
        return None
    return declared({"kind": said.get("reversibility"), "reason": said.get("reason", "")}, path.name)
