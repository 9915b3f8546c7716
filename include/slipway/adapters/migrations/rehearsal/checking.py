"""What became of the rows that probes wrote, after a downgrade and after a further upgrade."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.shapes import Column, quote
from slipway.adapters.migrations.rehearsal.writing import Written
from slipway.domain.migration_proof import Finding, FindingCode


def after_downgrade(connection: Connection, written: Sequence[Written]) -> Iterator[Finding]:
    """Rows that are gone, and values that are neither their template's nor what was written."""
    for each in written:
        yield from _row(connection, each)
    connection.rollback()


def comes_back(connection: Connection, written: Sequence[Written], column: str) -> bool:
    """Whether a further upgrade gave every row the value in a new column that was written there."""
    given = [each for each in written if each.values.get(column) is not None]
    answers = [_now(connection, each, column) == each.values[column] for each in given]
    connection.rollback()
    return bool(answers) and all(answers)


def _row(connection: Connection, written: Written) -> Iterator[Finding]:
    table, label = written.pair.before, written.variant.label
    binds = {f"w{place}": value for place, value in enumerate(written.key)}
    where = " AND ".join(f"w.{quote(name)} = :w{place}" for place, name in enumerate(table.key))
    if not connection.execute(text(f"SELECT count(*) FROM {table.quoted} w WHERE {where}"), binds).scalar_one():
        detail = f"A row written through the new schema ({label}) is gone after the downgrade."
        yield Finding(code=FindingCode.NEW_ROWS_LOST, object=table.name, detail=detail)
        return
    for column in table.columns:
        if not column.generated and _is_altered(connection, written, column, where, binds):
            detail = f"A row written through the new schema ({label}) has another value in it after the downgrade."
            yield Finding(code=FindingCode.NEW_ROWS_ALTERED, object=f"{table.name}.{column.name}", detail=detail)


def _is_altered(connection: Connection, written: Written, column: Column, where: str, binds: dict[str, Any]) -> bool:
    now = written.pair.now(column)
    if now is None:
        return _gone_column_is_altered(connection, written, column, where, binds)
    if now.name in written.left:
        return False
    if now.name not in written.changed and written.template is not None:
        return not _like_template(connection, written, column, where, binds)
    if now.category != column.category:
        return False
    value = written.values[now.name]
    own = _text(f"w.{quote(column.name)}")
    given = _text(":given")
    if column.category == "number":
        own, given = f"CAST(w.{quote(column.name)} AS numeric)", "CAST(:given AS numeric)"
    asked = text(f"SELECT {own} IS NOT DISTINCT FROM {given} FROM {written.pair.before.quoted} w WHERE {where}")
    return not connection.execute(asked, {**binds, "given": value}).scalar_one()


def _gone_column_is_altered(
    connection: Connection, written: Written, column: Column, where: str, binds: dict[str, Any]
) -> bool:
    """The new version cannot write it: only a value that the downgrade made, and made wrongly, is an alteration."""
    if written.template is None or not written.variant.plain or column.automatic:
        return False
    name = quote(column.name)
    unique = any(column.name in each for each in written.pair.before.uniques)
    empty = text(f"SELECT w.{name} IS NULL FROM {written.pair.before.quoted} w WHERE {where}")
    if unique or connection.execute(empty, binds).scalar_one():
        return False
    return not _like_template(connection, written, column, where, binds)


def _like_template(connection: Connection, written: Written, column: Column, where: str, binds: dict[str, Any]) -> bool:
    table, name = written.pair.before, quote(column.name)
    there = " AND ".join(f"t.{quote(key)} = :t{place}" for place, key in enumerate(table.key))
    asked = text(
        f"SELECT {_text(f'w.{name}')} IS NOT DISTINCT FROM {_text(f't.{name}')} "
        f"FROM {table.quoted} w, {table.quoted} t WHERE {where} AND {there}"
    )
    template = {f"t{place}": value for place, value in enumerate(written.template or ())}
    return bool(connection.execute(asked, {**binds, **template}).scalar_one_or_none())


def _now(connection: Connection, written: Written, column: str) -> str | None:
    table = written.pair.after
    keys = [written.pair.now(each) for name in written.pair.before.key if (each := written.pair.before.column(name))]
    where = " AND ".join(f"{quote(each.name)} = :w{place}" for place, each in enumerate(keys) if each)
    binds = {f"w{place}": value for place, value in enumerate(written.key)}
    asked = text(f"SELECT CAST({quote(column)} AS text) FROM {table.quoted} WHERE {where}")
    value: str | None = connection.execute(asked, binds).scalar_one_or_none()
    return value


def _text(expression: str) -> str:
    """As text that is compared byte by byte: in SQLite a column's collation survives a CAST alone."""
    return f"(CAST({expression} AS text) || '')"
