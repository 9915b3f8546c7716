"""How a rehearsal copies, what it refuses, and what it says of what it did not see."""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.adapters.migrations.rehearsal.course import NO_STATEMENT_LINT, Limits
from slipway.adapters.migrations.rehearsal.postgres import dump
from slipway.adapters.migrations.rehearsal.postgres.connection import connected
from slipway.adapters.migrations.rehearsal.postgres.scratch import must_be_of_release
from slipway.adapters.migrations.rehearsal.rehearsal import DatabaseRehearsal
from slipway.adapters.migrations.rehearsal.sqlite.connection import connected as sqlite_connected
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Cause, Finding, FindingCode, Rehearsed, StepOutcome
from slipway.domain.service import CopyStrategy, RehearsalSettings
from slipway.ports.outside.migrations import MigrationOrder, MigrationState, MigrationStep
from slipway.ports.rehearsal import (
    ExpectationResults,
    Expectations,
    OldVersion,
    PreparedExpectations,
    RehearsalOrder,
    Suites,
)
from tests.integration.migrations.conftest import Databases, ask, execute
from tests.migration_ground import BASE, CASES, InProcessRunner, migration_order

ADD_COLUMN = CASES / "add_column"


def rehearse(
    databases: Databases,
    folder: Path = ADD_COLUMN,
    *,
    copy: CopyStrategy = CopyStrategy.DUMP,
    replica: str | None = None,
    queries: Path | None = BASE / "old_version.sql",
    expectations: Expectations | None = None,
    excluded: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    runner: InProcessRunner | None = None,
    seconds: float = 60,
) -> Rehearsed:
    """With the settings that a test is not about left as they are."""
    settings = RehearsalSettings(copy=copy, sample_rows=5, may_differ=excluded or {})
    order = RehearsalOrder(
        order=migration_order(folder, databases.source, seconds, settings),
        scratch_url=databases.scratch,
        replica_url=replica,
        old=OldVersion(version="1.0.0", folder=folder, queries=queries),
        suites=Suites(folder=Path(), sha256="") if expectations else None,
    )
    return DatabaseRehearsal(runner or InProcessRunner(), expectations, limits).rehearse(order)


def migration(folder: Path, upgrade: str, downgrade: str) -> Path:
    """An artefact with one migration of plain statements."""
    (folder / "versions").mkdir(exist_ok=True)
    (folder / "versions" / "0001_step.py").write_text(
        "from alembic import op\n"
        'revision = "0001"\n'
        "down_revision = None\n"
        f"def upgrade(): op.execute({upgrade!r})\n"
        f"def downgrade(): op.execute({downgrade!r})\n"
    )
    return folder


def codes(seen: Rehearsed) -> set[FindingCode]:
    return {each.code for each in seen.findings}


def test_a_dump_has_every_row_and_is_dropped_afterwards(databases: Databases) -> None:
    seen = rehearse(databases)
    assert (seen.rows, seen.copied_by, codes(seen)) == (140, "dump", set())
    assert databases.left_on_the_server() == []


def test_the_environments_own_database_is_not_touched(databases: Databases) -> None:
    rehearsal = DatabaseRehearsal(InProcessRunner())
    order = migration_order(ADD_COLUMN, databases.source)
    before = rehearsal.catalogue_hash(order)
    assert rehearse(databases).catalogue_hash == before
    assert rehearsal.catalogue_hash(order) == before
    assert ask(databases.source, "SELECT tablename FROM pg_tables WHERE tablename = 'alembic_version'") == []


def test_the_catalogues_hash_changes_with_the_catalogue(databases: Databases) -> None:
    rehearsal, order = DatabaseRehearsal(InProcessRunner()), migration_order(ADD_COLUMN, databases.source)
    before = rehearsal.catalogue_hash(order)
    databases.execute("REVOKE SELECT ON open_orders FROM rehearsal_reader")
    assert rehearsal.catalogue_hash(order) != before


