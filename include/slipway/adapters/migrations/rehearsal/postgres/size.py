"""About how much a PostgreSQL database has, in milliseconds."""

from sqlalchemy import Connection, text

_ABOUT = text("""
    SELECT coalesce(sum(greatest(c.reltuples, 0)), 0)::bigint FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
""")


def rows_about(connection: Connection) -> int:
    """Rows of all tables, as the last vacuum or analyse of each left word."""
    return int(connection.execute(_ABOUT).scalar_one())
