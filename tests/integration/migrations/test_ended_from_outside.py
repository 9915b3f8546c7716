"""A rehearsal that is killed, out of time, or loses a child: its copies go, and the migration is not blamed."""

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from airflow.sdk.exceptions import AirflowTaskTimeout

from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.adapters.migrations.rehearsal.places import swept_folder
from slipway.adapters.migrations.rehearsal.rehearsal import DatabaseRehearsal
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import FindingCode, Rehearsed
from slipway.domain.verdict_of_migrations import judge
from slipway.platform.client import wait_for
from slipway.platform.home import PROJECT
from slipway.ports.rehearsal import OldVersion, RehearsalOrder
from tests.integration.migrations.conftest import Databases, ask
from tests.migration_ground import BASE, migration_order

SLEEPS = (
    "SELECT datname FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND datname LIKE 'slipway_rehearsal_%'"
)
REHEARSES = """
import sys
from pathlib import Path
from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.adapters.migrations.rehearsal.rehearsal import DatabaseRehearsal
from slipway.ports.rehearsal import RehearsalOrder
from tests.migration_ground import migration_order

source, scratch, folder = sys.argv[1:]
order = RehearsalOrder(order=migration_order(Path(folder), source, 600), scratch_url=scratch)
DatabaseRehearsal(ArtefactRunner()).rehearse(order)
"""
ADDS = 'op.execute("ALTER TABLE customers ADD COLUMN nickname text")'
DROPS = 'op.execute("ALTER TABLE customers DROP COLUMN nickname")'
IS_KILLED = "os.kill(os.getpid(), signal.SIGKILL)"
NEW_ROWS = 'op.get_bind().execute(sa.text("SELECT count(nickname) FROM customers")).scalar()'
IS_KILLED_WITH_NEW_ROWS = f"if {NEW_ROWS}:\n        {IS_KILLED}\n    {DROPS}"
SLEEPS_ON = 'op.execute("SELECT pg_sleep(600)")'


def an_artefact(folder: Path, upgrade: str = ADDS, downgrade: str = DROPS) -> Path:
    """With one migration, whose ways are these statements of Python."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_step.py").write_text(
        "import os, signal\n"
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        'revision, down_revision = "0001", None\n'
        'reversibility = {"kind": "conditional", "reason": "it may refuse"}\n'
        f"def upgrade():\n    {upgrade}\n"
        f"def downgrade():\n    {downgrade}\n"
    )
    return folder


def order_of(databases: Databases, folder: Path) -> RehearsalOrder:
    """Of an artefact in this folder."""
    return RehearsalOrder(
        order=migration_order(folder, databases.source),
        scratch_url=databases.scratch,
        old=OldVersion(version="1.0.0", folder=folder, queries=BASE / "old_version.sql"),
    )


def rehearse(databases: Databases, folder: Path) -> Rehearsed:
    """With the runner that migrates for real."""
    return DatabaseRehearsal(ArtefactRunner()).rehearse(order_of(databases, folder))


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Path]:
    """One for each artefact of a test."""
    return lambda name: tmp_path / name


def test_what_a_killed_one_copied_is_dropped_by_the_next_which_goes_on(
    databases: Databases, folder: Callable[[str], Path]
) -> None:
    sleeping = an_artefact(folder("sleeping"), SLEEPS_ON)
    words = [sys.executable, "-c", REHEARSES, databases.source, databases.scratch, str(sleeping)]
    with subprocess.Popen(words, cwd=PROJECT) as process:
        (copy,) = wait_for(lambda: ask(databases.scratch, SLEEPS) or None, 120, "the upgrade of the copy")
        process.send_signal(signal.SIGKILL)
    assert copy in databases.left_on_the_server()
    seen = rehearse(databases, an_artefact(folder("next")))
    assert {each.code for each in seen.findings} <= {FindingCode.NEW_ROWS_LOST}
    assert databases.left_on_the_server() == []
    assert ask(databases.scratch, SLEEPS) == []


def test_one_whose_task_runs_out_of_time_drops_its_copies(databases: Databases, folder: Callable[[str], Path]) -> None:
    def time_is_up(_: str) -> None:
        raise AirflowTaskTimeout

    order = order_of(databases, an_artefact(folder("slow"), f'print("progress: one")\n    {SLEEPS_ON}'))
    order = replace(order, order=replace(order.order, on_progress=time_is_up))
    with pytest.raises(AirflowTaskTimeout):
        DatabaseRehearsal(ArtefactRunner()).rehearse(order)
    assert databases.left_on_the_server() == []
    assert ask(databases.scratch, SLEEPS) == []


@pytest.mark.parametrize(
    ("upgrade", "downgrade", "step"),
    [
        (IS_KILLED, DROPS, "upgrade"),
        (ADDS, IS_KILLED, "downgrade"),
        (ADDS, IS_KILLED_WITH_NEW_ROWS, "downgrade_with_new_rows"),
        ('op.execute("SELECT pg_terminate_backend(pg_backend_pid())")', DROPS, "upgrade"),
    ],
)
def test_a_move_that_is_ended_from_outside_proves_nothing_and_is_not_held_against_the_migration(
    databases: Databases, folder: Callable[[str], Path], upgrade: str, downgrade: str, step: str
) -> None:
    seen = rehearse(databases, an_artefact(folder("killed"), upgrade, downgrade))
    assert {(each.code, each.object) for each in seen.findings} == {(FindingCode.CHECK_ERRORED, step)}
    assert judge(seen) == "not proven"
    assert databases.left_on_the_server() == []


def test_a_database_that_is_not_there_is_said_so_where_its_schema_is_compared(databases: Databases) -> None:
    order = migration_order(Path(), f"{databases.source}_gone")
    with pytest.raises(ServiceMigrationError, match=r"schema of shop in preprod could not be read"):
        DatabaseRehearsal(ArtefactRunner()).catalogue_hash(order)


def test_a_folder_of_rows_that_nobody_holds_any_more_is_removed_and_no_other(tmp_path: Path) -> None:
    dead = tmp_path / "dump-dead"
    dead.mkdir()
    (dead / "lock").touch()
    with swept_folder(tmp_path, "dump-") as held, swept_folder(tmp_path, "dump-") as other:
        assert sorted(tmp_path.iterdir()) == sorted([held, other])
        assert (held.stat().st_mode & 0o777) == 0o700
    assert list(tmp_path.iterdir()) == []