@pytest.mark.parametrize(
    ("case", "expected", "steps"),
    [
        ("add_column", set(), {StepOutcome.PASS}),
        ("index_concurrently", set(), {StepOutcome.PASS}),
        ("half_applied", {"half_applied", "upgrade_failed"}, None),
        ("branch_heads", {"several_heads"}, None),
        ("invalid_index", {"invalid_index", "upgrade_failed"}, None),
    ],
)
def test_it_runs_with_the_runner_that_migrates_for_real(
    databases: Databases, tmp_path: Path, case: str, expected: set[str], steps: set[StepOutcome] | None
) -> None:
    shutil.copytree(CASES / case / "versions", tmp_path / "migrations" / "versions")
    order = RehearsalOrder(
        order=migration_order(tmp_path, databases.source),
        scratch_url=databases.scratch,
        old=OldVersion(version="1.0.0", folder=tmp_path, queries=BASE / "old_version.sql"),
    )
    seen = DatabaseRehearsal(ArtefactRunner()).rehearse(order)
    assert codes(seen) == expected
    assert steps in (None, {each.outcome for each in seen.steps})
    assert databases.left_on_the_server() == []


class LintsEverything:
    """Finds something in every statement."""

    def __call__(self, steps: Sequence[MigrationStep], server: str) -> Sequence[Finding]:
        heard = [one for step in steps for one in step.statements if "ALTER TABLE" in one]
        return [Finding(code=FindingCode.LINT, object=server.split(".", maxsplit=1)[0], detail=one) for one in heard]


def test_what_the_upgrade_sent_is_linted_and_fails_no_step(databases: Databases, tmp_path: Path) -> None:
    shutil.copytree(ADD_COLUMN / "versions", tmp_path / "migrations" / "versions")
    order = RehearsalOrder(order=migration_order(tmp_path, databases.source), scratch_url=databases.scratch)
    seen = DatabaseRehearsal(ArtefactRunner(), lint=LintsEverything()).rehearse(order)
    (found,) = seen.findings
    assert (found.code, found.object.isdigit()) == (FindingCode.LINT, True)
    assert "nickname" in found.detail
    assert {each.outcome for each in seen.steps} == {StepOutcome.PASS}
    assert NO_STATEMENT_LINT not in seen.not_covered


def test_without_a_linter_of_statements_that_is_said(databases: Databases) -> None:
    assert NO_STATEMENT_LINT in rehearse(databases).not_covered


def test_a_sample_keeps_what_its_rows_refer_to_and_says_what_it_is(databases: Databases) -> None:
    seen = rehearse(databases, copy=CopyStrategy.SAMPLE, queries=None)
    assert codes(seen) == set()
    assert 15 <= seen.rows <= 20  # five of each of three tables, and at most five customers of orders
    assert any("Only a sample: 5 rows" in each for each in seen.not_covered)


def test_a_prepared_copy_is_used_and_said(databases: Databases) -> None:
    databases.prepare()
    seen = rehearse(databases, copy=CopyStrategy.REPLICA, replica=databases.prepared)
    assert codes(seen) == set()
    assert any("prepared beforehand" in each for each in seen.not_covered)


def test_a_prepared_copy_that_is_the_source_itself_is_refused(databases: Databases) -> None:
    with pytest.raises(ServiceMigrationError, match="environment's own"):
        rehearse(databases, copy=CopyStrategy.REPLICA, replica=databases.source)


def test_a_prepared_copy_with_another_schema_is_refused(databases: Databases) -> None:
    databases.prepare()
    execute(databases.prepared, "DROP INDEX orders_customer_id_idx")
    with pytest.raises(ServiceMigrationError, match=r"index orders\.orders_customer_id_idx is missing"):
        rehearse(databases, copy=CopyStrategy.REPLICA, replica=databases.prepared)


def test_a_replica_that_nobody_named_is_refused(databases: Databases) -> None:
    with pytest.raises(ServiceMigrationError, match="the stage names none"):
        rehearse(databases, copy=CopyStrategy.REPLICA)
    assert databases.left_on_the_server() == []


def test_nothing_is_begun_after_the_deadline(databases: Databases) -> None:
    with pytest.raises(ServiceMigrationError, match="deadline"):
        rehearse(databases, seconds=-1)


def test_what_a_killed_rehearsal_left_is_dropped_by_the_next(databases: Databases) -> None:
    databases.server.create_database("slipway_rehearsal_dead_copy")
    rehearse(databases)
    assert databases.left_on_the_server() == []


