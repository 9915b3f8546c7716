"""A migration as its rules read it: both ways, as SQL and, for Alembic, as syntax trees."""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.adapters.migrations import alembic_files, sql_files
from slipway.adapters.migrations.in_child.statements import statements
from slipway.domain.migration_proof import MigrationFile


@dataclass(frozen=True, kw_only=True)
class Sql:
    """One statement that stands in the file, spaces and comments taken out."""

    text: str
    line: int
    in_transaction: bool = True

    def matches(self, pattern: str) -> re.Match[str] | None:
        """The first place where the pattern (spaces stand for any space) is found, whatever the case."""
        return re.search(pattern, self.text, re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One direction. `function` is None for plain SQL; `line` is where it begins."""

    line: int
    sql: Sequence[Sql]
    function: ast.FunctionDef | None = None

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Calls in it whose dotted name ends like one of these: `op.add_column`, `add_column`."""
        return calls(self.function, *names) if self.function else iter(())

    def any_sql(self, pattern: str) -> Iterator[tuple[Sql, re.Match[str]]]:
        """Statements that match."""
        return ((one, found) for one in self.sql if (found := one.matches(pattern)))


@dataclass(frozen=True, kw_only=True)
class Source:
    """One migration. `down` is None where there is no way down at all."""

    file: MigrationFile
    up: Way
    down: Way | None
    module: ast.Module | None = None

    def made_here(self, name: str) -> bool:
        """Whether its upgrade makes this table itself, so that nobody else can be using it."""
        created = rf"CREATE( UNLOGGED| TEMP| TEMPORARY)? TABLE( IF NOT EXISTS)? (\w+\.)?\"?{re.escape(name)}\"?\b"
        tables = (first_text(call) for call in self.up.calls("create_table"))
        return name in tables or any(one.matches(created) for one in self.up.sql)


def read_sources(folder: Path) -> Sequence[Source]:
    """All migrations of the artefact, oldest first, of whichever tool. Raises ServiceMigrationError."""
    if alembic_files.script_paths(folder):
        files = {file.revision: file for file in alembic_files.migration_files(folder)}
        return [_from_alembic(files[one.revision], one.tree) for one in alembic_files.scripts(folder)]
    files = {file.revision: file for file in sql_files.migration_files(folder)}
    return [
        Source(file=files[one.revision], up=_from_sql(one.up), down=_from_sql(one.down) if one.down else None)
        for one in sql_files.scripts(folder)
    ]


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls anywhere in the tree whose last name is one of these."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in names:
            yield node


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a name; calls within it are passed over, what is no name is empty."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return node.id if isinstance(node, ast.Name) else ""


def first_text(call: ast.Call, number: int = 0) -> str:
    """The text given as this argument, or nothing."""
    given = call.args[number] if len(call.args) > number else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def is_constant(node: ast.expr | None, value: object) -> bool:
    """Whether the expression is just this value."""
    return isinstance(node, ast.Constant) and node.value is value


def _from_alembic(file: MigrationFile, tree: ast.Module) -> Source:
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    up, down = (functions.get(name) for name in ("upgrade", "downgrade"))
    return Source(
        file=file,
        up=_way(up) if up else Way(line=1, sql=()),
        down=_way(down) if down else None,
        module=tree,
    )


def _way(function: ast.FunctionDef) -> Way:
    alone = [node for node in ast.walk(function) if isinstance(node, ast.With) and _is_block(node)]
    outside = {id(inner) for block in alone for inner in ast.walk(block)}
    found = [
        Sql(text=_plain(text), line=call.lineno, in_transaction=id(call) not in outside)
        for call in calls(function, "execute", "text", "exec_driver_sql")
        for text in statements(_text_of(call), "postgresql")
    ]
    return Way(line=function.lineno, sql=tuple(found), function=function)


def is_autocommit_block(node: ast.AST) -> bool:
    """`with op.get_context().autocommit_block():`"""
    return isinstance(node, ast.With) and _is_block(node)


def _is_block(node: ast.With) -> bool:
    return any(dotted(item.context_expr).endswith("autocommit_block") for item in node.items)


def _text_of(call: ast.Call) -> str:
    """The texts that stand in the first argument, whatever is put between them left out."""
    if not call.args or isinstance(call.args[0], ast.Call):
        return ""
    parts = (node.value for node in ast.walk(call.args[0]) if isinstance(node, ast.Constant))
    return "".join(part for part in parts if isinstance(part, str))


def _from_sql(path: Path) -> Way:
    text = path.read_text(encoding="utf-8")
    found, at = [], 0
    whole = sql_files.in_transaction(path)
    for statement in statements(text, _dialect_of(text)):
        at = max(at, text.find(statement, at))
        line = text.count("\n", 0, at) + 1
        found.append(Sql(text=_plain(statement), line=line, in_transaction=whole))
        at += len(statement)
    return Way(line=1, sql=tuple(found))


def _dialect_of(text: str) -> str:
    """Which of the two knows where the statements of this file end."""
    return "sqlite" if re.search(r"\bTRIGGER\b.*\bBEGIN\b", text, re.IGNORECASE | re.DOTALL) else "postgresql"


def _plain(text: str) -> str:
    bare = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL)
    return " ".join(bare.split())


Check = Callable[[Source], Iterator[tuple[int, str]]]
"""Line and words of each place that a rule does not like."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that hurts. `code` is stable; `why` and `instead` are its page."""

    code: str
    why: str
    instead: str
    check: Check
    dialects: frozenset[str] = frozenset({"postgresql", "sqlite"})
