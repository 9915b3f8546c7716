"""The sample service's own versions, with the real rehearsal on PostgreSQL: what passes, and what is stopped."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from slipway.adapters.artefacts.samples import build_sample
from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.adapters.migrations.expectations import check as expectations
from slipway.adapters.migrations.expectations.suites import suites_in
from slipway.adapters.migrations.lint.lint import lint
from slipway.adapters.migrations.lint.squawk import installed_squawk
from slipway.adapters.migrations.rehearsal.rehearsal import DatabaseRehearsal
from slipway.catalogue.files import expectations_folder
from slipway.domain.grant import Step
from slipway.domain.migration_proof import FindingCode, MigrationProof
from slipway.domain.release import Attempt
from slipway.domain.service import MigrationSettings, StageRole
from slipway.platform.postgres import OWNER, EmbeddedPostgres
from slipway.ports.outside.migrations import MigrationOrder
from slipway.use_cases.ask_approval import NotAsked, ask_approval
from tests.builders import PREPROD, PROD, a_service
from tests.fakes.connections import FakeConnections
from tests.scene import TASK, Scene

SAMPLE = Path(__file__).parents[3] / "include" / "sample_services" / "orders"
VERSIONS = ("1.0.0", "1.1.0", "1.2.2")
THREE_ORDERS = "INSERT INTO orders (item, quantity) VALUES ('tea', 1), ('milk', 2), ('bread', 3)"

ORDER_WITH_NOTE = "INSERT INTO orders (item, quantity, note) VALUES ('bread', 3, 'ripe'), ('tea', 1, NULL)"
WHAT_TO_DO = ("keep the values", "split it: expand now, contract", "slipway migrations waive m")


@dataclass
class Orders:
    """The service in a scene, with a real database in each environment."""

    scene: Scene
    urls: dict[str, str]
    folder: Path

    def live_of_old(self, version: str, rows: str) -> None:
        """Everywhere, with these rows."""
        self.scene.long_live(version)
        for role in StageRole:
            ArtefactRunner().upgrade(self._order(version, role))
            self.run(role, rows)

    def run(self, role: StageRole, statement: str) -> list[tuple[object, ...]]:
        engine = create_engine(self.urls[role.value], poolclass=NullPool)
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []

    def proof(self, attempt: Attempt, role: StageRole) -> MigrationProof:
        with self.scene.store.transaction() as tx:
            check = tx.migrations.checked(attempt.id, role)
        assert check is not None
        assert check.proof is not None
        return check.proof

    def _order(self, version: str, role: StageRole) -> MigrationOrder:
        return MigrationOrder(
            service="orders",
            environment=role.value,
            folder=self.folder / version,
            settings=MigrationSettings(connection=f"orders_{role.value}"),
            database_url=self.urls[role.value],
            deadline=datetime.now(UTC) + timedelta(seconds=60),
        )


@pytest.fixture
def orders(make_scene: Callable[..., Scene], postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Orders]:
    scene, mark = make_scene(a_service(database=True)), uuid.uuid4().hex[:8]
    urls = {role.value: postgres.create_database(f"orders_{role.value}_{mark}") for role in StageRole}
    runner = ArtefactRunner()
    scene.world = replace(
        scene.world,
        migrations=runner,
        rehearsal=DatabaseRehearsal(runner, expectations, lint=installed_squawk()),
        scratch_url=postgres.url(OWNER),
        lint=lint,
        suites=lambda _: None,  # seconds each: one test asks for them
        connections=FakeConnections({f"orders_{name}": url for name, url in urls.items()}),
    )
    for version in VERSIONS:
        folder = tmp_path / "built" / version
        build_sample(SAMPLE, version, folder)
        files = {str(one.relative_to(folder)): one.read_text() for one in folder.rglob("*") if one.is_file()}
        scene.artefacts.publish("orders", version, files)
    yield Orders(scene, urls, tmp_path / "built")
    for role in StageRole:
        postgres.drop_database(f"orders_{role.value}_{mark}")


def test_its_first_version_loses_on_the_way_back_what_was_written_since(orders: Orders) -> None:
    attempt = orders.scene.dev_passed("1.0.0")
    assert orders.scene.check(attempt, PREPROD).outcome is None
    proof = orders.proof(attempt, PREPROD)
    assert (proof.verdict, proof.old_version) == ("reversible, new data lost", None)
    assert {"orders", "orders_kept_aside"} <= set(proof.rehearsed.lost_on_reverse)


def test_a_reversible_one_goes_live_and_no_order_is_lost(orders: Orders) -> None:
    orders.live_of_old("1.0.0", THREE_ORDERS)
    attempt = orders.scene.live("1.1.0")
    for role in (PREPROD, PROD):
        proof = orders.proof(attempt, role)
        assert (proof.verdict, proof.old_version, proof.rehearsed.rows) == ("reversible", "1.0.0", 3)
        assert proof.rehearsed.old_version_tried
        assert [one for one in proof.rehearsed.findings if one.code is not FindingCode.LINT] == []
        assert orders.run(role, "SELECT count(note), count(*) FROM orders") == [(0, 3)]


def test_an_irreversible_one_is_stopped_before_anyone_is_asked(orders: Orders) -> None:
    suites = suites_in(expectations_folder(SAMPLE.parents[1] / "catalogue", "orders"))
    orders.scene.world = replace(orders.scene.world, suites=lambda _: suites)
    orders.live_of_old("1.1.0", ORDER_WITH_NOTE)
    attempt = orders.scene.dev_passed("1.2.2")
    checked = orders.scene.check(attempt, PREPROD)
    assert checked.outcome == "refused"
    for words in ("orders.note", "migrations/versions/0003_drop_note.py", *WHAT_TO_DO):
        assert words in checked.detail
    assert "ripe" not in checked.detail
    codes = {one.code for one in orders.proof(attempt, PREPROD).rehearsed.findings} - {FindingCode.LINT}
    assert codes == {"data_lost", "still_in_use", "old_version_breaks", "declared_irreversible"}
    assert isinstance(ask_approval(orders.scene.world, attempt.id, Step.APPROVE, "task-1", TASK), NotAsked)
    assert orders.scene.log("approval_asked") == []
    assert orders.run(PREPROD, "SELECT note FROM orders WHERE note IS NOT NULL") == [("ripe",)]
