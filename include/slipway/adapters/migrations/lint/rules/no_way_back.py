"""A migration without a way back says so."""

import ast
from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source


def _check(source: Source) -> Iterator[tuple[int, str]]:
    if source.file.declared is not None:  # whether that is true, the rehearsal shows
        return
    if source.down is None:
        yield source.up.line, "there is no way down"
        return
    function = source.down.function
    if function is None:
        if not source.down.sql:
            yield source.down.line, "the way down is empty"
        return
    body = [node for node in function.body if not _says_nothing(node)]
    if not body:
        yield function.lineno, "downgrade does nothing"
    elif isinstance(body[0], ast.Raise):
        yield body[0].lineno, "downgrade only raises"


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


RULE = Rule(
    code="no_way_back",
    why="An empty downgrade ends well and leaves everything as it is: at a rollback it says that the schema is back.",
    instead="Write the downgrade, or declare its `reversibility` and why nothing is to be done.",
    check=_check,
)