def test_a_dump_that_a_killed_rehearsal_left_is_taken_away_by_the_next(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "_ABOVE", tmp_path)
    left = tmp_path / "slipway-dump-dead"
    left.mkdir()
    (left / "lock").touch()
    (left / "rows.dat").write_text("Mary Ann")
    rehearse(databases)
    assert list(tmp_path.iterdir()) == []


def test_where_it_must_be_apart_the_environments_own_server_is_refused(databases: Databases) -> None:
    order = RehearsalOrder(order=migration_order(ADD_COLUMN, databases.source), scratch_url=databases.scratch)
    with pytest.raises(ServiceMigrationError, match="the one that the environment's own database is on"):
        DatabaseRehearsal(InProcessRunner(), apart=True).rehearse(order)
    assert databases.left_on_the_server() == []


def test_a_scratch_server_of_another_release_proves_nothing() -> None:
    must_be_of_release(18, 18)
    with pytest.raises(ServiceMigrationError, match="Name a scratch server of PostgreSQL 15"):
        must_be_of_release(15, 18)


def test_whoever_looks_at_the_environments_database_can_change_nothing(databases: Databases) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=10)
    with connected(databases.source, soon, read_only=True) as source, pytest.raises(DBAPIError, match="read-only"):
        source.execute(text("CREATE TABLE mine (x int)"))


def test_of_a_file_too(tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=10)
    with (
        sqlite_connected(tmp_path / "orders.db", soon, read_only=True) as source,
        pytest.raises(DBAPIError, match="readonly"),
    ):
        source.execute(text("CREATE TABLE mine (x int)"))


def test_a_database_is_told_from_another_with_the_same_schema(databases: Databases, tmp_path: Path) -> None:
    databases.prepare()
    files = [f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "two")]
    for url in files:
        sqlite3.connect(url.removeprefix("sqlite:///")).execute("CREATE TABLE a (x)").connection.close()
    rehearsal = DatabaseRehearsal(InProcessRunner())
    urls = [databases.source, databases.prepared, *files]
    ids = [rehearsal.database_id(migration_order(ADD_COLUMN, url)) for url in urls]
    assert len(set(ids)) == 4
    assert ids == [rehearsal.database_id(migration_order(ADD_COLUMN, url)) for url in urls]
    assert rehearse(databases).source == ids[0]


def test_a_copy_has_the_settings_that_give_statements_their_meaning(databases: Databases, tmp_path: Path) -> None:
    name = make_url(databases.source).database
    databases.execute(f'CREATE SCHEMA app; ALTER DATABASE "{name}" SET search_path = app, public')
    folder = migration(tmp_path, "CREATE TABLE things (id int PRIMARY KEY)", "DROP TABLE app.things")
    seen = rehearse(databases, folder)
    assert (codes(seen), list(seen.lost_on_reverse)) == (set(), ["app.things"])


def test_what_a_copy_would_reach_far_away_is_cut_off_and_said(databases: Databases, tmp_path: Path) -> None:
    far = "CREATE FOREIGN DATA WRAPPER far_away; CREATE SERVER far FOREIGN DATA WRAPPER far_away;"
    databases.execute(far + "CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'hunter22')")
    needs_it = "ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (SET password 'other')"
    seen = rehearse(databases, migration(tmp_path, needs_it, "SELECT 1"))
    assert FindingCode.UPGRADE_FAILED in codes(seen)
    assert any("foreign server far was cut off" in each for each in seen.not_covered)
    assert "hunter22" not in str(seen)
    assert ask(databases.source, "SELECT count(*) FROM pg_user_mappings") == [1]


def test_large_objects_are_said_not_to_be_compared(databases: Databases) -> None:
    databases.execute("SELECT lo_create(0)")
    assert any("1 large objects" in each for each in rehearse(databases).not_covered)


@pytest.mark.parametrize(
    ("upgrade", "left"),
    [
        ('CREATE COLLATION spare FROM "C"', "collation"),
        ("CREATE CAST (text AS point) WITH INOUT", "cast"),
        ("CREATE TEXT SEARCH CONFIGURATION spare (COPY = simple)", "text search configuration"),
    ],
)
def test_what_is_rarely_made_is_no_less_left_over(
    databases: Databases, tmp_path: Path, upgrade: str, left: str
) -> None:
    seen = rehearse(databases, migration(tmp_path, upgrade, "SELECT 1"))
    assert any(each.code is FindingCode.SCHEMA_LEFT_OVER and left in each.detail for each in seen.findings)


