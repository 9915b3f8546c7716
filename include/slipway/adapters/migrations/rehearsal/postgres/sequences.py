"""Where the sequences of a PostgreSQL database stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.postgres.shapes import shown
from slipway.adapters.migrations.rehearsal.shapes import quote

_ALL = """
SELECT c.oid, n.nspname, c.relname, s.seqincrement FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' ORDER BY 2, 3"""
_COLUMN = """
SELECT tn.nspname, t.relname, a.attname FROM pg_depend d
  LEFT JOIN pg_attrdef f ON d.classid = 'pg_attrdef'::regclass AND f.oid = d.objid
  JOIN pg_attribute a ON a.attrelid = coalesce(f.adrelid, d.refobjid)
       AND a.attnum = coalesce(f.adnum, d.refobjsubid) AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_class t ON t.oid = a.attrelid AND t.relkind IN ('r', 'p') JOIN pg_namespace tn ON tn.oid = t.relnamespace
 WHERE (d.refobjid = :oid AND d.refclassid = 'pg_class'::regclass AND d.classid = 'pg_attrdef'::regclass)
    OR (d.objid = :oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
        AND d.deptype IN ('a', 'i'))
 LIMIT 1"""


@dataclass(frozen=True, kw_only=True)
class SequenceState:
    """The next value of a sequence, and the column that it feeds."""

    quoted: str
    next: int
    rising: bool
    feeds: str | None
    taken: bool
    """The next value is already in that column, or passed by one."""


def read_sequences(connection: Connection) -> Mapping[str, SequenceState]:
    """By name."""
    found = {}
    for oid, schema, name, step in connection.execute(text(_ALL)).all():
        quoted = f"{quote(schema)}.{quote(name)}"
        last, called = connection.execute(text(f"SELECT last_value, is_called FROM {quoted}")).one()
        upcoming = last + step if called else last
        fed = connection.execute(text(_COLUMN), {"oid": oid}).one_or_none()
        found[shown(schema, name)] = SequenceState(
            quoted=quoted,
            next=upcoming,
            rising=step > 0,
            feeds=f"{shown(fed[0], fed[1])}.{fed[2]}" if fed else None,
            taken=fed is not None and _taken(connection, fed, upcoming, rising=step > 0),
        )
    connection.rollback()
    return found


def _taken(connection: Connection, fed: tuple[str, str, str], upcoming: int, *, rising: bool) -> bool:
    schema, table, column = (quote(part) for part in fed)
    extreme, beyond = ("max", ">=") if rising else ("min", "<=")
    statement = f"SELECT coalesce({extreme}({column}) {beyond} :next, false) FROM {schema}.{table}"
    return bool(connection.execute(text(statement), {"next": upcoming}).scalar_one())


def put_back(connection: Connection, states: Mapping[str, SequenceState]) -> None:
    """Sets the sequences to what was read: what was tried and rolled back has moved them."""
    for state in states.values():
        name = state.quoted.replace("'", "''")
        connection.execute(text(f"SELECT setval('{name}', :next, false)"), {"next": state.next})
    connection.commit()
