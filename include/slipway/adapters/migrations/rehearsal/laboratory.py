"""A scratch copy and the ways to look at it, the same for every kind of database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from slipway.adapters.migrations.rehearsal.catalogue import Catalogue
from slipway.adapters.migrations.rehearsal.shapes import Column, Table


@dataclass(frozen=True, kw_only=True)
class View:
    """Columns of a table whose rows are compared. `was` is how the table was called when the mark was set."""

    table: Table
    columns: Sequence[str]
    was: str


@dataclass(frozen=True, kw_only=True)
class Changed:
    """Rows that are not what they were."""

    object: str
    detail: str
    lost: bool


@dataclass
class Effects:
    """What an upgrade did besides: locks, rewrites, rows touched."""

    locks: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(table, what it blocks) → seconds."""
    rewritten: Mapping[str, int] = field(default_factory=dict)
    """Table → bytes before."""
    touched: Mapping[str, int] = field(default_factory=dict)
    """Table → rows."""
    not_seen: str | None = None
    """Why it could not be watched."""


class Values(Protocol):
    """Expressions, in the database's own SQL, for values that a probe writes."""

    def fresh(self, table: Table, column: Column) -> Sequence[str]:
        """Values that no other row has, the most likely to be accepted first."""

    def sample(self, column: Column) -> str | None:
        """Some value of the type."""

    def extremes(self, before: Column, after: Column) -> Sequence[tuple[str, str]]:
        """(label, expression) of values that only the column's new form takes."""

    def awkward(self, column: Column) -> Sequence[str]:
        """Values that a check may well refuse."""


class Laboratory(Protocol):
    """One scratch copy at a time, made from a pristine seed."""

    dialect: str
    server: str
    values: Values
    not_covered: Sequence[str]

    @property
    def url(self) -> str:
        """Of the scratch copy."""

    def connected(self) -> AbstractContextManager[Connection]:
        """A connection to it."""

    def connected_to(self, url: str) -> AbstractContextManager[Connection]:
        """A connection to a copy beside it."""

    def source_catalogue(self) -> Catalogue:
        """Of the environment's own database, as it was copied."""

    def catalogue(self) -> Catalogue:
        """Of the scratch copy now."""

    def tables(self) -> Sequence[Table]:
        """Of the scratch copy now."""

    def invalid_indexes(self) -> Sequence[str]:
        """What a concurrent build that failed has left."""

    def set_mark(self, name: str, views: Sequence[View]) -> int:
        """Remembers the rows as they are now, and counts them."""

    def compare(self, name: str, views: Sequence[View]) -> Iterator[Changed]:
        """How the rows differ from those at the mark."""

    def sequences_behind(self) -> Mapping[str, str]:
        """Sequence → why its next value will be refused, now."""

    def sequence_values(self) -> Mapping[str, tuple[int, bool]]:
        """Sequence → (next value, whether it rises)."""

    def keep_sequences(self) -> AbstractContextManager[None]:
        """What the body took from sequences is given back."""

    def watch(self) -> AbstractContextManager[Effects]:
        """Watches an upgrade; the effects are complete when the body is done."""

    def beside(self) -> AbstractContextManager[str]:
        """The URL of a copy of the scratch copy as it is now, to write into."""

    def start_again(self) -> None:
        """Throws the scratch copy away and makes it anew from the seed."""
