"""Service migrations: the same cases on the fake and on Alembic with a real PostgreSQL."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slipway.adapters.migrations.alembic_runner import AlembicRunner
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.service import MigrationSettings
from slipway.ports import MigrationOrder, MigrationRunner
from tests.fakes.migration_runner import FakeMigrationRunner

FIRST = """
revision, down_revision, downgrade_is_lossless = "0001", None, False
from alembic import op
def upgrade(): op.execute("CREATE TABLE orders (id serial)")
def downgrade(): op.execute("DROP TABLE orders")
"""
SECOND = """
revision, down_revision = "0002", "0001"
downgrade_is_lossless = True
from alembic import op
def upgrade(): op.execute("ALTER TABLE orders ADD COLUMN note text")
def downgrade(): op.execute("ALTER TABLE orders DROP COLUMN note")
"""
BROKEN = """
revision, down_revision = "0003", "0002"
def upgrade(): raise RuntimeError("the index is broken")
def downgrade(): pass
"""


@dataclass
class Bench:
    """A runner, a database, and artefacts that carry the first so many migrations."""

    runner: MigrationRunner
    database_url: str
    folder: Path

    def order(self, *migrations: str, seconds: float = 60) -> MigrationOrder:
        folder = self.folder / f"artefact-{len(migrations)}"
        versions = folder / "migrations" / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(migrations, start=1):
            (versions / f"{number:04}_step.py").write_text(text)
        return MigrationOrder(
            service="orders",
            environment="dev",
            folder=folder,
            settings=MigrationSettings(connection="orders_dev"),
            database_url=self.database_url,
            deadline=datetime.now(UTC) + timedelta(seconds=seconds),
        )


@pytest.fixture(params=["fake", "alembic"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    if request.param == "fake":
        return Bench(FakeMigrationRunner(), "postgresql://fake", tmp_path)
    return Bench(AlembicRunner(), request.getfixturevalue("database_url"), tmp_path)


def test_an_artefact_without_migrations_carries_none(bench: Bench) -> None:
    assert not bench.runner.carries_migrations(bench.order().folder)
    assert bench.runner.carries_migrations(bench.order(FIRST).folder)


def test_the_state_of_an_empty_database_is_that_everything_is_pending(bench: Bench) -> None:
    state = bench.runner.state(bench.order(FIRST, SECOND))
    assert (state.applied, state.pending) == (None, ("0001", "0002"))


def test_an_upgrade_applies_what_is_pending_and_again_does_nothing(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND)
    assert bench.runner.upgrade(order).applied == "0002"
    assert bench.runner.upgrade(order).pending == ()
    assert bench.runner.state(order).applied == "0002"


def test_a_downgrade_goes_back_to_the_named_revision_and_to_nothing(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND)
    bench.runner.upgrade(order)
    assert bench.runner.downgrade(order, "0001").applied == "0001"
    state = bench.runner.downgrade(order, None)
    assert (state.applied, state.pending) == (None, ("0001", "0002"))


def test_only_declared_downgrades_count_as_lossless(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND)
    bench.runner.upgrade(order)
    assert bench.runner.lossless(order, "0002")
    assert bench.runner.lossless(order, "0001")
    assert not bench.runner.lossless(order, None)


def test_a_failing_migration_is_named_and_those_before_it_stay(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND, BROKEN)
    with pytest.raises(ServiceMigrationError, match="0003"):
        bench.runner.upgrade(order)
    assert bench.runner.state(order).applied == "0002"


def test_a_database_that_is_ahead_of_the_artefact_is_not_touched(bench: Bench) -> None:
    bench.runner.upgrade(bench.order(FIRST, SECOND))
    older = bench.order(FIRST)
    state = bench.runner.state(older)
    assert (state.applied, state.pending, state.known) == ("0002", (), False)
    with pytest.raises(ServiceMigrationError, match="0002"):
        bench.runner.upgrade(older)


def test_a_migration_past_its_deadline_does_nothing(bench: Bench) -> None:
    with pytest.raises(ServiceMigrationError, match="deadline"):
        bench.runner.upgrade(bench.order(FIRST, seconds=-1))
    assert bench.runner.state(bench.order(FIRST)).applied is None
