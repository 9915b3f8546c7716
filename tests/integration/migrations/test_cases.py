"""Each folder of tests/migration_cases: what a rehearsal finds in it, and the verdict that follows."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from slipway.adapters.migrations.rehearsal.course import Limits
from slipway.adapters.migrations.rehearsal.rehearsal import DatabaseRehearsal
from slipway.domain.migration_proof import Rehearsed
from slipway.domain.service import CopyStrategy, RehearsalSettings
from slipway.domain.verdict_of_migrations import judge
from slipway.ports.rehearsal import OldVersion, RehearsalOrder
from tests.integration.migrations.conftest import Databases
from tests.migration_ground import BASE, Case, InProcessRunner, cases, migration_order

ON_POSTGRES = [case for case in cases() if "postgresql" in case.dialects]
ON_SQLITE = [case for case in cases() if "sqlite" in case.dialects]


@pytest.mark.parametrize("case", ON_POSTGRES, ids=lambda case: case.name)
def test_on_postgresql(case: Case, databases: Databases) -> None:
    own = case.folder / "base.sql"
    if own.is_file():
        databases.execute(own.read_text())
    databases.prepare()
    queries = case.file("old_version.sql")
    seen = _rehearse(case, databases.source, databases.scratch, databases.prepared, queries)
    _compare(case, "postgresql", seen)
    assert databases.left_on_the_server() == []


@pytest.mark.parametrize("case", ON_SQLITE, ids=lambda case: case.name)
def test_on_sqlite(case: Case, tmp_path: Path) -> None:
    source = tmp_path / "shop.db"
    with closing(sqlite3.connect(source)) as connection:
        connection.executescript((BASE / "sqlite.sql").read_text())
        own = case.folder / "base.sqlite.sql"
        connection.executescript(own.read_text() if own.is_file() else "")
    before = source.read_bytes()
    scratch = tmp_path / "scratch"
    seen = _rehearse(case, f"sqlite:///{source}", f"sqlite:///{scratch}", None, case.file("old_version.sqlite.sql"))
    _compare(case, "sqlite", seen)
    assert source.read_bytes() == before
    assert list(scratch.iterdir()) == []


def _rehearse(case: Case, source: str, scratch: str, prepared: str | None, queries: Path | None) -> Rehearsed:
    old = OldVersion(version="1.0.0", folder=Path(), queries=queries)
    runner = InProcessRunner(foreign_keys=bool(case.expected.get("foreign_keys")))
    rehearsal = DatabaseRehearsal(runner, limits=Limits(lock_seconds=60, rewrite_bytes=1))
    how = CopyStrategy.REPLICA if prepared else CopyStrategy.DUMP
    order = RehearsalOrder(
        order=migration_order(
            case.migrations(make_url(source).get_backend_name()), source, rehearsal=RehearsalSettings(copy=how)
        ),
        scratch_url=scratch,
        replica_url=prepared,
        old=old,
    )
    return rehearsal.rehearse(order)


def _compare(case: Case, dialect: str, seen: Rehearsed) -> None:
    expected = case.expected[dialect]
    told = "\n".join(f"{each.code} {each.object}: {each.detail}" for each in seen.findings)
    steps = "\n".join(f"{each.name}: {each.outcome} {each.seconds} {each.detail}" for each in seen.steps)
    print(told, steps, seen.lost_on_reverse, seen.not_covered, sep="\n")  # noqa: T201 - shown where it fails
    assert {str(each.code) for each in seen.findings} == set(expected.get("findings", ())), told
    assert list(seen.lost_on_reverse) == expected.get("lost_on_reverse", [])
    assert str(judge(seen)) == expected["verdict"]
    objects = {each.object for each in seen.findings}
    assert set(expected.get("objects", ())) <= objects
