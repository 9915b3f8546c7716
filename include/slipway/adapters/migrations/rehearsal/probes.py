"""Which rows a probe writes through the new schema: copies of old ones, one for each thing that changed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from slipway.adapters.migrations.rehearsal.laboratory import Values
from slipway.adapters.migrations.rehearsal.shapes import Pair, Reference, Table, quote

_AS_IT_IS = "a copy of an old row"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A row to write: as its template, except for `values` (column → expressions to try)."""

    label: str
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    """Columns that were unique and need not be any more: they keep the template's values."""
    refused_before: str | None = None
    """The check that such a row did not pass before."""

    @property
    def plain(self) -> bool:
        """An exact copy, but for its keys."""
        return not self.values


PLAIN = Variant(label=_AS_IT_IS)


def variants(pair: Pair, tables: Sequence[Table], values: Values) -> Iterator[Variant]:
    """One for each difference between the old table and the new."""
    for column in pair.new_columns:
        if not column.generated and not column.automatic:
            parent = _parent(pair.after, column.name)
            sample = _of_parent(parent) if parent else values.sample(column)
            yield Variant(label=f"a value in {column.name}", values={column.name: [sample] if sample else []})
    for column in pair.after.columns:
        old = pair.once(column)
        if old is None or column.generated:
            continue
        if column.nullable and not old.nullable:
            yield Variant(label=f"no value in {column.name}", values={column.name: ["NULL"]})
        for label, expression in values.extremes(old, column):
            yield Variant(label=f"{label} in {column.name}", values={column.name: [expression]})
    yield from _uniques_given_up(pair)
    yield from _references_given_up(pair, tables, values)
    yield from _checks_given_up(pair, values)


def _uniques_given_up(pair: Pair) -> Iterator[Variant]:
    for unique in sorted(pair.before.uniques, key=sorted):
        now = [pair.now(column) for column in pair.before.columns if column.name in unique]
        names = frozenset(column.name for column in now if column is not None)
        if names and len(names) == len(unique) and not any(each <= names for each in pair.after.uniques):
            yield Variant(label=f"{', '.join(sorted(names))} twice", repeated=names)


def _references_given_up(pair: Pair, tables: Sequence[Table], values: Values) -> Iterator[Variant]:
    kept = {each.columns for each in pair.after.references}
    for reference in pair.before.references:
        now = [pair.now(column) for column in pair.before.columns if column.name in reference.columns]
        names = tuple(column.name for column in now if column is not None)
        if names in kept or len(names) != 1:
            continue
        parent = next((each for each in tables if each.name == reference.parent_name), None)
        there = parent.column(reference.parent_columns[0]) if parent else None
        found = values.fresh(parent, there) if parent and there else []
        far = " + 100000" if there is not None and there.category == "number" else ""
        orphan = [each + far for each in found if "source." not in each]
        yield Variant(label=f"{names[0]} without its {reference.parent_name}", values={names[0]: orphan})


def _checks_given_up(pair: Pair, values: Values) -> Iterator[Variant]:
    kept = {expression for expression, _ in pair.after.checks.values()}
    for name, (expression, columns) in pair.before.checks.items():
        if expression in kept:
            continue
        for column in pair.before.columns:
            now = pair.now(column)
            if column.name in columns and now is not None:
                tries = [*values.awkward(now), "NULL"]
                yield Variant(
                    label=f"{now.name} that {name} refused", values={now.name: tries}, refused_before=expression
                )


def _parent(table: Table, column: str) -> Reference | None:
    return next((each for each in table.references if each.columns == (column,)), None)


def _of_parent(reference: Reference) -> str:
    return f"(SELECT {quote(reference.parent_columns[0])} FROM {reference.parent} LIMIT 1)"
