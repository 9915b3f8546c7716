"""A database whose clock stands where a test puts it: functions of the schema `public` go before PostgreSQL's own."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from slipway.adapters.database import schema
from slipway.adapters.database.engine import make_engine
from slipway.platform.postgres import EmbeddedPostgres

_CLOCK = """
CREATE SCHEMA clock;
CREATE TABLE clock.stands (at timestamptz NOT NULL);
INSERT INTO clock.stands VALUES (pg_catalog.now());
CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.stands';
CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.stands';
"""
_OF_THE_LOG = "ALTER FUNCTION chain_log_entry() SET search_path = public, pg_catalog, pg_temp"


class Clock:
    """Of one database; it moves only when it is told to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def now(self) -> datetime:
        """Where it stands."""
        with self._engine.connect() as connection:
            at: datetime = connection.execute(text("SELECT at FROM clock.stands")).scalar_one()
        return at

    def set(self, at: datetime) -> None:
        """Forward or back."""
        with self._engine.begin() as connection:
            connection.execute(text("UPDATE clock.stands SET at = :at"), {"at": at})

    def pass_by(self, **span: float) -> None:
        """`minutes=5` later."""
        self.set(self.now + timedelta(**span))


def make_template(server: EmbeddedPostgres, name: str) -> None:
    """The newest schema, every default of which was made with the clock in place."""
    url = server.create_database(name)
    engine = make_engine(url, pooled=False)
    with engine.begin() as connection:
        connection.execute(text(_CLOCK))
    engine.dispose()
    _put_before_postgresqls_own(url, name)
    schema.upgrade(url)
    engine = make_engine(url, pooled=False)
    with engine.begin() as connection:
        connection.execute(text(_OF_THE_LOG))
    engine.dispose()


def copy_of(server: EmbeddedPostgres, template: str, name: str) -> Engine:
    """A database with a clock of its own; what is set for a database does not come with a copy of it."""
    url = server.create_database(name, template=template)
    _put_before_postgresqls_own(url, name)
    return make_engine(url)


def _put_before_postgresqls_own(url: str, name: str) -> None:
    engine = make_engine(url, pooled=False)
    with engine.begin() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = public, pg_catalog'))
    engine.dispose()
