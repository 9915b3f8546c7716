"""Compares rows with those of another SQLite file: exactly, and without fetching them."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.laboratory import Changed, View
from slipway.adapters.migrations.rehearsal.shapes import quote

_KEYS = 5


def compare_with(connection: Connection, mark: Path, views: list[View]) -> Iterator[Changed]:
    """What is not as it is in the file `mark`, where the tables have the same names."""
    plain = connection.connection.cursor()
    plain.execute("ATTACH DATABASE ? AS mark", (str(mark),))
    try:
        for view in views:
            yield from _compare(connection, view)
        connection.rollback()
    finally:
        connection.rollback()
        plain.execute("DETACH DATABASE mark")
        plain.close()


def _compare(connection: Connection, view: View) -> Iterator[Changed]:
    before = _count(connection, "mark", view)
    after = _count(connection, "main", view)
    if before != after:
        detail = f"{before} rows before, {after} now.{_shown(_missing_keys(connection, view))}"
        yield Changed(object=view.table.name, detail=detail, lost=after < before)
    elif view.columns and view.table.key:
        yield from _by_key(connection, view)
    elif view.columns and _differs_without_key(connection, view):
        yield Changed(object=view.table.name, detail="Some rows are not what they were.", lost=False)


def _count(connection: Connection, schema: str, view: View) -> int:
    found: int = connection.execute(text(f"SELECT count(*) FROM {schema}.{view.table.quoted}")).scalar_one()
    return found


def _by_key(connection: Connection, view: View) -> Iterator[Changed]:
    missing = _missing_keys(connection, view)
    if missing:
        yield Changed(object=view.table.name, detail=f"Rows have other keys.{_shown(missing)}", lost=True)
        return
    same = ", ".join(
        f"coalesce(sum(NOT {_same(name)}), 0), count(m.{quote(name)}), count(p.{quote(name)})" for name in view.columns
    )
    counts = connection.execute(text(f"SELECT {same} FROM {_joined(view)}")).one()
    for place, name in enumerate(view.columns):
        different, now, then = counts[3 * place : 3 * place + 3]
        if different:
            keys = _keys(connection, view, f"FROM {_joined(view)} WHERE NOT {_same(name)}")
            detail = f"{different} rows differ: {then} values before, {now} now.{_shown(keys)}"
            yield Changed(object=f"{view.table.name}.{name}", detail=detail, lost=now < then)


def _joined(view: View) -> str:
    on = " AND ".join(f"m.{quote(name)} IS p.{quote(name)}" for name in view.table.key)
    return f"mark.{view.table.quoted} p JOIN main.{view.table.quoted} m ON {on}"


def _same(name: str) -> str:
    """5 IS 5.0, so the types are compared too; and 'a' IS 'A' in a column that says NOCASE."""
    column = quote(name)
    return f"(m.{column} COLLATE BINARY IS p.{column} AND typeof(m.{column}) = typeof(p.{column}))"


def _missing_keys(connection: Connection, view: View) -> list[str]:
    if not view.table.key:
        return []
    on = " AND ".join(f"m.{quote(name)} IS p.{quote(name)}" for name in view.table.key)
    where = f"WHERE NOT EXISTS (SELECT 1 FROM main.{view.table.quoted} m WHERE {on})"
    return _keys(connection, view, f"FROM mark.{view.table.quoted} p {where}")


def _keys(connection: Connection, view: View, rest: str) -> list[str]:
    names = ", ".join(f"p.{quote(name)}" for name in view.table.key)
    rows = connection.execute(text(f"SELECT {names} {rest} LIMIT {_KEYS}")).all()
    return [", ".join(str(value) for value in row) for row in rows]


def _differs_without_key(connection: Connection, view: View) -> bool:
    names = ", ".join(f"{quote(name)} COLLATE BINARY" for name in view.columns)
    types = ", ".join(f"typeof({quote(name)})" for name in view.columns)
    sides = [
        f"SELECT {names}, {types}, count(*) FROM {schema}.{view.table.quoted} GROUP BY {names}, {types}"
        for schema in ("mark", "main")
    ]
    asked = text(f"SELECT EXISTS ({sides[0]} EXCEPT {sides[1]})")
    return bool(connection.execute(asked).scalar_one())


def _shown(keys: list[str]) -> str:
    return f" Rows, by key: {'; '.join(keys)}." if keys else ""
