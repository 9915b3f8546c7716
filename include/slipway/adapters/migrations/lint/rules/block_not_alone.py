"""An autocommit block stands alone in its migration."""

import ast
from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source, Way, calls, is_autocommit_block


def _check(source: Source) -> Iterator[tuple[int, str]]:
    for way in (source.up, source.down):
        if way is not None and way.function is not None:
            yield from _in(way, way.function)


def _in(way: Way, function: ast.FunctionDef) -> Iterator[tuple[int, str]]:
    blocks = [node for node in ast.walk(function) if is_autocommit_block(node)]
    inside = {id(inner) for block in blocks for inner in ast.walk(block)}
    others = [node for statement in function.body for node in ast.walk(statement) if id(node) not in inside]
    work = [node for node in others if isinstance(node, ast.Call) and _changes(node)]
    if blocks and work:
        yield work[0].lineno, f"{function.name} does something beside its autocommit block"
    if len(blocks) > 1:
        yield blocks[1].lineno if isinstance(blocks[1], ast.With) else way.line, "there is a second autocommit block"


def _changes(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and not any(calls(call, "get_context", "get_bind", "inspect"))


RULE = Rule(
    code="block_not_alone",
    why="What stands before an autocommit block is committed when the block begins. Where the migration then fails, "
    "half of it stays, and the next run fails on what is there already.",
    instead="Put the block into a migration of its own, and write it so that it can be run twice (`IF NOT EXISTS`).",
    check=_check,
    dialects=frozenset({"postgresql"}),
)
