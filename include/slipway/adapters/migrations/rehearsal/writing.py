"""Writes the rows of probes, each under a savepoint, and remembers how to find them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.rehearsal.laboratory import Values
from slipway.adapters.migrations.rehearsal.probes import PLAIN, Variant
from slipway.adapters.migrations.rehearsal.shapes import Column, Pair, Table, quote
from slipway.adapters.migrations.rehearsal.words import without_values

_WINDOW = 10_000
_TEMPLATES = 12
CHANGED = "an old row that was changed"
Key = tuple[Any, ...]


class CannotWriteError(Exception):
    """Why a probe has no row."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A row that a probe wrote. Keys are of the old table's key columns."""

    pair: Pair
    variant: Variant
    template: Key | None
    key: Key
    changed: frozenset[str]
    """Columns of the new table in which it is not its template."""
    left: frozenset[str] = frozenset()
    """Columns of the new table that are not looked at: they could not be given their template's values."""
    values: Mapping[str, str | None] = field(default_factory=dict)
    """Column of the new table → what was written, as text. Kept in memory only."""


def templates(connection: Connection, table: Table, *, many: bool) -> Sequence[Key]:
    """Keys of rows worth copying: the first ones and, of a changed table, the longest, the wordiest, those with gaps.

    Looks at no more than the first ten thousand rows.
    """
    if not table.key:
        return []
    keys = ", ".join(quote(name) for name in table.key)
    window = f"FROM (SELECT * FROM {table.quoted} LIMIT {_WINDOW}) w"
    questions = [f"SELECT {keys} {window} ORDER BY {keys} LIMIT 3"]
    for column in table.columns if many else ():
        name = quote(column.name)
        shown = f"CAST({name} AS text)"
        if column.category == "text":
            words = f"length({shown}) - length(replace({shown}, ' ', ''))"
            questions.append(f"SELECT {keys} {window} WHERE {name} IS NOT NULL ORDER BY {words} DESC, {keys} LIMIT 1")
        questions.append(
            f"SELECT {keys} {window} WHERE {name} IS NOT NULL ORDER BY length({shown}) DESC, {keys} LIMIT 1"
        )
        if column.nullable:
            questions.append(f"SELECT {keys} {window} WHERE {name} IS NULL ORDER BY {keys} LIMIT 1")
    found: dict[Key, None] = {}
    for question in questions:
        found.update({tuple(row): None for row in connection.execute(text(question))})
    connection.rollback()
    return list(found)[:_TEMPLATES]