@pytest.mark.parametrize("copy", [CopyStrategy.DUMP, CopyStrategy.SAMPLE])
def test_a_view_that_comes_back_empty_is_not_what_it_was(
    databases: Databases, tmp_path: Path, copy: CopyStrategy
) -> None:
    view = "CREATE MATERIALIZED VIEW totals AS SELECT count(*) FROM orders"
    databases.execute(view)
    seen = rehearse(
        databases, migration(tmp_path, "DROP MATERIALIZED VIEW totals", f"{view} WITH NO DATA"), copy=copy, queries=None
    )
    assert [(each.code, each.object) for each in seen.findings] == [(FindingCode.SCHEMA_LEFT_OVER, "totals")]


def test_what_cannot_be_dropped_keeps_nobody_from_rehearsing(databases: Databases) -> None:
    stuck = databases.server.create_database("slipway_rehearsal_stuck_copy")
    execute(stuck, "ALTER DATABASE slipway_rehearsal_stuck_copy IS_TEMPLATE true")
    assert codes(rehearse(databases)) == set()
    assert databases.left_on_the_server() == ["slipway_rehearsal_stuck_copy"]
    execute(stuck, "ALTER DATABASE slipway_rehearsal_stuck_copy IS_TEMPLATE false")
    rehearse(databases)
    assert databases.left_on_the_server() == []


class FailsAgain(InProcessRunner):
    """Upgrades once."""

    tries = 0

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        self.tries += 1
        if self.tries > 1:
            raise ServiceMigrationError("failed at revision 0001", code="upgrade_failed", revision="0001")
        return super().upgrade(order)


def test_the_revision_that_failed_is_shown_and_not_the_one_before_it(databases: Databases) -> None:
    seen = rehearse(databases, runner=FailsAgain())
    (found,) = [each for each in seen.findings if each.code is FindingCode.SECOND_UPGRADE_DIFFERS]
    assert (found.object, found.revision) == ("0001", "0001")


class Ready(Expectations, PreparedExpectations):
    """Needs no time to get ready."""

    def prepared(self, folder: Path, deadline: datetime) -> AbstractContextManager[PreparedExpectations]:
        return nullcontext(self)


class NoNicknames(Ready):
    """Every customer has a nickname, else a finding."""

    def check(self, url: str) -> ExpectationResults:
        missing = ask(url, "SELECT count(*) FROM customers WHERE nickname IS NULL")[0]
        found = Finding(code=FindingCode.EXPECTATION_FAILED, object="customers.nickname", detail=f"{missing} are null.")
        return ExpectationResults(findings=[found] if missing else [], results=[{"missing": missing}])


class NoBlanks(Ready):
    """Every column that is named has a value in every row, else a finding; one that is not there cannot be tried."""

    def __init__(self, *columns: str) -> None:
        self.columns = columns

    def check(self, url: str) -> ExpectationResults:
        return ExpectationResults(findings=[found for one in self.columns for found in self._of(one, url)])

    def _of(self, column: str, url: str) -> Iterator[Finding]:
        name = f"customers.{column}"
        try:
            blank = ask(url, f"SELECT count(*) FROM customers WHERE {column} IS NULL")[0]  # noqa: S608 - of this file
        except DBAPIError:
            yield Finding(code=FindingCode.CHECK_ERRORED, object=name, detail="not there", cause=Cause.SUITE)
            return
        if blank:
            yield Finding(code=FindingCode.EXPECTATION_FAILED, object=name, detail=f"not null: {blank} are")


class Unreachable(Ready):
    """Cannot be asked."""

    def check(self, url: str) -> ExpectationResults:
        raise RuntimeError("the child process died")


def test_expectations_are_tried_again_after_the_old_version_has_written(databases: Databases, tmp_path: Path) -> None:
    folder = migration(
        tmp_path,
        "ALTER TABLE customers ADD COLUMN nickname text; UPDATE customers SET nickname = first_name",
        "ALTER TABLE customers DROP COLUMN nickname",
    )
    queries = tmp_path / "old_version.sql"
    queries.write_text("INSERT INTO customers (first_name, last_name, email) VALUES ('Old', 'Row', 'old@row.example')")
    seen = rehearse(databases, folder, queries=queries, expectations=NoNicknames())
    assert [each.detail for each in seen.findings] == ["After the old version has written: 1 are null."]
    assert seen.findings[0].cause is Cause.OLD_VERSION
    assert seen.expectations == [{"missing": 0}], "the results are kept, those of the new schema itself"


