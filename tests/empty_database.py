"""Empties a release database between two tests: quicker than a new one."""

from sqlalchemy import Engine, text

_EMPTY = """
DO $$
DECLARE
    one record;
BEGIN
    SET LOCAL session_replication_role = replica;  -- the guards against just this are asleep
    FOR one IN SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relkind = 'r' AND n.nspname = 'public' AND c.relname NOT IN ('alembic_version', 'log_head') LOOP
        EXECUTE format('DELETE FROM %I', one.relname);
    END LOOP;
    UPDATE log_head SET seq = 0, hash = repeat('0', 64);
END $$
"""
_COUNT_ANEW = """
ALTER SEQUENCE release_number RESTART; ALTER SEQUENCE fencing_number RESTART; ALTER TABLE hold ALTER id RESTART
"""


def delete_everything(engine: Engine) -> None:
    """All rows; numbers go on."""
    with engine.begin() as connection:
        connection.execute(text(_EMPTY.replace(":", "\\:")))


def begin_anew(engine: Engine) -> None:
    """All rows, and releases, holds and fencing numbers count from 1 again."""
    delete_everything(engine)
    with engine.begin() as connection:
        connection.execute(text(_COUNT_ANEW))
