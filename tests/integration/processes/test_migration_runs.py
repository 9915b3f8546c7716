"""What a run of migrations does beyond the contract: killed runners, locks, retries, progress, invalid indexes."""

import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import IntegrityError

from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.service import MigrationSettings
from slipway.ports.outside.migrations import MigrationOrder, MigrationState
from tests.fakes.service_process import eventually

ALEMBIC = """
from alembic import op
revision, down_revision = "{revision}", {follows}
def upgrade():
    {up}
def downgrade():
    {down}
"""
BLOCK = "with op.get_context().autocommit_block():\n        op.execute({sql!r})"


@dataclass
class Artefact:
    """Migrations of one tool, and a database."""

    tool: str
    folder: Path
    url: str

    def write(self, number: int, up: str, down: str = "SELECT 1", *, alone: bool = False) -> None:
        if self.tool == "sql":
            header = "-- no transaction\n" if alone else ""
            self._put(f"sql/{number:04}_step.up.sql", header + up)
            self._put(f"sql/{number:04}_step.down.sql", header + down)
            return
        shape = BLOCK if alone else "op.execute({sql!r})"
        follows = repr(f"{number - 1:04}") if number > 1 else None
        up, down = (shape.format(sql=sql) for sql in (up, down))
        module = ALEMBIC.format(revision=f"{number:04}", follows=follows, up=up, down=down)
        self._put(f"versions/{number:04}_step.py", module)

    def _put(self, name: str, content: str) -> None:
        path = self.folder / "migrations" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def order(self, *, seconds: float = 60, tries: int = 6, lock: float = 0.3) -> MigrationOrder:
        return MigrationOrder(
            service="orders",
            environment="dev",
            folder=self.folder,
            settings=MigrationSettings(connection="x", lock_timeout_seconds=lock, lock_tries=tries),
            database_url=self.url,
            deadline=datetime.now(UTC) + timedelta(seconds=seconds),
        )

    def upgrade(self) -> MigrationState:
        return ArtefactRunner().upgrade(self.order())

    def connect(self) -> Connection:
        return create_engine(self.url, poolclass=NullPool).connect()

    def ask(self, question: str) -> object:
        with self.connect() as connection:
            return connection.execute(text(question)).scalar()

    def killed_while(self, at_work: Callable[[], bool]) -> None:
        """Starts an upgrade in a process of its own and kills all of it with SIGKILL at that moment."""
        call = (
            "import sys, pickle; from slipway.adapters.migrations.artefact_runner import ArtefactRunner;"
            "ArtefactRunner().upgrade(pickle.load(sys.stdin.buffer))"
        )
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
        runner = subprocess.Popen([sys.executable, "-c", call], stdin=subprocess.PIPE, env=environment)
        assert runner.stdin is not None
        runner.stdin.write(pickle.dumps(self.order()))
        runner.stdin.close()
        assert eventually(at_work, 30)
        for process in [*psutil.Process(runner.pid).children(recursive=True), psutil.Process(runner.pid)]:
            process.send_signal(signal.SIGKILL)
        runner.wait()


