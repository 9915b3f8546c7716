"""The catalogue of a SQLite file: its pragmas, and what only the text of its definitions says."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from slipway.adapters.migrations.rehearsal.catalogue import OWN_TABLES, Catalogue
from slipway.adapters.migrations.rehearsal.sqlite.definition import normal, read_definition

_MASTER = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"


def read_catalogue(connection: Connection) -> Catalogue:
    """All of it; leaves nothing open."""
    found = dict(_all(connection))
    connection.rollback()
    return found


def ask(connection: Connection, pragma: str, name: str) -> list[Any]:
    """A pragma about one object."""
    escaped = name.replace("'", "''")
    plain = connection.execution_options(no_parameters=True)
    return list(plain.exec_driver_sql(f"SELECT * FROM pragma_{pragma}('{escaped}')").mappings())


def table_texts(connection: Connection) -> dict[str, str]:
    """The text of each table's definition; virtual tables are left to their modules."""
    plain = connection.execution_options(no_parameters=True)
    return {
        name: sql
        for kind, name, _, sql in plain.exec_driver_sql(_MASTER).all()
        if kind == "table" and name not in OWN_TABLES and not normal(sql).startswith("create virtual")
    }


def _all(connection: Connection) -> Iterator[tuple[tuple[str, str], str]]:
    for name, sql in table_texts(connection).items():
        yield from _table(connection, name, sql)
    plain = connection.execution_options(no_parameters=True)
    for kind, name, table, sql in plain.exec_driver_sql(_MASTER).all():
        if kind in {"trigger", "view"}:
            yield (kind, name if kind == "view" else f"{table}.{name}"), normal(sql)


def _table(connection: Connection, name: str, sql: str) -> Iterator[tuple[tuple[str, str], str]]:
    definition = read_definition(sql)
    yield ("table", name), " ".join([definition.options, "autoincrement" if definition.autoincrement else ""]).strip()
    for column in ask(connection, "table_xinfo", name):
        is_rowid = column["pk"] and column["type"].upper() == "INTEGER"
        said = [
            column["type"].upper(),
            "not null" if column["notnull"] and not is_rowid else "",
            f"default {column['dflt_value']}" if column["dflt_value"] is not None else "",
            f"key {column['pk']}" if column["pk"] else "",
            definition.of_column(column["name"]),
        ]
        yield ("column", f"{name}.{column['name']}"), " ".join(each for each in said if each)
    for called, check in definition.checks():
        yield ("constraint", f"{name}.{called or 'check'} {check}"), "check"
    yield from _references(connection, name)
    yield from _indexes(connection, name)


def _references(connection: Connection, name: str) -> Iterator[tuple[tuple[str, str], str]]:
    by_id: dict[int, list[Any]] = {}
    for row in ask(connection, "foreign_key_list", name):
        by_id.setdefault(row["id"], []).append(row)
    for rows in by_id.values():
        columns = ", ".join(f"{row['from']} → {row['to']}" for row in sorted(rows, key=lambda row: row["seq"]))
        first = rows[0]
        rule = f"on update {first['on_update']} on delete {first['on_delete']}"
        yield ("constraint", f"{name}.reference {columns} of {first['table']}"), rule.lower()


def _indexes(connection: Connection, name: str) -> Iterator[tuple[tuple[str, str], str]]:
    plain = connection.execution_options(no_parameters=True)
    texts = {each[1]: each[3] for each in plain.exec_driver_sql(_MASTER).all() if each[0] == "index"}
    for index in ask(connection, "index_list", name):
        keys = [row for row in ask(connection, "index_xinfo", index["name"]) if row["key"]]
        columns = ", ".join(f"{row['name']} {row['coll']}{' desc' if row['desc'] else ''}" for row in keys)
        if index["origin"] == "c":
            yield ("index", f"{name}.{index['name']}"), normal(texts[index["name"]])
        elif index["origin"] == "u":
            yield ("constraint", f"{name}.unique {columns}"), "unique"