class Writer:
    """Writes into one scratch copy."""

    def __init__(self, connection: Connection, values: Values) -> None:
        self._connection = connection
        self._values = values

    def copy(self, pair: Pair, variant: Variant, template: Key) -> Written:
        """A row like the one with the key `template`. Raises CannotWriteError."""
        table = pair.after
        identity = _identity(pair)
        tried = self._tries(table, variant)
        said = "no value could be made up"
        for expressions in tried:
            columns = [each for each in table.columns if _is_written(each, expressions)]
            names = ", ".join(quote(each.name) for each in columns)
            chosen = ", ".join(expressions.get(each.name, f"source.{quote(each.name)}") for each in columns)
            where = _where("source", [each.name for each in identity], "t")
            statement = f"INSERT INTO {table.quoted} ({names}) SELECT {chosen} FROM {table.quoted} AS source {where}"
            try:
                key = self._insert(statement, identity, _binds("t", template), variant, table)
            except SQLAlchemyError as error:
                said = without_values(str(getattr(error, "orig", None) or error))
                continue
            if key is not None:
                automatic = {each.name for each in table.columns if each.automatic}
                return self._written(pair, variant, template, key, frozenset(expressions) | automatic)
            said = "no such row was accepted"
        raise CannotWriteError(said)

    def change(self, pair: Pair, key: Key, like: Key) -> Written:
        """The row `key` gets all values of the row `like`. Raises CannotWriteError."""
        table = pair.after
        identity = _identity(pair)
        names = [each.name for each in identity]
        settled = Variant(label=CHANGED, values={name: [f"source.{quote(name)}"] for name in names})
        given = [each for each in table.columns if not (each.generated or each.automatic or each.name in names)]
        if not given:
            raise CannotWriteError("it has nothing but its key")
        there = _where("other", names, "o")
        said = "no value could be made up"
        for expressions in self._tries(table, settled):
            chosen = ", ".join(
                f"{quote(each.name)} = "
                + expressions.get(each.name, f"(SELECT other.{quote(each.name)} FROM {table.quoted} AS other {there})")
                for each in given
            )
            statement = f"UPDATE {table.quoted} AS source SET {chosen} {_where('source', names, 't')}"
            try:
                found = self._insert(statement, identity, _binds("t", key) | _binds("o", like), PLAIN, table)
            except SQLAlchemyError as error:
                said = without_values(str(getattr(error, "orig", None) or error))
                continue
            if found is not None:
                written = self._written(pair, Variant(label=CHANGED), like, found, frozenset(expressions))
                return replace(written, left=self._unlike(table, names, found, like) - written.changed)
            said = "it is not there any more"
        raise CannotWriteError(said)

    def make_up(self, pair: Pair) -> Written:
        """A row of a table without any. Raises CannotWriteError."""
        table = pair.after
        given: dict[str, str] = {}
        for column in table.columns:
            if column.generated or column.automatic:
                continue
            reference = next((each for each in table.references if column.name in each.columns), None)
            if reference is not None:
                there = reference.parent_columns[reference.columns.index(column.name)]
                given[column.name] = f"(SELECT {quote(there)} FROM {reference.parent} LIMIT 1)"
            else:
                value = self._values.sample(column)
                if value is None and not column.nullable:
                    raise CannotWriteError(f"no value is known for {column.name} ({column.type})")
                given[column.name] = value or "NULL"
        names = ", ".join(quote(name) for name in given)
        how = f"({names}) SELECT {', '.join(given.values())}" if given else "DEFAULT VALUES"
        try:
            key = self._insert(f"INSERT INTO {table.quoted} {how}", _identity(pair), {}, PLAIN, table)
        except SQLAlchemyError as error:
            raise CannotWriteError(without_values(str(getattr(error, "orig", None) or error))) from error
        if key is None:
            raise CannotWriteError("the database gave no key back")
        return self._written(pair, PLAIN, None, key, frozenset(table.names))

    def _insert(
        self, statement: str, identity: Sequence[Column], binds: dict[str, Any], variant: Variant, table: Table
    ) -> Key | None:
        returned = ", ".join(quote(each.name) for each in identity)
        nested = self._connection.begin_nested()
        try:
            row = self._connection.execute(text(f"{statement} RETURNING {returned}"), binds).one_or_none()
            key = tuple(row) if row is not None else None
            if key is None or not self._was_refused_before(variant, table, identity, key):
                nested.rollback()
                return None
        except SQLAlchemyError:
            nested.rollback()
            raise
        nested.commit()
        return key

    def _was_refused_before(self, variant: Variant, table: Table, identity: Sequence[Column], key: Key) -> bool:
        if variant.refused_before is None:
            return True
        check = variant.refused_before.replace("\\", "\\\\").replace(":", "\\:")
        where = _where("row_written", [each.name for each in identity], "k")
        asked = text(f"SELECT NOT ({check}) FROM {table.quoted} AS row_written {where}")
        return bool(self._connection.execute(asked, _binds("k", key)).scalar_one())

    def _written(
        self, pair: Pair, variant: Variant, template: Key | None, key: Key, changed: frozenset[str]
    ) -> Written:
        shown = ", ".join(f"CAST({quote(name)} AS text)" for name in pair.after.names)
        where = _where("row_written", [each.name for each in _identity(pair)], "k")
        asked = text(f"SELECT {shown} FROM {pair.after.quoted} AS row_written {where}")
        row = self._connection.execute(asked, _binds("k", key)).one()
        values = dict(zip(pair.after.names, row, strict=True))
        return Written(pair=pair, variant=variant, template=template, key=key, changed=changed, values=values)

    def _unlike(self, table: Table, names: Sequence[str], key: Key, like: Key) -> frozenset[str]:
        """Columns that differ in two rows, as where a trigger has its own mind."""
        same = ", ".join(
            f"CAST(a.{quote(name)} AS text) IS NOT DISTINCT FROM CAST(b.{quote(name)} AS text)" for name in table.names
        )
        there = _where("b", names, "o").removeprefix("WHERE ")
        asked = text(f"SELECT {same} FROM {table.quoted} a, {table.quoted} b {_where('a', names, 'k')} AND {there}")
        row = self._connection.execute(asked, _binds("k", key) | _binds("o", like)).one()
        return frozenset(name for name, is_same in zip(table.names, row, strict=True) if not is_same)

    def _tries(self, table: Table, variant: Variant) -> Sequence[Mapping[str, str]]:
        """Column → expression, once for each way to try."""
        fresh = {name: self._values_for(table, name) for name in self._to_change(table, variant)}
        wanted = dict(variant.values)
        if any(not each for each in wanted.values()):
            return []
        ways = zip_longest(*fresh.values()) if fresh else [()]
        new = [_filled(dict(zip(fresh, way, strict=True)), fresh) for way in ways]
        given = [{name: each} for name, tries in wanted.items() for each in tries] or [{}]
        return [{**way, **own} for own in given for way in new]

    def _to_change(self, table: Table, variant: Variant) -> Sequence[str]:
        """One column of each unique set, so that the copy does not collide with its template."""
        chosen: list[str] = []
        for unique in sorted(table.uniques, key=sorted):
            columns = [each for each in table.columns if each.name in unique]
            settled = {*chosen, *(each for each in variant.values), *(each.name for each in columns if each.automatic)}
            if unique & settled or unique <= variant.repeated:
                continue
            bound = {name for each in table.references for name in each.columns}
            free = [each for each in columns if each.name not in variant.repeated and not each.generated]
            free.sort(key=lambda each: (each.name in bound, not self._values_for(table, each.name)))
            if not free or not self._values_for(table, free[0].name):
                raise CannotWriteError(f"no new value is known for {', '.join(sorted(unique))}, which must be unique")
            chosen.append(free[0].name)
        return chosen

    def _values_for(self, table: Table, name: str) -> Sequence[str]:
        reference = next((each for each in table.references if each.columns == (name,)), None)
        if reference is None:
            column = table.column(name)
            return self._values.fresh(table, column) if column else []
        others = {other for unique in table.uniques if name in unique for other in unique if other != name}
        same = "".join(f" AND j.{quote(other)} = source.{quote(other)}" for other in sorted(others))
        there = quote(reference.parent_columns[0])
        unused = f"SELECT 1 FROM {table.quoted} j WHERE j.{quote(name)} = p.{there}{same}"
        return [f"(SELECT p.{there} FROM {reference.parent} p WHERE NOT EXISTS ({unused}) LIMIT 1)"]


def _identity(pair: Pair) -> Sequence[Column]:
    """The columns of the new table that are the old one's key."""
    columns = [pair.now(column) for name in pair.before.key if (column := pair.before.column(name)) is not None]
    if not columns or None in columns:
        raise CannotWriteError("it has no key by which a row could be found again")
    return [each for each in columns if each is not None]


def _is_written(column: Column, expressions: Mapping[str, str]) -> bool:
    return not column.generated and (not column.automatic or column.name in expressions)


def _filled(way: dict[str, str | None], fresh: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: each if each is not None else fresh[name][-1] for name, each in way.items()}


def _where(alias: str, names: Sequence[str], prefix: str) -> str:
    return "WHERE " + " AND ".join(f"{alias}.{quote(name)} = :{prefix}{place}" for place, name in enumerate(names))


def _binds(prefix: str, key: Key) -> dict[str, Any]:
    return {f"{prefix}{place}": value for place, value in enumerate(key)}
