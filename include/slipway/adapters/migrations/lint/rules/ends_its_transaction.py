"""A migration does not begin or end transactions itself."""

from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source

_SQL = r"^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|END|ABORT)( WORK| TRANSACTION| IMMEDIATE)?;?$"


def _check(source: Source) -> Iterator[tuple[int, str]]:
    for way in (source.up, source.down):
        if way is None:
            continue
        for one, found in way.any_sql(_SQL):
            yield one.line, f"it says {found[0]}"
        for call in way.calls("commit", "rollback"):
            yield call.lineno, "it ends the transaction"


RULE = Rule(
    code="ends_its_transaction",
    why="Each migration has its transaction already. One that ends it leaves half of itself behind when it fails, and "
    "nobody can tell.",
    instead="Leave it out. What cannot run in a transaction goes into an autocommit block, or a file with the header "
    "`-- no transaction`, by itself.",
    check=_check,
)
