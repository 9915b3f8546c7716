"""The sample services do what the demo and the tests need of them."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine

from slipway.adapters.artefacts.folder_store import FolderArtefacts
from slipway.adapters.artefacts.samples import publish_samples
from slipway.adapters.migrations.alembic_runner import AlembicRunner
from slipway.adapters.migrations.in_child.statements import statements
from slipway.adapters.targets.local.resume import stop_all
from slipway.adapters.targets.local_process import LocalProcessTarget
from slipway.domain.errors import TargetError
from slipway.domain.migration_proof import Reversibility
from slipway.domain.service import MigrationSettings
from slipway.ports.outside.migrations import MigrationOrder
from slipway.ports.outside.targets import DeployOrder
from tests.fakes.service_process import free_port

SAMPLES = Path(__file__).parents[3] / "include" / "sample_services"


class Host:
    """Deploys sample versions on one port, and talks to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FolderArtefacts(folder / "store")
        publish_samples(self.store, SAMPLES)
        self.port = free_port()
        self.target = LocalProcessTarget(folder / "state", port=self.port)

    def fetch(self, service: str, version: str) -> Path:
        return self.store.fetch(self.store.resolve(service, version), self.folder / "work")

    def deploy(self, service: str, version: str, **variables: str) -> None:
        order = DeployOrder(
            service=service,
            environment="dev",
            artefact=self.store.resolve(service, version),
            folder=self.fetch(service, version),
            fencing=1,
            deadline=datetime.now(UTC) + timedelta(seconds=30),
            environment_variables=variables,
        )
        self.target.deploy(order)

    def ask(self, path: str, body: object = None) -> tuple[int, Any]:
        content = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", content, 10) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def migration(self, version: str, database_url: str) -> MigrationOrder:
        return MigrationOrder(
            service="orders",
            environment="dev",
            folder=self.fetch("orders", version),
            settings=MigrationSettings(connection="orders_dev"),
            database_url=database_url,
            deadline=datetime.now(UTC) + timedelta(seconds=60),
        )


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(tmp_path)
    yield made
    stop_all(tmp_path / "state")


def test_every_version_is_published_and_again_nothing_changes(host: Host) -> None:
    assert host.store.versions("orders") == ["1.0.0", "1.1.0", "1.2.0", "1.2.1", "1.2.2", "1.3.0"]
    assert host.store.versions("forms") == ["2.0.0", "2.1.0"]
    assert host.store.versions("greeter") == ["1.0.0", "1.1.0", "1.1.1", "1.2.0"]
    published = publish_samples(host.store, SAMPLES)
    assert len({artefact.digest for artefact in published}) == len(published) == 12


def test_greeter_greets_and_says_which_bytes_run(host: Host) -> None:
    host.deploy("greeter", "1.2.0")
    assert host.ask("/greet?name=Ada") == (200, {"greeting": "Hello, Ada"})
    health = {"status": "ok", "version": "1.2.0", "digest": host.store.resolve("greeter", "1.2.0").digest}
    assert host.ask("/health") == (200, health)
    assert host.ask("/nowhere")[0] == 404


def test_greeter_1_1_1_never_becomes_healthy(host: Host) -> None:
    with pytest.raises(TargetError, match=r"greetings\.toml is missing"):
        host.deploy("greeter", "1.1.1")


def test_forms_lists_its_forms(host: Host) -> None:
    host.deploy("forms", "2.1.0")
    status, answer = host.ask("/forms?topic=driving")
    assert (status, [form["id"] for form in answer["forms"]]) == (200, ["lost-licence"])


def test_orders_keeps_orders_through_versions_and_its_migration_keeps_notes(host: Host, database_url: str) -> None:
    runner = AlembicRunner()
    runner.upgrade(host.migration("1.0.0", database_url))
    host.deploy("orders", "1.0.0", DATABASE_URL=database_url)
    assert host.ask("/orders", {"item": "tea", "quantity": 2}) == (201, {"id": 1, "item": "tea", "quantity": 2})
    assert host.ask("/orders", {"item": "tea", "quantity": 0})[0] == 400

    newer = host.migration("1.1.0", database_url)
    runner.upgrade(newer)
    assert host.ask("/orders", {"item": "milk"})[0] == 201, "the version before works on the new schema"
    host.deploy("orders", "1.1.0", DATABASE_URL=database_url)
    assert host.ask("/orders", {"item": "jam", "note": "gift"})[1]["note"] == "gift"
    assert runner.lossless(newer, "0001")
    assert not runner.lossless(newer, None)
    runner.downgrade(newer, "0001")
    runner.upgrade(newer)
    notes = [order["note"] for order in host.ask("/orders")[1]["orders"]]
    assert notes == ["gift", None, None]


def test_orders_1_2_2_drops_the_notes_that_the_version_before_writes(host: Host, database_url: str) -> None:
    AlembicRunner().upgrade(host.migration("1.2.2", database_url))
    host.deploy("orders", "1.2.1", DATABASE_URL=database_url)
    assert host.ask("/orders", {"item": "tea", "quantity": 2, "note": "gift"})[0] == 500
    said = [
        file.declared.kind if file.declared else None for file in AlembicRunner().files(host.fetch("orders", "1.2.2"))
    ]
    assert said == [Reversibility.LOSSY, Reversibility.REVERSIBLE, Reversibility.IRREVERSIBLE]


def test_the_version_before_finds_its_statements_answered(host: Host, database_url: str) -> None:
    AlembicRunner().upgrade(host.migration("1.1.0", database_url))
    with create_engine(database_url, poolclass=NullPool).begin() as connection:
        text = (host.fetch("orders", "1.0.0") / "migrations" / "old_version.sql").read_text()
        for statement in statements(text, "postgresql"):
            connection.exec_driver_sql(statement)


def test_orders_1_2_0_answers_500_and_1_2_1_is_its_fix(host: Host, database_url: str) -> None:
    AlembicRunner().upgrade(host.migration("1.2.0", database_url))
    host.deploy("orders", "1.2.0", DATABASE_URL=database_url)
    assert host.ask("/orders", {"item": "tea", "quantity": 2})[0] == 500
    host.deploy("orders", "1.2.1", DATABASE_URL=database_url)
    assert host.ask("/orders", {"item": "tea", "quantity": 2})[0] == 201
    assert host.ask("/orders", {"item": "tea", "quantity": 200})[0] == 400
    host.deploy("orders", "1.3.0", DATABASE_URL=database_url)
    assert host.ask("/orders", {"item": "tea", "quantity": 200})[0] == 201
