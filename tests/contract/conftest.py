"""The release store in memory and on PostgreSQL, for cases that both must pass."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.transaction import DatabaseStore
from slipway.platform.postgres import EmbeddedPostgres
from slipway.ports.store import ReleaseStore
from tests.fakes.release_store import MemoryStore


@contextmanager
def _in_memory(_: pytest.FixtureRequest) -> Iterator[Any]:
    yield MemoryStore(datetime(2026, 11, 19, 10, tzinfo=UTC))


@contextmanager
def on_postgresql(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A release database of its own."""
    server: EmbeddedPostgres = request.getfixturevalue("postgres")
    name = f"release_{uuid.uuid4().hex}"
    engine = make_engine(server.create_database(name, template=request.getfixturevalue("_release_template")))
    yield DatabaseStore(engine)
    engine.dispose()
    server.drop_database(name)


@pytest.fixture(params=[_in_memory, on_postgresql], ids=["memory", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[ReleaseStore]:
    with request.param(request) as made:
        yield made
