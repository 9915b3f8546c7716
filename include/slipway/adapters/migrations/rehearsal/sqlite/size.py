"""About how much a SQLite database has, in milliseconds."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.rehearsal.shapes import quote


def rows_about(connection: Connection) -> int:
    """Rows of all tables, by the last one's number; a table without numbers counts as empty."""
    names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"))
    return sum(_last_number(connection, name) for name in names.all())


def _last_number(connection: Connection, table: str) -> int:
    try:
        return int(connection.exec_driver_sql(f"SELECT max(rowid) FROM {quote(table)}").scalar_one() or 0)
    except SQLAlchemyError:
        return 0
