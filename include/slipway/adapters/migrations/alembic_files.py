"""Reads `migrations/versions/*.py`: revision, what it follows and what it declares, by syntax tree, never by import."""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from slipway.adapters.migrations.files import FOLDER, declared, hash_of, shared_hash
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Declared, MigrationFile, Phase

POST = "_post"
"""The end of a post migration's file name, before `.py`."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """One file, as written."""

    path: Path
    tree: ast.Module
    revision: str
    follows: tuple[str, ...]
    declared: Declared | None

    @property
    def phase(self) -> Phase:
        """By the file's name."""
        return Phase.POST if self.path.stem.endswith(POST) else Phase.PRE


def script_paths(folder: Path) -> Sequence[Path]:
    """The files that Alembic would load."""
    return sorted((folder / FOLDER / "versions").glob("*.py"))


def scripts(folder: Path) -> Sequence[Script]:
    """Every migration, oldest first. Raises ServiceMigrationError naming every file that does not say what it is."""
    found: dict[str, Script] = {}
    wrong: list[str] = []
    for path in script_paths(folder):
        script = _read(path, wrong)
        if script is None:
            continue
        if script.revision in found:
            wrong.append(
                f"{path.name} and {found[script.revision].path.name} are both revision {script.revision}: rename one."
            )
        found.setdefault(script.revision, script)
    if wrong:
        raise ServiceMigrationError(" ".join([*wrong, *_lost(folder, found)]))
    try:
        order = TopologicalSorter({one.revision: one.follows for one in found.values()}).static_order()
        return [found[revision] for revision in order if revision in found]
    except CycleError as error:
        raise ServiceMigrationError(f"The migrations follow each other in a circle: {error.args[1]}.") from None


def follows_nothing(one: Script, lost: Collection[str]) -> str:
    """That a migration comes after one which the artefact does not carry."""
    return (
        f"{one.path.name} follows {', '.join(sorted(lost))}, which the artefact does not carry: add that file, or mend"
        " down_revision."
    )


def migration_files(folder: Path) -> tuple[MigrationFile, ...]:
    """The same as values, with the hash of each."""
    found = scripts(folder)
    shared = shared_hash(folder, frozenset(one.path for one in found))
    return tuple(
        MigrationFile(
            revision=one.revision,
            path=str(one.path.relative_to(folder)),
            sha256=hash_of((one.path,), folder, shared),
            declared=one.declared,
            phase=one.phase,
        )
        for one in found
    )


def _lost(folder: Path, found: Mapping[str, Script]) -> Iterator[str]:
    """Only where every file told its revision: else it may be that of one which could not be read."""
    if len(found) < len(script_paths(folder)):
        return
    for one in found.values():
        if lost := set(one.follows) - found.keys():
            yield follows_nothing(one, lost)


def _read(path: Path, wrong: list[str]) -> Script | None:
    """As far as it says what it is; what is wrong with it is added."""
    try:
        tree = ast.parse(path.read_bytes(), filename=path.name)
    except (SyntaxError, ValueError) as error:
        wrong.append(f"{path.name} is not valid Python: {error}.")
        return None
    values = _assigned(tree)
    read = {name: _checked(values.get(name), path, name, wrong) for name in ("revision", "down_revision")}
    revision, follows = read["revision"], read["down_revision"]
    if not isinstance(revision, str) or not revision:
        wrong.append(f'{path.name} has no revision: write revision = "…" at its top level.')
        return None
    names = (follows,) if isinstance(follows, str) else tuple(follows) if isinstance(follows, tuple | list) else ()
    return Script(
        path=path, tree=tree, revision=revision, follows=names, declared=_said(values.get("reversibility"), path, wrong)
    )


def _said(node: ast.expr | None, path: Path, wrong: list[str]) -> Declared | None:
    if node is None:
        return None
    try:
        return declared(_literal(node, path, "reversibility"), path.name)
    except ServiceMigrationError as error:
        wrong.append(f"{str(error).rstrip('.')}.")
        return None


def _checked(node: ast.expr | None, path: Path, name: str, wrong: list[str]) -> object:
    try:
        return _literal(node, path, name)
    except ServiceMigrationError as error:
        wrong.append(str(error))
        return None


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """Top-level assignments, `a, b = 1, 2` included."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = node.value
        if isinstance(node, ast.Assign):
            for target in node.targets:
                found |= _named(target, node.value)
    return found


def _named(target: ast.expr, value: ast.expr) -> dict[str, ast.expr]:
    if isinstance(target, ast.Name):
        return {target.id: value}
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=False)
        return {name.id: each for name, each in pairs if isinstance(name, ast.Name)}
    return {}


def _literal(node: ast.expr | None, path: Path, name: str) -> object:
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        raise ServiceMigrationError(
            f"{path.name}:{node.lineno}: {name} must be written out: it is read without running the file."
        ) from None
