"""A release database that is emptied for each test, with a world of fakes around it."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from slipway.adapters.database.engine import make_engine
from slipway.domain.service import Service
from slipway.platform.postgres import EmbeddedPostgres
from tests import clock as clocks
from tests.clock import Clock
from tests.scene import Scene, a_world

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


@pytest.fixture(scope="module")
def _shared(postgres: EmbeddedPostgres, _release_template: str) -> Iterator[Engine]:
    name = f"release_{uuid.uuid4().hex}"
    made = make_engine(postgres.create_database(name, template=_release_template))
    yield made
    made.dispose()
    postgres.drop_database(name)


@pytest.fixture
def empty(_shared: Engine) -> Callable[[], None]:
    return lambda: _delete_everything(_shared)


def _delete_everything(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(_EMPTY.replace(":", "\\:")))


@pytest.fixture
def engine(_shared: Engine, empty: Callable[[], None]) -> Engine:
    empty()
    return _shared


@pytest.fixture
def make_scene(engine: Engine, tmp_path: Path) -> Callable[..., Scene]:
    def make(*services: Service, **changes: Any) -> Scene:
        return a_world(engine, tmp_path, *services, **changes)

    return make


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene()


@pytest.fixture(scope="session")
def _clock_template(postgres: EmbeddedPostgres) -> str:
    clocks.make_template(postgres, "clock_template")
    return "clock_template"


@pytest.fixture(scope="module")
def clocked(postgres: EmbeddedPostgres, _clock_template: str) -> Iterator[Engine]:
    """A release database whose clock can be set."""
    name = f"clocked_{uuid.uuid4().hex}"
    made = clocks.copy_of(postgres, _clock_template, name)
    yield made
    made.dispose()
    postgres.drop_database(name)


@pytest.fixture
def clock(clocked: Engine) -> Clock:
    _delete_everything(clocked)
    return Clock(clocked)


@pytest.fixture
def emptied() -> Callable[[Engine], None]:
    """Deletes all rows of a release database."""
    return _delete_everything


@pytest.fixture
def scene_at(clocked: Engine, clock: Clock, tmp_path: Path) -> Callable[..., Scene]:
    """A scene at an instant: the database's clock stands there until the test moves it."""

    def make(at: datetime, *services: Service, **changes: Any) -> Scene:
        clock.set(at)
        scene = a_world(clocked, tmp_path, *services, **changes)
        scene.target.clock = lambda: clock.now
        return scene

    return make
