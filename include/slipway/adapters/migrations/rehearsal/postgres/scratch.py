"""Databases made on a scratch server for one rehearsal, and dropped whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.rehearsal.postgres.connection import connected, with_driver
from slipway.adapters.migrations.rehearsal.shapes import quote
from slipway.domain.errors import ServiceMigrationError

PREFIX = "slipway_rehearsal_"
_BIG_BYTES = 100 * 1024 * 1024
_KNOWS_STRATEGY = 150000


class ScratchServer:
    """Makes, copies and drops databases whose names carry the rehearsal's id."""

    def __init__(self, url: str, rehearsal: str, admin: Connection) -> None:
        self._url = url
        self._prefix = f"{PREFIX}{rehearsal}_"
        self._admin = admin
        self._made: list[str] = []

    def url(self, name: str) -> str:
        """Of a database made here."""
        return with_driver(self._url).set(database=self._prefix + name).render_as_string(hide_password=False)

    def create(self, name: str) -> str:
        """An empty one."""
        self._create(name, "TEMPLATE template0")
        return self.url(name)

    def copy(self, source_url: str, name: str) -> str:
        """A copy of another database of this server, at which nobody may be connected."""
        source = str(make_url(source_url).database)
        asked = {"name": source}
        size = self._admin.execute(text("SELECT pg_database_size(:name)"), asked).scalar_one()
        number = self._admin.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
        strategy = " STRATEGY FILE_COPY" if size > _BIG_BYTES and number >= _KNOWS_STRATEGY else ""
        self.drop(name)
        self._create(name, f"TEMPLATE {quote(source)}{strategy}")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Cuts whoever is connected."""
        self._admin.execute(text(f"DROP DATABASE IF EXISTS {quote(self._prefix + name)} WITH (FORCE)"))

    def drop_all(self) -> None:
        """Every one that this rehearsal made."""
        for name in self._made:
            self.drop(name)

    def _create(self, name: str, how: str) -> None:
        self._made.append(name)
        self._admin.execute(text(f"CREATE DATABASE {quote(self._prefix + name)} {how}"))


@contextmanager
def scratch_server(url: str, rehearsal: str, deadline: datetime) -> Iterator[ScratchServer]:
    """The server, held by a lock in the rehearsal's name; what killed rehearsals left is dropped first."""
    with connected(url, deadline, autocommit=True) as admin:
        admin.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"), {"name": PREFIX + rehearsal})
        _sweep(admin)
        server = ScratchServer(url, rehearsal, admin)
        try:
            yield server
        finally:
            admin.execute(text("SELECT set_config('statement_timeout', '60s', false)"))
            server.drop_all()
            with suppress(SQLAlchemyError):  # a killed rehearsal's last statement may have outlived the first look
                _sweep(admin)


def must_not_be(source_url: str, scratch_url: str, deadline: datetime) -> None:
    """Raises ServiceMigrationError where the scratch database is the source, whatever the URLs look like."""
    if _identity(source_url, deadline) == _identity(scratch_url, deadline):
        raise ServiceMigrationError(
            "The scratch database is the environment's own: nothing was rehearsed. Name another scratch server."
        )


def must_be_together(replica_url: str, scratch_url: str, deadline: datetime) -> None:
    """Raises ServiceMigrationError where a prepared copy is not on the scratch server."""
    if _identity(replica_url, deadline)[0] != _identity(scratch_url, deadline)[0]:
        raise ServiceMigrationError(
            "The prepared copy is not on the scratch server, where it would be copied again: prepare it there."
        )


def _identity(url: str, deadline: datetime) -> tuple[int, int]:
    with connected(url, deadline) as connection:
        server, database = connection.execute(text(_IDENTITY)).one()
        return server, database


_IDENTITY = """
SELECT (SELECT system_identifier FROM pg_control_system()), oid FROM pg_database WHERE datname = current_database()"""


def _sweep(admin: Connection) -> None:
    """A name whose lock is free has no rehearsal."""
    left = admin.scalars(text("SELECT datname FROM pg_database WHERE datname LIKE :like"), {"like": PREFIX + "%"}).all()
    for name in left:
        owner = name.rpartition("_")[0]
        asked = {"name": owner}
        if admin.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), asked).scalar_one():
            admin.execute(text(f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)"))
            admin.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), asked)
