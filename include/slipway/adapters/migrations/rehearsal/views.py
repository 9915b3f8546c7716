"""Which columns of which tables are compared."""

from collections.abc import Collection, Sequence

from slipway.adapters.migrations.rehearsal.laboratory import View
from slipway.adapters.migrations.rehearsal.shapes import Change, Table


def base_views(tables: Sequence[Table], excluded: Collection[str]) -> Sequence[View]:
    """Every column of the old schema, but those that the service excludes with a reason."""
    return [
        View(
            table=table,
            columns=[name for name in table.names if f"{table.name}.{name}" not in excluded],
            was=table.name,
        )
        for table in tables
        if table.columns
    ]


def head_views(change: Change, excluded: Collection[str]) -> Sequence[View]:
    """Of the new schema the old columns that are still there; of new tables only how many rows they have."""
    old = []
    for pair in change.pairs:
        kept = [
            now.name
            for each in pair.before.columns
            if (now := pair.now(each)) and not now.generated and f"{pair.before.name}.{each.name}" not in excluded
        ]
        old.append(View(table=pair.after, columns=kept, was=pair.before.name))
    return [*old, *(View(table=each, columns=(), was=each.name) for each in change.new)]


def new_things(change: Change) -> Sequence[str]:
    """Columns and tables that a downgrade takes away, with what is in them."""
    columns = [f"{pair.after.name}.{each.name}" for pair in change.pairs for each in pair.new_columns]
    return [*columns, *(each.name for each in change.new)]
