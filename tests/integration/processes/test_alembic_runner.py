"""The Alembic runner beyond the contract: locks, time-outs, killed runners, secrets."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from slipway.adapters.activity_lock import FileActivityLock
from slipway.adapters.migrations.alembic_runner import AlembicRunner
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.service import MigrationSettings
from slipway.ports.outside.migrations import MigrationOrder
from tests.fakes.service_process import eventually

MIGRATION = """
from alembic import op
revision, down_revision = "0001", None
def upgrade(): op.execute("{sql}")
def downgrade(): pass
"""
Order = Callable[..., MigrationOrder]


@pytest.fixture
def order(tmp_path: Path, database_url: str) -> Order:
    def make(sql: str, *, seconds: float = 60, statement: float = 60, lock_fd: int | None = None) -> MigrationOrder:
        versions = tmp_path / "with a space: and %" / "migrations" / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        (versions / "0001_step.py").write_text(MIGRATION.format(sql=sql))
        settings = MigrationSettings(
            connection="orders_dev", lock_timeout_seconds=0.5, lock_tries=2, statement_timeout_seconds=statement
        )
        return MigrationOrder(
            service="orders",
            environment="dev",
            folder=versions.parent.parent,
            settings=settings,
            database_url=database_url,
            deadline=datetime.now(UTC) + timedelta(seconds=seconds),
            lock_fd=lock_fd,
        )

    return make


def _connect(url: str) -> Connection:
    return create_engine(url, poolclass=NullPool).connect()


def _busy(connection: Connection) -> int:
    """How many other sessions run a statement that sleeps."""
    question = text(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' "
        "AND pid <> pg_backend_pid() AND datname = current_database()"
    )
    found = connection.execute(question).scalar_one()
    connection.rollback()
    return int(found)


def test_a_table_that_somebody_locks_fails_the_migration_soon_and_changes_nothing(
    order: Order, database_url: str
) -> None:
    with _connect(database_url) as other:
        other.execute(text("CREATE TABLE busy (id int)"))
        other.commit()
        other.execute(text("LOCK TABLE busy IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(ServiceMigrationError, match=r"revision 0001.*lock timeout"):
            AlembicRunner().upgrade(order("ALTER TABLE busy ADD COLUMN x int"))
    assert AlembicRunner().state(order("SELECT 1")).applied is None


def test_a_statement_that_takes_too_long_is_ended(order: Order) -> None:
    with pytest.raises(ServiceMigrationError, match=r"revision 0001.*statement timeout"):
        AlembicRunner().upgrade(order("SELECT pg_sleep(30)", statement=0.3))


def test_a_runner_past_its_deadline_is_killed_and_its_statement_ends_too(order: Order, database_url: str) -> None:
    with pytest.raises(ServiceMigrationError, match="deadline"):
        AlembicRunner().upgrade(order("CREATE TABLE half_done AS SELECT 1 AS x FROM pg_sleep(30)", seconds=4))
    with _connect(database_url) as connection:
        assert eventually(lambda: _busy(connection) == 0, 8)
        assert connection.execute(text("SELECT to_regclass('half_done')")).scalar_one() is None


def test_a_second_runner_waits_for_the_first(order: Order, database_url: str) -> None:
    runner, slow = AlembicRunner(), order("CREATE TABLE once AS SELECT 1 AS x FROM pg_sleep(2)")
    states = []
    first = threading.Thread(target=lambda: states.append(runner.upgrade(slow)))
    first.start()
    with _connect(database_url) as connection:
        assert eventually(lambda: _busy(connection) == 1)
    second = runner.upgrade(slow)
    first.join()
    assert [state.applied for state in (*states, second)] == ["0001", "0001"]


def test_waiting_for_another_runner_ends_at_the_deadline(order: Order, database_url: str) -> None:
    with _connect(database_url) as other:
        other.execute(text("SELECT pg_advisory_lock(357762158679)"))
        began = time.monotonic()
        with pytest.raises(ServiceMigrationError, match=r"Another migration|deadline"):
            AlembicRunner().upgrade(order("SELECT 1", seconds=3))
        assert time.monotonic() - began < 10
    assert AlembicRunner().state(order("SELECT 1")).applied is None


def test_the_activity_lock_is_free_when_the_migration_is_over(order: Order, tmp_path: Path) -> None:
    lock = FileActivityLock(tmp_path / "locks")
    with lock.hold("a1") as held:
        AlembicRunner().upgrade(order("SELECT 1", lock_fd=held.fileno()))
    assert lock.is_free("a1", lock.host) is True


def test_a_password_is_in_no_message(order: Order) -> None:
    unreachable = replace(order("SELECT 1"), database_url="postgresql+psycopg2://me:hunter22@127.0.0.1:1/nowhere")
    with pytest.raises(ServiceMigrationError) as caught:
        AlembicRunner().upgrade(unreachable)
    assert "refused" in str(caught.value)
    assert "hunter22" not in str(caught.value)


def test_the_artefact_is_left_as_it_was(order: Order) -> None:
    asked = order("SELECT 1")
    before = sorted(asked.folder.rglob("*"))
    AlembicRunner().upgrade(asked)
    assert sorted(asked.folder.rglob("*")) == before


def test_what_a_migration_prints_does_not_disturb_the_result(order: Order) -> None:
    asked = order("SELECT 1")
    (asked.folder / "migrations" / "versions" / "0001_step.py").write_text(
        MIGRATION.format(sql="SELECT 1").replace("def upgrade(): ", "def upgrade(): print('hello'); ")
    )
    assert AlembicRunner().upgrade(asked).applied == "0001"


def test_a_migration_file_that_does_not_load_is_told(order: Order) -> None:
    asked = order("SELECT 1")
    (asked.folder / "migrations" / "versions" / "0001_step.py").write_text(
        'import nothing_like_that\nrevision = "0001"\ndown_revision = None\n'
    )
    with pytest.raises(ServiceMigrationError, match="at revision 0001: ModuleNotFoundError"):
        AlembicRunner().upgrade(asked)
