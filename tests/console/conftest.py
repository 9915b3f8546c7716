"""The console around a real release database, with fakes for what Airflow gives: who is signed in, and answers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from fastapi import FastAPI, Header, HTTPException
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from slipway.catalogue.load import load_catalogue
from slipway.console.app import create_app
from slipway.console.parts import Parts
from slipway.domain.platform import Catalogue
from tests.builders import platform_rules
from tests.fakes.read_answer import FakeReadAnswer
from tests.integration.conftest import _shared, empty, engine
from tests.scene import Scene, a_world

__all__ = ["_shared", "empty", "engine"]

CATALOGUE = Path(__file__).parents[2] / "include" / "catalogue"
INTERNAL_TOKEN = "the-internal-token"
BASE_URL = "https://slipway.example"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The demo's, read once: a value that nobody changes. Services of `builders` have their host in it as well."""
    demo = load_catalogue(CATALOGUE)
    hosts = (*demo.platform.smoke_hosts, *platform_rules().smoke_hosts)
    return replace(demo, platform=replace(demo.platform, smoke_hosts=hosts))


@pytest.fixture
def scene(engine: Engine, tmp_path: Path, catalogue: Catalogue) -> Scene:
    """The demo catalogue's rules and people in effect."""
    return a_world(engine, tmp_path, rules=catalogue.platform, everybody=catalogue.people)


@pytest.fixture
def answers() -> FakeReadAnswer:
    return FakeReadAnswer()


@pytest.fixture
def parts(scene: Scene, answers: FakeReadAnswer) -> Parts:
    return Parts(
        world=lambda: scene.world,
        store=lambda: scene.store,
        read_answer=answers,
        catalogue=CATALOGUE,
        base_url=f"{BASE_URL}/airflow",
        internal_token=INTERNAL_TOKEN,
    )


@pytest.fixture(scope="module")
def _app() -> FastAPI:
    """Built once: its routes, and whom it takes for signed in, are the same for every test."""
    nobodys = Parts(
        world=_unset, store=_unset, read_answer=_unset, catalogue=CATALOGUE, base_url=BASE_URL, internal_token=""
    )
    return create_app(nobodys, _person)


@pytest.fixture
def client(_app: FastAPI, parts: Parts) -> Iterator[TestClient]:
    """Nobody is signed in; requests with the header `x-test-person` come from that person's browser."""
    _app.state.parts = parts
    with TestClient(_app, raise_server_exceptions=False) as made:
        yield made


def _unset(*_: object) -> NoReturn:
    raise AssertionError("each test brings its own parts")


def _person(x_test_person: str | None = Header(default=None)) -> str:
    if x_test_person is None:
        raise HTTPException(401, "Not authenticated")
    return x_test_person


def as_person(person: str) -> dict[str, str]:
    """Headers of a page of our own, in this person's browser."""
    return {"x-test-person": person, "x-requested-with": "slipway"}


def as_task() -> dict[str, str]:
    """Headers of an approval task."""
    return {"authorization": f"Bearer {INTERNAL_TOKEN}"}