@pytest.mark.parametrize(
    ("wrong_before", "upgrade", "cause"),
    [
        (
            "UPDATE customers SET phone = NULL WHERE id = 1",
            "ALTER TABLE customers ADD COLUMN x text",
            Cause.WRONG_BEFORE,
        ),
        ("UPDATE customers SET phone = NULL WHERE id = 1", "UPDATE customers SET phone = NULL", None),
        ("SELECT 1", "UPDATE customers SET phone = NULL", Cause.UPGRADE),
    ],
)
def test_rows_that_were_wrong_before_are_told_from_those_that_the_upgrade_spoils(
    databases: Databases, tmp_path: Path, wrong_before: str, upgrade: str, cause: Cause | None
) -> None:
    execute(databases.source, "UPDATE customers SET phone = '1'")
    execute(databases.source, wrong_before)
    seen = rehearse(databases, migration(tmp_path, upgrade, "SELECT 1"), expectations=NoBlanks("phone"))
    found = [each.cause for each in seen.findings if each.code is FindingCode.EXPECTATION_FAILED]
    assert set(found) == {cause}
    assert seen.steps[-1].name == "expectations_before"


def test_of_a_column_that_is_new_nobody_says_how_its_rows_were_before(databases: Databases, tmp_path: Path) -> None:
    folder = migration(tmp_path, "ALTER TABLE customers ADD COLUMN x text", "ALTER TABLE customers DROP COLUMN x")
    seen = rehearse(databases, folder, expectations=NoBlanks("x"))
    assert {each.cause for each in seen.findings if each.code is FindingCode.EXPECTATION_FAILED} == {None}


def test_a_check_that_cannot_be_done_is_an_error_and_never_a_pass(databases: Databases) -> None:
    seen = rehearse(databases, expectations=Unreachable())
    assert codes(seen) == {FindingCode.CHECK_ERRORED}
    assert {each.outcome for each in seen.steps if each.name.startswith("expectations")} == {StepOutcome.ERROR}


def test_an_old_version_that_fails_today_proves_nothing(databases: Databases, tmp_path: Path) -> None:
    queries = tmp_path / "old_version.sql"
    queries.write_text("SELECT no_such_column FROM customers")
    seen = rehearse(databases, queries=queries)
    assert (codes(seen), seen.old_version_tried) == ({FindingCode.CHECK_ERRORED}, False)


def test_without_statements_of_the_old_version_that_is_said(databases: Databases) -> None:
    seen = rehearse(databases, queries=None)
    assert not seen.old_version_tried
    assert any("whether an old version works" in each for each in seen.not_covered)


def test_no_finding_shows_a_value_of_a_row(databases: Databases) -> None:
    for name in ("merge_columns_split_on_space", "narrow_type", "empty_only"):
        seen = rehearse(databases, CASES / name)
        told = " ".join(each.detail for each in seen.findings)
        assert seen.findings
        assert not any(value in told for value in ("Mary", "Smith", "1.0625", "entry 1"))


def test_the_rows_that_changed_are_named_by_key(databases: Databases) -> None:
    seen = rehearse(databases, CASES / "lower_case_emails")
    detail = next(each.detail for each in seen.findings if each.object == "customers.email")
    assert "Rows, by key: " in detail
    assert len(detail.partition("Rows, by key: ")[2].split("; ")) == 5


BIG = "CREATE TABLE big AS SELECT n AS id, 'Row ' || n AS said FROM generate_series(1, 50000) n; "
MOST_FETCHED = 4096
"""Sums of hashes, by bucket: as many for a million rows."""


