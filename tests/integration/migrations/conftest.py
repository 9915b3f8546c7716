"""One database with the schema and the rows of all cases, copied for each."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg2
import pytest
from sqlalchemy import make_url

from slipway.platform.postgres import OWNER, EmbeddedPostgres
from tests.migration_ground import BASE

TEMPLATE = "shop_template"


@dataclass
class Databases:
    """A service's database, its prepared copy, and the server to rehearse on."""

    source: str
    prepared: str
    scratch: str
    server: EmbeddedPostgres

    def execute(self, statements: str) -> None:
        """In the service's database, before it is copied."""
        execute(self.source, statements)

    def prepare(self) -> None:
        """Copies what is now in the service's database."""
        name = str(make_url(self.source).database)
        self.prepared = self.server.create_database(f"{name}_prepared", template=name)

    def left_on_the_server(self) -> list[str]:
        """Scratch databases that nobody dropped."""
        return ask(self.scratch, "SELECT datname FROM pg_database WHERE datname LIKE 'slipway_rehearsal_%'")


def ask(url: str, question: str) -> list[Any]:
    """The first column of the answer."""
    connection = psycopg2.connect(url.replace("postgresql+psycopg2://", "postgresql://", 1))
    cursor = connection.cursor()
    cursor.execute(question)
    found = [row[0] for row in cursor.fetchall()]
    connection.close()
    return found


def execute(url: str, statements: str) -> None:
    """All of it in one go."""
    connection = psycopg2.connect(url.replace("postgresql+psycopg2://", "postgresql://", 1))
    connection.autocommit = True
    connection.cursor().execute(statements)
    connection.close()


@pytest.fixture(scope="session")
def _shop_template(postgres: EmbeddedPostgres) -> str:
    url = postgres.create_database(TEMPLATE)
    execute(url, "CREATE ROLE rehearsal_reader")
    execute(url, (BASE / "postgresql.sql").read_text())
    return TEMPLATE


@pytest.fixture
def databases(postgres: EmbeddedPostgres, _shop_template: str) -> Iterator[Databases]:
    """A service's database with rows."""
    name = f"shop_{uuid.uuid4().hex[:12]}"
    source = postgres.create_database(name, template=_shop_template)
    yield Databases(source, "", postgres.url(OWNER), postgres)
    for each in (f"{name}_prepared", name):
        postgres.drop_database(each)
