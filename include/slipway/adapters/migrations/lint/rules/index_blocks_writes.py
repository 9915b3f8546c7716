"""An index on a table with rows is built concurrently."""

from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source, first_text, is_constant, keyword

_SQL = r"\bCREATE( UNIQUE)? INDEX (?!CONCURRENTLY\b).*?\bON( ONLY)? (?P<table>[\w.\"]+)"


def _check(source: Source) -> Iterator[tuple[int, str]]:
    for call in source.up.calls("create_index"):
        table = first_text(call, 1)
        if not is_constant(keyword(call, "postgresql_concurrently"), value=True) and not source.made_here(table):
            yield call.lineno, f"the index {first_text(call)} on {table or 'a table'} is not built concurrently"
    for one, found in source.up.any_sql(_SQL):
        if not source.made_here(found["table"].rpartition(".")[2].strip('"')):
            yield one.line, f"an index on {found['table']} is not built concurrently"


RULE = Rule(
    code="index_blocks_writes",
    why="Nobody can write to the table until the index is built.",
    instead="`CREATE INDEX CONCURRENTLY` in a migration of its own, outside a transaction; drop it concurrently "
    "`IF EXISTS` first, so that a run that broke off can be repeated.",
    check=_check,
    dialects=frozenset({"postgresql"}),
)
