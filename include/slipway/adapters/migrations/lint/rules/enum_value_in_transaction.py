"""A value is added to an enum outside a transaction."""

from collections.abc import Iterator

from slipway.adapters.migrations.lint.source import Rule, Source


def _check(source: Source) -> Iterator[tuple[int, str]]:
    for one, _ in source.up.any_sql(r"\bALTER TYPE\b.*\bADD VALUE\b"):
        if one.in_transaction:
            yield one.line, "an enum value is added inside a transaction"


RULE = Rule(
    code="enum_value_in_transaction",
    why="The new value cannot be used before the transaction ends, and PostgreSQL cannot take an enum value away: the "
    "downgrade has to build the type anew, and rows of the new value have to become something.",
    instead="Add it in a migration of its own, outside a transaction, with `IF NOT EXISTS`; or use a text column with "
    "a check, or a table of values.",
    check=_check,
    dialects=frozenset({"postgresql"}),
)
