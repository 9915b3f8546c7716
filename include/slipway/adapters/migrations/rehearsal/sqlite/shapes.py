"""The tables of a SQLite file as rows are written into them."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from slipway.adapters.migrations.rehearsal.shapes import Column, Reference, Table, quote
from slipway.adapters.migrations.rehearsal.sqlite.catalogue import ask, table_texts
from slipway.adapters.migrations.rehearsal.sqlite.definition import read_definition

_CATEGORIES = (
    ("BOOL", "boolean"),
    ("DATE", "time"),
    ("TIME", "time"),
    ("INT", "number"),
    ("CHAR", "text"),
    ("CLOB", "text"),
    ("TEXT", "text"),
    ("REAL", "number"),
    ("FLOA", "number"),
    ("DOUB", "number"),
    ("NUM", "number"),
    ("DEC", "number"),
    ("BLOB", "bytes"),
    ("JSON", "json"),
)
_COMPUTED = {2, 3}


def read_tables(connection: Connection) -> Sequence[Table]:
    """All tables of the service."""
    found = [_table(connection, name, sql) for name, sql in sorted(table_texts(connection).items())]
    connection.rollback()
    return found


def _table(connection: Connection, name: str, sql: str) -> Table:
    rows = ask(connection, "table_xinfo", name)
    key = tuple(row["name"] for row in sorted(rows, key=lambda row: row["pk"]) if row["pk"])
    names = [row["name"] for row in rows]
    uniques = {
        frozenset(row["name"] for row in ask(connection, "index_xinfo", index["name"]) if row["key"] and row["name"])
        for index in ask(connection, "index_list", name)
        if index["unique"]
    }
    checks = read_definition(sql).checks()
    return Table(
        name=name,
        id=name,
        quoted=quote(name),
        columns=[_column(row, key) for row in rows],
        key=key,
        uniques=frozenset(each for each in {*uniques, frozenset(key)} if each),
        references=_references(connection, name),
        checks={
            called or f"check {number}": (expression, tuple(each for each in names if _mentions(expression, each)))
            for number, (called, expression) in enumerate(checks, start=1)
        },
    )


def _column(row: Any, key: tuple[str, ...]) -> Column:
    kind = row["type"].upper()
    return Column(
        name=row["name"],
        id=row["name"],
        type=kind,
        category=next((category for part, category in _CATEGORIES if part in kind), "other"),
        nullable=not row["notnull"],
        automatic=key == (row["name"],) and kind == "INTEGER",
        generated=row["hidden"] in _COMPUTED,
    )


def _references(connection: Connection, name: str) -> Sequence[Reference]:
    rows = ask(connection, "foreign_key_list", name)
    found = []
    for number in sorted({row["id"] for row in rows}):
        parts = sorted((row for row in rows if row["id"] == number), key=lambda row: row["seq"])
        if any(row["to"] is None for row in parts):
            continue
        found.append(
            Reference(
                columns=tuple(row["from"] for row in parts),
                parent=quote(parts[0]["table"]),
                parent_columns=tuple(row["to"] for row in parts),
                parent_name=parts[0]["table"],
            )
        )
    return found


def _mentions(expression: str, column: str) -> bool:
    return bool(re.search(rf"\b{re.escape(column.lower())}\b", expression.lower()))
