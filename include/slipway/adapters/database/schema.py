"""Brings the release database to the schema that this code needs (`slipway db upgrade`)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from slipway.adapters.database.rights import give_rights

_VERSIONS = Path(__file__).with_name("schema_versions")
_UPGRADE_LOCK = 7305210
"""Advisory lock: two processes that upgrade at once do it one after the other."""


def upgrade(url: str) -> str:
    """Applies what is missing, gives the roles their rights, and returns the revision now in place."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _UPGRADE_LOCK})
            connection.commit()
            config = Config()
            config.set_main_option("script_location", str(_VERSIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            give_rights(connection)
            connection.commit()
        return wanted_revision()
    finally:
        engine.dispose()


def wanted_revision() -> str:
    """The newest revision that this code carries."""
    head = ScriptDirectory(str(_VERSIONS)).get_current_head()
    assert head is not None, "the package carries its schema versions"
    return head


def applied_revision(engine: Engine) -> str | None:
    """The revision of a database, None before the first upgrade."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
