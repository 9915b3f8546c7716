"""A release database that is emptied for each test, with a world of fakes around it."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from slipway.adapters.database.engine import make_engine
from slipway.domain.service import Service
from slipway.platform.postgres import EmbeddedPostgres
from tests import clock as clocks
from tests.clock import Clock
from tests.empty_database import delete_everything
from tests.scene import Scene, a_world


@pytest.fixture(scope="module")
def _shared(postgres: EmbeddedPostgres, _release_template: str) -> Iterator[Engine]:
    name = f"release_{uuid.uuid4().hex}"
    made = make_engine(postgres.create_database(name, template=_release_template))
    yield made
    made.dispose()
    postgres.drop_database(name)


@pytest.fixture
def empty(_shared: Engine) -> Callable[[], None]:
    return lambda: delete_everything(_shared)


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
def clock_template(postgres: EmbeddedPostgres) -> str:
    clocks.make_template(postgres, "clock_template")
    return "clock_template"


@pytest.fixture(scope="module")
def clocked(postgres: EmbeddedPostgres, clock_template: str) -> Iterator[Engine]:
    """A release database whose clock can be set."""
    name = f"clocked_{uuid.uuid4().hex}"
    made = clocks.copy_of(postgres, clock_template, name)
    yield made
    made.dispose()
    postgres.drop_database(name)


@pytest.fixture
def clock(clocked: Engine) -> Clock:
    delete_everything(clocked)
    return Clock(clocked)


@pytest.fixture
def scene_at(clocked: Engine, clock: Clock, tmp_path: Path) -> Callable[..., Scene]:
    """A scene at an instant: the database's clock stands there until the test moves it."""

    def make(at: datetime, *services: Service, **changes: Any) -> Scene:
        clock.set(at)
        scene = a_world(clocked, tmp_path, *services, **changes)
        scene.target.clock = scene.migrations.clock = lambda: clock.now
        return scene

    return make
