"""A new column that must be filled has a default."""

import ast
from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source, calls, first_text, is_constant, keyword

_SQL = r"\bALTER TABLE( IF EXISTS)?( ONLY)? (?P<table>[\w.\"]+).*\bADD (?!CONSTRAINT\b).*\bNOT NULL\b"


def _check(source: Source) -> Iterator[tuple[int, str]]:
    for call in source.up.calls("add_column"):
        for column in calls(call, "Column"):
            must = is_constant(keyword(column, "nullable"), value=False)
            filled = keyword(column, "server_default") is not None or _computed(column)
            if must and not filled and not source.made_here(first_text(call)):
                yield call.lineno, f"{first_text(column) or 'a column'} must be filled, and has no default"
    for one, found in source.up.any_sql(_SQL):
        default = one.matches(r"\b(DEFAULT|GENERATED|(BIG|SMALL)?SERIAL)\b")
        if not default and not source.made_here(found["table"].rpartition(".")[2].strip('"')):
            yield one.line, "a column must be filled, and has no default"


def _computed(column: ast.Call) -> bool:
    return any(True for _ in calls(column, "Computed", "Identity"))


RULE = Rule(
    code="not_null_without_default",
    why="It fails on a table with rows, and the version that still runs inserts rows without it.",
    instead="Add it without NOT NULL, fill it in batches, and demand it in a post migration of a later release.",
    check=_check,
)
