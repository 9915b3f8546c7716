"""SQLite tables are not rebuilt while foreign keys act."""

import ast
from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source

_ON = r"\bPRAGMA foreign_keys ?= ?(ON|1|TRUE|YES)\b"


def _check(source: Source) -> Iterator[tuple[int, str]]:
    for way in (source.up, source.down):
        if way is None:
            continue
        rebuilt = any(True for _ in way.calls("batch_alter_table")) or any(True for _ in way.any_sql(r"\bDROP TABLE\b"))
        for one, _ in way.any_sql(_ON):
            if rebuilt:
                yield one.line, "foreign keys are switched on in a migration that rebuilds a table"
    if source.module is not None and any(_listens(node) for node in ast.walk(source.module)):
        yield 1, "it listens to connections: foreign keys may be switched on behind its back"


def _listens(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "listens_for"


RULE = Rule(
    code="batch_with_foreign_keys",
    why="SQLite rebuilds a table by dropping the old one; with foreign keys on, ON DELETE CASCADE empties every table "
    "that refers to it.",
    instead="Leave foreign keys off, as migrations here begin, and check with `PRAGMA foreign_key_check`.",
    check=_check,
    dialects=frozenset({"sqlite"}),
)
