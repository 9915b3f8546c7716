"""The tables of a database as far as rows are written into them and compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `id` outlives a renaming where the database knows such a thing."""

    name: str
    id: str
    type: str
    category: str
    """`text` · `number` · `boolean` · `time` · `enum` · `uuid` · `json` · `bytes` · `array` · `other`."""
    nullable: bool
    automatic: bool = False
    """A sequence gives its value."""
    generated: bool = False
    """Computed from other columns: never written."""
    length: int | None = None
    labels: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key."""

    columns: tuple[str, ...]
    parent: str
    """Quoted."""
    parent_columns: tuple[str, ...]
    parent_name: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table of the service."""

    name: str
    id: str
    quoted: str
    columns: Sequence[Column]
    key: tuple[str, ...]
    uniques: frozenset[frozenset[str]] = frozenset()
    """The key's included; for an index on an expression all columns that it reads."""
    references: Sequence[Reference] = ()
    checks: Mapping[str, tuple[str, tuple[str, ...]]]
    """Name → (expression, columns)."""

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((each for each in self.columns if each.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """All columns."""
        return tuple(each.name for each in self.columns)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A table before the upgrade and the same one after it."""

    before: Table
    after: Table

    def now(self, column: Column) -> Column | None:
        """What became of a column."""
        return self._same(column, self.after)

    def once(self, column: Column) -> Column | None:
        """What a column was."""
        return self._same(column, self.before)

    def _same(self, column: Column, table: Table) -> Column | None:
        if self.before.id == self.after.id:
            return next((each for each in table.columns if each.id == column.id), None)
        return table.column(column.name)

    @property
    def new_columns(self) -> Sequence[Column]:
        """Those that were not there before."""
        return [each for each in self.after.columns if self.once(each) is None]

    @property
    def gone_columns(self) -> Sequence[Column]:
        """Those that are no longer there."""
        return [each for each in self.before.columns if self.now(each) is None]


@dataclass(frozen=True, kw_only=True)
class Change:
    """Which tables stayed, came and went."""

    pairs: Sequence[Pair]
    new: Sequence[Table]
    gone: Sequence[Table]


def change(before: Sequence[Table], after: Sequence[Table]) -> Change:
    """Tables are the same where the database says so, else where they have the same name."""
    by_id = {each.id: each for each in after}
    by_name = {each.name: each for each in after}
    matched = [(old, by_id.get(old.id) or by_name.get(old.name)) for old in before]
    pairs = [Pair(before=old, after=new) for old, new in matched if new is not None]
    kept = {pair.after.id for pair in pairs}
    return Change(
        pairs=pairs,
        new=[each for each in after if each.id not in kept],
        gone=[old for old, new in matched if new is None],
    )


def quote(name: str) -> str:
    """An identifier for use in `sqlalchemy.text`."""
    escaped = name.replace('"', '""').replace(":", "\\:")
    return f'"{escaped}"'
