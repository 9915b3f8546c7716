"""Which old rows a rehearsal changes and deletes through the new schema, and whether that lasts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.rehearsal.shapes import Pair, Reference, Table, quote
from slipway.adapters.migrations.rehearsal.writing import Key
from slipway.domain.migration_proof import Finding, FindingCode

_WINDOW = 10_000
_FEWEST = 6
"""In smaller tables all rows are templates of probes, which must stay as they are."""


@dataclass(frozen=True, kw_only=True)
class OldRows:
    """Keys of one table: a row to change, the row whose values it gets, a row to delete."""

    changed: Key
    like: Key
    deleted: Key


def choose(connection: Connection, table: Table) -> OldRows | None:
    """Of the last rows among the first ten thousand; None where there are too few, or no key to find them by."""
    if not table.key:
        return None
    keys = ", ".join(quote(name) for name in table.key)
    last = ", ".join(f"{quote(name)} DESC" for name in table.key)
    asked = f"SELECT {keys} FROM (SELECT {keys} FROM {table.quoted} LIMIT {_WINDOW}) w ORDER BY {last} LIMIT {_FEWEST}"
    found = [tuple(row) for row in connection.execute(text(asked))]
    if len(found) < _FEWEST:
        return None
    changed, deleted, *others = found
    like = max(others, key=lambda other: _how_different(connection, table, changed, other))
    connection.rollback()
    return OldRows(changed=changed, like=like, deleted=deleted)


def delete(connection: Connection, pair: Pair, key: Key, tables: Sequence[Table]) -> bool:
    """Deletes a row that no other refers to; False where it was not done."""
    columns = [now.name for name in pair.before.key if (old := pair.before.column(name)) and (now := pair.now(old))]
    if len(columns) < len(key):
        return False
    where, binds = _where("t", columns), {f"k{place}": value for place, value in enumerate(key)}
    for table in tables:
        for reference in table.references:
            if reference.parent == pair.after.quoted and _is_referred_to(connection, table, reference, where, binds):
                return False
    nested = connection.begin_nested()
    try:
        done = connection.execute(text(f"DELETE FROM {pair.after.quoted} AS t WHERE {where}"), binds).rowcount == 1
    except SQLAlchemyError:
        nested.rollback()
        return False
    nested.commit()
    return done


def is_there_again(connection: Connection, table: Table, key: Key) -> Finding | None:
    """A finding where a downgrade has brought back what was deleted."""
    binds = {f"k{place}": value for place, value in enumerate(key)}
    asked = text(f"SELECT count(*) FROM {table.quoted} AS t WHERE {_where('t', table.key)}")
    if not connection.execute(asked, binds).scalar_one():
        return None
    detail = "An old row that was deleted through the new schema is there again after the downgrade."
    return Finding(code=FindingCode.NEW_ROWS_ALTERED, object=table.name, detail=detail)


def _how_different(connection: Connection, table: Table, one: Key, other: Key) -> int:
    """In how many columns."""
    differs = " + ".join(
        f"CASE WHEN CAST(a.{quote(name)} AS text) IS NOT DISTINCT FROM CAST(b.{quote(name)} AS text) THEN 0 ELSE 1 END"
        for name in table.names
    )
    where = f"{_where('a', table.key)} AND {_where('b', table.key, 'o')}"
    binds = {f"k{place}": value for place, value in enumerate(one)}
    binds |= {f"o{place}": value for place, value in enumerate(other)}
    asked = text(f"SELECT {differs} FROM {table.quoted} a, {table.quoted} b WHERE {where}")
    return int(connection.execute(asked, binds).scalar_one_or_none() or 0)


def _is_referred_to(
    connection: Connection, table: Table, reference: Reference, where: str, binds: dict[str, object]
) -> bool:
    joined = " AND ".join(
        f"c.{quote(own)} = t.{quote(theirs)}"
        for own, theirs in zip(reference.columns, reference.parent_columns, strict=True)
    )
    asked = f"SELECT EXISTS (SELECT 1 FROM {table.quoted} c, {reference.parent} t WHERE {joined} AND {where})"
    return bool(connection.execute(text(asked), binds).scalar_one())


def _where(alias: str, names: Sequence[str], prefix: str = "k") -> str:
    return " AND ".join(f"{alias}.{quote(name)} = :{prefix}{place}" for place, name in enumerate(names))
