"""What the version in use may still need is taken away by a post migration only."""

from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source, dotted, first_text, keyword
from slipway.domain.migration_proof import Phase

_SQL = (
    r"\bDROP TABLE( IF EXISTS)? (?P<table>[\w.\"]+)"
    r"|\bALTER TABLE( IF EXISTS)?( ONLY)? (?P<altered>[\w.\"]+)"
    r" (DROP (?!CONSTRAINT)\w|RENAME (?!CONSTRAINT)|.*\bDROP COLUMN\b)"
)


def _check(source: Source) -> Iterator[tuple[int, str]]:
    if source.file.phase is Phase.POST:
        return
    for call in source.up.calls("drop_column", "drop_table", "rename_table"):
        if not source.made_here(first_text(call)):
            name = dotted(call.func).rpartition(".")[2]
            yield call.lineno, f"{name} {first_text(call)} before the version in use is gone"
    for call in source.up.calls("alter_column"):
        if keyword(call, "new_column_name") is not None:
            yield call.lineno, f"a column of {first_text(call)} is renamed under the version in use"
    for one, found in source.up.any_sql(_SQL):
        table = (found["table"] or found["altered"]).rpartition(".")[2].strip('"')
        if not source.made_here(table):
            yield one.line, f"`{found[0]}` before the version in use is gone"


RULE = Rule(
    code="contracts_too_early",
    why="While a deploy runs, and after a rollback, the version before works on the new schema: it breaks, and what it "
    "wrote there is lost.",
    instead="Stop using it in this release. Drop it in a post migration (`…_post.py`, `.post.up.sql`), which runs in "
    "a later release.",
    check=_check,
)
