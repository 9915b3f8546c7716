"""Fills the tables of a scratch seed with some rows of each, and all the rows that those refer to."""

import tempfile
from collections.abc import Sequence
from typing import IO, Any

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.postgres.sequences import put_back, read_sequences
from slipway.adapters.migrations.rehearsal.postgres.shapes import read_tables
from slipway.adapters.migrations.rehearsal.shapes import Reference, Table, quote

_File = IO[bytes] | tempfile.SpooledTemporaryFile[bytes]
_BATCH = 1000
_IN_MEMORY = 1024 * 1024


def fill_with_sample(source: Connection, seed: Connection, rows: int) -> None:
    """`rows` of each table, chosen by a hash of their contents, so the same ones each time."""
    tables = read_tables(source)
    source.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    for table in tables:
        _stream(source, seed, table, f"ORDER BY hashtextextended(r\\:\\:text, 0) LIMIT {int(rows)}", {})
    missing = True
    while missing:
        missing = False
        for table in tables:
            for reference in table.references:
                missing |= _fetch_parents(source, seed, tables, table, reference)
    put_back(seed, read_sequences(source))


def refresh_views(seed: Connection) -> None:
    """Fills the materialised views, those first that others read."""
    waiting = text("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'm' AND NOT relispopulated ORDER BY oid")
    for name in seed.execute(waiting).scalars().all():
        seed.exec_driver_sql(f"REFRESH MATERIALIZED VIEW {name}", execution_options={"no_parameters": True})
    seed.commit()


def _fetch_parents(
    source: Connection, seed: Connection, tables: Sequence[Table], child: Table, reference: Reference
) -> bool:
    """Whether any was missing; a batch at a time, so that memory stays small."""
    parent = next((table for table in tables if table.quoted == reference.parent), None)
    if parent is None:
        return False
    own, theirs = reference.columns, reference.parent_columns
    match = " AND ".join(f"p.{quote(there)} = c.{quote(here)}" for here, there in zip(own, theirs, strict=True))
    given = " AND ".join(f"c.{quote(here)} IS NOT NULL" for here in own)
    wanted = ", ".join(f"c.{quote(here)}\\:\\:text" for here in own)
    missing = seed.execute(
        text(
            f"SELECT DISTINCT {wanted} FROM {child.quoted} c WHERE {given} "
            f"AND NOT EXISTS (SELECT FROM {parent.quoted} p WHERE {match}) LIMIT {_BATCH}"
        )
    ).all()
    seed.commit()
    if not missing:
        return False
    types = [next(each.type for each in parent.columns if each.name == name) for name in theirs]
    arrays = ", ".join(f"CAST(%(k{number})s AS text[])\\:\\:{kind}[]" for number, kind in enumerate(types))
    names = ", ".join(quote(name) for name in theirs)
    values = {f"k{number}": [row[number] for row in missing] for number in range(len(theirs))}
    return _stream(source, seed, parent, f"WHERE ({names}) IN (SELECT * FROM unnest({arrays}))", values) > 0


def _stream(source: Connection, seed: Connection, table: Table, which: str, values: dict[str, Any]) -> int:
    columns = ", ".join(quote(each.name) for each in table.columns if not each.generated)
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as between:
        rows = f"SELECT {columns} FROM {table.quoted} AS r {which}"
        _copy(source, f"COPY ({rows}) TO STDOUT".replace("\\:", ":"), between, values)
        between.seek(0)
        copied = _copy(seed, f"COPY {table.quoted} ({columns}) FROM STDIN".replace("\\:", ":"), between, {})
        seed.commit()
    return copied


def _copy(connection: Connection, statement: str, file: _File, values: dict[str, Any]) -> int:
    cursor: Any = connection.connection.cursor()
    cursor.copy_expert(cursor.mogrify(statement, values) if values else statement, file)
    count: int = cursor.rowcount
    cursor.close()
    return count