def test_no_row_is_fetched_however_many_have_changed(databases: Databases, tmp_path: Path) -> None:
    databases.execute(BIG + "ALTER TABLE big ADD PRIMARY KEY (id)")
    folder = migration(tmp_path, "UPDATE big SET said = lower(said)", "SELECT 1")
    fetched: list[int] = []

    def count(_: object, cursor: Any, *__: object) -> None:
        if cursor.description is not None:
            fetched.append(cursor.rowcount)

    event.listen(Engine, "after_cursor_execute", count)
    try:
        seen = rehearse(databases, folder)
    finally:
        event.remove(Engine, "after_cursor_execute", count)
    assert ("big.said", FindingCode.DATA_CHANGED) in {(each.object, each.code) for each in seen.findings}
    assert seen.rows > 50_000
    assert max(fetched) <= MOST_FETCHED


def test_without_suites_rows_and_keys_are_counted_all_the_same(databases: Databases, tmp_path: Path) -> None:
    databases.execute("CREATE TABLE tags (id int PRIMARY KEY); INSERT INTO tags VALUES (1), (2), (3)")
    upgrade = "DELETE FROM orders WHERE id = 7; UPDATE tags SET id = 900 WHERE id = 2"
    seen = rehearse(databases, migration(tmp_path, upgrade, "SELECT 1"), expectations=None)
    told = {(each.code, each.object): each.detail for each in seen.findings}
    assert told[FindingCode.DATA_LOST, "orders"].startswith("80 rows before, 79 after the downgrade. Rows, by key: 7")
    keys = told[FindingCode.DATA_CHANGED, "tags.id"].partition("Rows, by key: ")[2].rstrip(".")
    assert set(keys.split("; ")) == {"2", "900"}
    assert "The service has no expectations of its data: only rows and keys were counted." in seen.not_covered


def test_a_lock_that_is_held_for_long_is_a_finding(databases: Databases, tmp_path: Path) -> None:
    folder = migration(
        tmp_path, "ALTER TABLE orders ADD COLUMN x int; SELECT pg_sleep(0.5)", "ALTER TABLE orders DROP COLUMN x"
    )
    seen = rehearse(databases, folder, limits=Limits(lock_seconds=0.2))
    assert ("orders", FindingCode.BLOCKING_LOCK) in {(each.object, each.code) for each in seen.findings}
    assert all(each.outcome is StepOutcome.PASS for each in seen.steps)


def test_an_excluded_column_is_not_compared_and_the_reason_is_shown(databases: Databases) -> None:
    folder = CASES / "updated_at_moves"
    databases.execute((folder / "base.sql").read_text())
    seen = rehearse(databases, folder, excluded={"customers.updated_at": "a trigger dates it"})
    assert codes(seen) == set()
    assert "customers.updated_at is not compared: a trigger dates it" in seen.not_covered


def test_tables_without_a_key_are_said_not_to_be_followed(databases: Databases) -> None:
    assert any(each.startswith("audit_log has no key") for each in rehearse(databases).not_covered)


def test_how_many_rows_there_are_is_told_without_counting_them(databases: Databases, tmp_path: Path) -> None:
    rehearsal = DatabaseRehearsal(InProcessRunner())
    execute(databases.source, "CREATE TABLE many AS SELECT generate_series(1, 30000) AS id; ANALYZE many")
    assert 30_000 <= rehearsal.rows_about(migration_order(ADD_COLUMN, databases.source)) < 31_000
    file = tmp_path / "shop.db"
    on_file = migration_order(ADD_COLUMN, f"sqlite:///{file}")
    assert (rehearsal.rows_about(on_file), file.exists()) == (0, False)
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE many (id integer PRIMARY KEY)")
        connection.execute("CREATE TABLE named (name text PRIMARY KEY) WITHOUT ROWID")
        connection.executemany("INSERT INTO many VALUES (?)", [(number,) for number in range(1, 301)])
    connection.close()
    assert rehearsal.rows_about(on_file) == 300


class Silent(InProcessRunner):
    """Says that it has upgraded, and has not."""

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        return MigrationState(applied="0001", pending=())


def test_an_upgrade_that_only_says_so_has_failed(databases: Databases) -> None:
    assert FindingCode.UPGRADE_FAILED in codes(rehearse(databases, runner=Silent()))


def test_nothing_pending_is_nothing_to_rehearse(databases: Databases) -> None:
    InProcessRunner().upgrade(migration_order(ADD_COLUMN, databases.source))
    seen = rehearse(databases)
    assert (list(seen.migrations), seen.from_revision, seen.to_revision) == ([], "0001", "0001")
    assert codes(seen) == set()