@pytest.fixture(params=["alembic", "sql"])
def artefact(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Artefact:
    return Artefact(request.param, tmp_path / "artefact", database_url)


def sleeping(artefact: Artefact) -> Callable[[], bool]:
    """Whether a statement that sleeps is at work."""
    question = (
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active'"
        " AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    return lambda: artefact.ask(question) == 1


def test_a_killed_upgrade_is_taken_back_and_the_next_run_says_so_and_does_it(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE a (x int)")
    artefact.write(2, "CREATE TABLE b AS SELECT 1 AS x FROM pg_sleep(60)")
    artefact.killed_while(sleeping(artefact))
    state = ArtefactRunner().state(artefact.order())
    assert state.applied == "0001"
    assert "upgrade to 0002 broke off, and the database took all of it back" in state.half_applied
    artefact.write(2, "CREATE TABLE b (x int)")
    done = artefact.upgrade()
    assert (done.applied, done.half_applied) == ("0002", "")
    assert done.run is not None
    assert "took all of it back" in done.run.in_words()


def test_an_upgrade_killed_outside_a_transaction_is_continued(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE a (x int)")
    artefact.upgrade()
    if artefact.tool == "sql":
        slow = "CREATE TABLE IF NOT EXISTS b (x int); SELECT pg_sleep(60);"
        artefact.write(2, slow, alone=True)
    else:
        artefact.write(2, "CREATE TABLE IF NOT EXISTS b (x int)", alone=True)
        path = artefact.folder / "migrations" / "versions" / "0002_step.py"
        path.write_text(
            path.read_text().replace("def downgrade", "        op.execute('SELECT pg_sleep(60)')\ndef downgrade")
        )
    artefact.killed_while(sleeping(artefact))
    state = ArtefactRunner().state(artefact.order())
    assert state.applied == "0001"
    assert "what it did so far stands" in state.half_applied
    assert artefact.ask("SELECT to_regclass('b')") is not None
    artefact.write(2, "CREATE TABLE IF NOT EXISTS b (x int)", alone=True)
    done = artefact.upgrade()
    assert done.applied == "0002"
    assert done.run is not None
    assert "run again from its beginning" in done.run.earlier


def test_one_killed_outside_a_transaction_can_be_taken_back_instead(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE a (x int)")
    artefact.upgrade()
    artefact.write(2, "CREATE TABLE b AS SELECT 1 AS x FROM pg_sleep(60)", "DROP TABLE IF EXISTS b", alone=True)
    artefact.killed_while(sleeping(artefact))
    back = ArtefactRunner().downgrade(artefact.order(), "0001")
    assert (back.applied, back.half_applied) == ("0001", "")
    assert back.run is not None
    assert "its downgrade takes that back" in back.run.earlier
    assert artefact.ask("SELECT to_regclass('b')") is None


BATCHES = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    total = 0
    fill = "UPDATE a SET y = x WHERE x IN (SELECT x FROM a WHERE y IS NULL LIMIT 10)"
    with op.get_context().autocommit_block():
        while done := op.get_bind().execute(sa.text(fill)).rowcount:
            total += done
            print(f"progress: {total} rows")
            op.execute("SELECT pg_sleep(0.2)")
def downgrade(): pass
"""


def test_batches_that_are_killed_go_on_where_they_were(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("alembic", tmp_path / "artefact", database_url)
    artefact.write(1, "CREATE TABLE a AS SELECT x, NULL::int AS y FROM generate_series(1, 200) x")
    artefact.upgrade()
    (artefact.folder / "migrations" / "versions" / "0002_fill.py").write_text(BATCHES)
    artefact.killed_while(lambda: int(str(artefact.ask("SELECT count(y) FROM a"))) >= 30)
    filled = int(str(artefact.ask("SELECT count(y) FROM a")))
    assert 30 <= filled < 200
    said = ArtefactRunner().state(artefact.order()).half_applied
    assert any(f"({count} rows)" in said for count in (filled, filled - 10)), said
    done = artefact.upgrade()
    assert done.run is not None
    assert 0 < int(done.run.steps[0].progress.removesuffix(" rows")) <= 200 - filled
    assert artefact.ask("SELECT count(y) FROM a") == 200


def test_a_run_that_ends_in_order_leaves_nothing_of_ours_behind(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE a (x int)")
    artefact.upgrade()
    assert artefact.ask("SELECT to_regclass('slipway_migration_begun')") is None


def test_a_lock_is_waited_for_in_short_tries_and_the_tries_are_told(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE busy (x int)")
    artefact.upgrade()
    artefact.write(2, "ALTER TABLE busy ADD COLUMN y int")
    heard: list[str] = []
    let_go = threading.Event()

    def tell(words: str) -> None:
        heard.append(words)
        let_go.set()

    with artefact.connect() as other:
        other.execute(text("LOCK TABLE busy IN ACCESS SHARE MODE"))
        results: list[MigrationState] = []
        order = replace(artefact.order(), on_progress=tell)
        thread = threading.Thread(target=lambda: results.append(ArtefactRunner().upgrade(order)))
        thread.start()
        assert let_go.wait(60)
        other.rollback()
    thread.join()
    (done,) = results
    assert done.applied == "0002"
    assert done.run is not None
    assert done.run.steps[0].tries > 1
    assert heard[0] == "0002: waits for a lock, try 1 of 6"


def test_the_last_try_waits_until_an_autovacuum_would_have_given_way(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE busy (x int)")
    artefact.upgrade()
    artefact.write(2, "CREATE TABLE waited AS SELECT current_setting('lock_timeout') AS so_long")
    ArtefactRunner().upgrade(artefact.order(tries=1, lock=0.1))
    deadlock_timeout = artefact.ask("SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout'")
    assert artefact.ask("SELECT so_long FROM waited") == "1500ms"
    assert int(str(deadlock_timeout)) < 1500


def test_a_lock_timeout_that_is_longer_already_stays(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE waited AS SELECT current_setting('lock_timeout') AS so_long")
    ArtefactRunner().upgrade(artefact.order(tries=1, lock=4))
    assert artefact.ask("SELECT so_long FROM waited") == "4s"


def test_other_errors_are_not_tried_again(artefact: Artefact) -> None:
    artefact.write(1, "SELECT 1 / 0")
    began = time.monotonic()
    with pytest.raises(ServiceMigrationError, match=r"revision 0001.*division by zero") as caught:
        artefact.upgrade()
    assert caught.value.revision == "0001"
    assert caught.value.code == "upgrade_failed"
    assert time.monotonic() - began < 60


def test_locks_and_statements_of_a_run_are_told(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE busy (x int)")
    artefact.upgrade()
    artefact.write(2, "ALTER TABLE busy ADD COLUMN y int; SELECT pg_sleep(1)")
    done = artefact.upgrade()
    assert done.run is not None
    (lock,) = [lock for lock in done.run.locks if lock.object == "public.busy"]
    assert lock.mode == "AccessExclusiveLock"
    assert lock.held_seconds > 0.5
    assert "AccessExclusiveLock on public.busy" in done.run.in_words()
    assert any("ADD COLUMN y" in statement for statement in done.run.steps[0].statements)


def test_an_invalid_index_is_no_success(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE a AS SELECT 1 AS x FROM generate_series(1, 2)")
    artefact.upgrade()
    engine = create_engine(artefact.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as other, pytest.raises(IntegrityError, match="could not create unique index"):
        other.execute(text("CREATE UNIQUE INDEX CONCURRENTLY twice ON a (x)"))
    artefact.write(2, "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS twice ON a (x)", alone=True)
    with pytest.raises(ServiceMigrationError, match=r"invalid: public\.twice") as caught:
        artefact.upgrade()
    assert caught.value.code == "invalid_index"


def test_a_file_that_ends_the_transaction_itself_is_not_begun(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("sql", tmp_path / "artefact", database_url)
    artefact.write(1, "CREATE TABLE a (x int);\n-- and now\nCOMMIT;\nSELECT 1 / 0")
    with pytest.raises(ServiceMigrationError, match="COMMIT"):
        artefact.upgrade()
    assert artefact.ask("SELECT to_regclass('a')") is None


def test_to_look_at_a_database_runs_nothing_of_the_artefact(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("alembic", tmp_path / "artefact", database_url)
    artefact.write(1, "SELECT 1")
    path = artefact.folder / "migrations" / "versions" / "0001_step.py"
    ran = tmp_path / "ran"
    path.write_text(f"open({str(ran)!r}, 'w').close()\n{path.read_text()}")
    assert ArtefactRunner().state(artefact.order()).pending == ("0001",)
    assert not ran.exists()
    artefact.upgrade()
    assert ran.exists()


def test_a_file_that_follows_something_else_when_it_is_run_is_refused(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("alembic", tmp_path / "artefact", database_url)
    artefact.write(1, "CREATE TABLE a (x int)")
    artefact.write(2, "CREATE TABLE b (x int)")
    path = artefact.folder / "migrations" / "versions" / "0002_step.py"
    path.write_text(f"{path.read_text()}\nif True:\n    down_revision = None\n")
    with pytest.raises(ServiceMigrationError, match="0002 follows something else when its file is run"):
        artefact.upgrade()
    assert artefact.ask("SELECT to_regclass('a')") is None


def test_a_migration_whose_predecessor_is_missing_is_refused(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("alembic", tmp_path / "artefact", database_url)
    artefact.write(2, "CREATE TABLE b (x int)")
    with pytest.raises(ServiceMigrationError, match="follows 0001, which the artefact does not carry"):
        ArtefactRunner().state(artefact.order())


def test_progress_is_told_while_it_runs(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("alembic", tmp_path / "artefact", database_url)
    artefact.write(1, "SELECT 1")
    path = artefact.folder / "migrations" / "versions" / "0001_step.py"
    path.write_text(path.read_text().replace("op.execute('SELECT 1')", "print('progress: 5 of 10 rows')", 1))
    heard: list[str] = []
    done = ArtefactRunner().upgrade(replace(artefact.order(), on_progress=heard.append))
    assert heard == ["0001: 5 of 10 rows"]
    assert done.run is not None
    assert "0001: 5 of 10 rows" in done.run.in_words()


def test_an_upgrade_that_fails_on_rows_shows_no_value_of_them(artefact: Artefact) -> None:
    artefact.write(1, "CREATE TABLE a AS SELECT text 'Mary Ann' AS name FROM generate_series(1, 2)")
    artefact.upgrade()
    artefact.write(2, "CREATE UNIQUE INDEX a_name ON a (name)")
    with pytest.raises(ServiceMigrationError, match="could not create unique index") as duplicate:
        artefact.upgrade()
    artefact.write(2, "ALTER TABLE a ALTER name TYPE integer USING name::integer")
    with pytest.raises(ServiceMigrationError, match="invalid input syntax") as no_number:
        artefact.upgrade()
    assert "Mary" not in f"{duplicate.value} {no_number.value}"


def test_what_a_migration_prints_is_shown_to_nobody(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("alembic", tmp_path / "artefact", database_url)
    artefact.write(1, "SELECT 1")
    path = artefact.folder / "migrations" / "versions" / "0001_step.py"
    leaves = "print('Mary Ann'); __import__('os')._exit(3)"
    path.write_text(path.read_text().replace("op.execute('SELECT 1')", leaves, 1))
    with pytest.raises(ServiceMigrationError, match="broke off") as broken:
        artefact.upgrade()
    assert "Mary" not in str(broken.value)


def test_a_line_of_progress_for_each_row_is_no_word_for_each_row(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("alembic", tmp_path / "artefact", database_url)
    artefact.write(1, "SELECT 1")
    path = artefact.folder / "migrations" / "versions" / "0001_step.py"
    lines = "[print('progress:', number) for number in range(100_000)]"
    path.write_text(path.read_text().replace("op.execute('SELECT 1')", lines, 1))
    heard: list[str] = []
    done = ArtefactRunner().upgrade(replace(artefact.order(), on_progress=heard.append))
    assert len(heard) < 10_000
    assert done.run is not None
    assert done.run.steps[0].progress == "99999"


def test_statements_that_are_too_long_to_keep_fail_nothing_and_are_counted(artefact: Artefact) -> None:
    for number in range(1, 10):
        artefact.write(number, f"SELECT '{'x' * 90_000}'")
    done = artefact.upgrade()
    assert done.applied == "0009"
    assert done.run is not None
    assert sum(step.unheard for step in done.run.steps) == 5


@pytest.mark.parametrize("tool", ["alembic", "sql"])
def test_sqlite_undoes_all_of_a_failed_migration(tool: str, tmp_path: Path) -> None:
    artefact = Artefact(tool, tmp_path / "artefact", f"sqlite:///{tmp_path}/orders.db")
    if tool == "sql":
        artefact.write(1, "CREATE TABLE a (x int); INSERT INTO a VALUES (1); SELECT * FROM nowhere;")
    else:
        artefact.write(1, "CREATE TABLE a (x int)")
        path = artefact.folder / "migrations" / "versions" / "0001_step.py"
        path.write_text(
            path.read_text().replace("def downgrade", "    op.execute('SELECT * FROM nowhere')\ndef downgrade")
        )
    with pytest.raises(ServiceMigrationError, match=r"revision 0001.*nowhere"):
        artefact.upgrade()
    with sqlite3.connect(tmp_path / "orders.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'a'").fetchall() == []
    connection.close()
    assert ArtefactRunner().state(artefact.order()).half_applied == ""


@pytest.mark.parametrize("tool", ["alembic", "sql"])
def test_a_killed_sqlite_migration_is_taken_back(tool: str, tmp_path: Path) -> None:
    artefact = Artefact(tool, tmp_path / "artefact", f"sqlite:///{tmp_path}/orders.db")
    endless = (
        "CREATE TABLE b AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS x FROM n"
    )
    artefact.write(1, endless)
    begun = tmp_path / "orders.db-journal"
    artefact.killed_while(lambda: _is_noted(tmp_path / "orders.db") and begun.exists())
    artefact.write(1, "CREATE TABLE b (x int)")
    done = artefact.upgrade()
    assert done.applied == "0001"
    assert done.run is not None
    assert "took all of it back" in done.run.earlier


def _is_noted(path: Path) -> bool:
    """Whether the note of what is under way is written."""
    connection = sqlite3.connect(path, timeout=1)
    try:
        return connection.execute("SELECT count(*) FROM slipway_migration_begun").fetchone() == (1,)
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def test_a_sqlite_trigger_and_a_table_locked_by_the_service(tmp_path: Path) -> None:
    artefact = Artefact("sql", tmp_path / "artefact", f"sqlite:///{tmp_path}/orders.db")
    artefact.write(
        1,
        "CREATE TABLE a (x int);\n"
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 2; DELETE FROM a WHERE x = 3; END;\n"
        "INSERT INTO a VALUES (1);",
    )
    assert artefact.upgrade().applied == "0001"
    assert artefact.ask("SELECT x FROM a") == 2
    artefact.write(2, "CREATE TABLE b (x int);")
    service = sqlite3.connect(tmp_path / "orders.db", isolation_level=None)
    service.execute("BEGIN IMMEDIATE")
    heard: list[str] = []
    with pytest.raises(ServiceMigrationError, match="locked"):
        ArtefactRunner().upgrade(replace(artefact.order(tries=2, lock=0.1), on_progress=heard.append))
    assert heard[0] == "0002: waits for a lock, try 1 of 2"
    service.execute("ROLLBACK")
    service.close()
    assert artefact.upgrade().applied == "0002"


def test_a_failed_upgrade_that_was_undone_is_no_killed_one(artefact: Artefact) -> None:
    artefact.write(1, "SELECT 1 / 0")
    with pytest.raises(ServiceMigrationError):
        artefact.upgrade()
    assert ArtefactRunner().state(artefact.order()).half_applied == ""
    artefact.write(1, "SELECT 1")
    done = artefact.upgrade()
    assert done.run is not None
    assert (done.applied, done.run.earlier) == ("0001", "")


def test_two_heads_are_refused_by_code(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("alembic", tmp_path / "artefact", database_url)
    artefact.write(1, "SELECT 1")
    artefact.write(2, "SELECT 1")
    path = artefact.folder / "migrations" / "versions" / "0002_step.py"
    path.write_text(path.read_text().replace("'0001'", "None"))
    with pytest.raises(ServiceMigrationError, match="several heads") as caught:
        artefact.upgrade()
    assert caught.value.code == "several_heads"


def test_a_way_back_that_is_missing_is_refused_before_anything_is_changed(tmp_path: Path, database_url: str) -> None:
    artefact = Artefact("sql", tmp_path / "artefact", database_url)
    for number in (1, 2, 3):
        artefact.write(number, "SELECT 1")
    (artefact.folder / "migrations" / "sql" / "0002_step.down.sql").unlink()
    artefact.upgrade()
    with pytest.raises(ServiceMigrationError, match=r"no way back from 0002") as caught:
        ArtefactRunner().downgrade(artefact.order(), None)
    assert caught.value.code == "downgrade_failed"
    assert ArtefactRunner().state(artefact.order()).applied == "0003"


def test_two_tools_in_one_artefact_are_refused(tmp_path: Path, database_url: str) -> None:
    for tool in ("alembic", "sql"):
        Artefact(tool, tmp_path / "artefact", database_url).write(1, "SELECT 1")
    with pytest.raises(ServiceMigrationError, match="alembic and sql"):
        ArtefactRunner().carries_migrations(tmp_path / "artefact")


def test_a_migration_behind_a_post_migration_says_what_to_do(artefact: Artefact) -> None:
    artefact.write(1, "SELECT 1")
    artefact.write(3, "SELECT 1")
    folder = artefact.folder / "migrations"
    if artefact.tool == "sql":
        artefact.write(2, "SELECT 1")
        for way in ("up", "down"):
            (folder / "sql" / f"0002_step.{way}.sql").rename(folder / "sql" / f"0002_step.post.{way}.sql")
    else:
        artefact.write(2, "SELECT 1")
        (folder / "versions" / "0002_step.py").rename(folder / "versions" / "0002_step_post.py")
    with pytest.raises(ServiceMigrationError, match="0003 comes after the post migration 0002"):
        artefact.upgrade()
    assert ArtefactRunner().upgrade(replace(artefact.order(), contract=frozenset({"0002"}))).applied == "0003"
