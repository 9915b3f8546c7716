"""Databases made on a scratch server for one rehearsal, and dropped whatever happens."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.rehearsal.places import PREFIX
from slipway.adapters.migrations.rehearsal.postgres.connection import connected, with_driver
from slipway.adapters.migrations.rehearsal.postgres.surroundings import settle
from slipway.adapters.migrations.rehearsal.shapes import quote
from slipway.domain.errors import ServiceMigrationError

_BIG_BYTES = 100 * 1024 * 1024
_KNOWS_STRATEGY = 15


class ScratchServer:
    """Makes, copies and drops databases whose names carry the rehearsal's id."""

    def __init__(self, url: str, rehearsal: str, admin: Connection) -> None:
        self._url = url
        self._prefix = f"{PREFIX}{rehearsal}_"
        self._admin = admin
        self._made: list[str] = []
        self.settings: Mapping[str, str] = {}
        """With which sessions in the databases made here begin."""
        number = admin.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
        self.major: int = number // 10_000

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
        strategy = " STRATEGY FILE_COPY" if size > _BIG_BYTES and self.major >= _KNOWS_STRATEGY else ""
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
        settle(self._admin, self._prefix + name, self.settings)


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
    if identity(source_url, deadline) == identity(scratch_url, deadline):
        raise ServiceMigrationError(
            "The scratch database is the environment's own: nothing was rehearsed. Name another scratch server."
        )


def must_be_apart(source_url: str, scratch_url: str, deadline: datetime) -> None:
    """Raises ServiceMigrationError where the scratch server is that of the environment: a role or a tablespace that a
    migration makes on its copy would be made there too, and a copy takes its disk and its processors."""
    if identity(source_url, deadline)[0] == identity(scratch_url, deadline)[0]:
        raise ServiceMigrationError(
            "The scratch server is the one that the environment's own database is on: nothing was copied. "
            "Name another one in SLIPWAY_SCRATCH_URL; where both may share one, set SLIPWAY_SCRATCH_SHARED=yes."
        )


def must_be_of_release(source_major: int, scratch_major: int) -> None:
    """Raises ServiceMigrationError where the scratch server is of another release: it locks, rewrites and converts
    otherwise, so what it showed would not count."""
    if source_major != scratch_major:
        raise ServiceMigrationError(
            f"The scratch server is PostgreSQL {scratch_major}, and the environment's database is on {source_major}: "
            f"nothing was copied. Name a scratch server of PostgreSQL {source_major}."
        )


def must_be_together(replica_url: str, scratch_url: str, deadline: datetime) -> None:
    """Raises ServiceMigrationError where a prepared copy is not on the scratch server."""
    if identity(replica_url, deadline)[0] != identity(scratch_url, deadline)[0]:
        raise ServiceMigrationError(
            "The prepared copy is not on the scratch server, where it would be copied again: prepare it there."
        )


def identity(url: str, deadline: datetime) -> tuple[int, int]:
    """The server's own number and the database's, whatever the URL looks like."""
    with connected(url, deadline, read_only=True) as connection:
        server, database = connection.execute(text(_IDENTITY)).one()
        return server, database


_IDENTITY = """
SELECT (SELECT system_identifier FROM pg_control_system()), oid FROM pg_database WHERE datname = current_database()"""


def _sweep(admin: Connection) -> None:
    """A name whose lock is free has no rehearsal. One that cannot be dropped keeps nobody from rehearsing."""
    ours = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
    for name in admin.scalars(ours, {"prefix": PREFIX}).all():
        owner = name.rpartition("_")[0]
        asked = {"name": owner}
        if admin.execute(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), asked).scalar_one():
            with suppress(SQLAlchemyError):
                admin.execute(text(f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)"))
            admin.execute(text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))"), asked)
