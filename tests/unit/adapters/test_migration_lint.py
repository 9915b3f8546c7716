"""Each rule of the lint: what it finds, and what it leaves in peace."""

import stat
from pathlib import Path

import pytest

from slipway.adapters.migrations.lint import rules
from slipway.adapters.migrations.lint.lint import lint
from slipway.adapters.migrations.lint.registry import RULES
from slipway.adapters.migrations.lint.squawk import EXCLUDED, squawk, squawk_path
from slipway.docs.pages import PROJECT
from slipway.domain.migration_proof import FindingCode
from slipway.ports.outside.migrations import MigrationStep

SAMPLE = PROJECT / "include" / "sample_services" / "orders"
MODULE = """
import os, random, time, uuid
import datetime
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0001", None
{said}
def upgrade():
    {up}
def downgrade():
    {down}
"""
GOOD = 'op.execute("DELETE FROM aside")'


def alembic(folder: Path, *, up: str = GOOD, down: str = GOOD, said: str = "", name: str = "0001_step.py") -> Path:
    path = folder / "migrations" / "versions" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MODULE.format(up=up, down=down, said=said))
    return folder


def plain(folder: Path, *, up: str = "SELECT 1;", down: str = "SELECT 1;", name: str = "0001_step") -> Path:
    place = folder / "migrations" / "sql"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.up.sql").write_text(up)
    (place / f"{name}.down.sql").write_text(down)
    return folder


def codes(folder: Path, dialect: str = "postgresql") -> list[str]:
    return [found.detail.partition(":")[0] for found in lint(folder, ["0001"], dialect)]


BLOCK = "with op.get_context().autocommit_block():\n        op.execute('CREATE INDEX CONCURRENTLY i ON t (x)')"
IRREVERSIBLE = 'reversibility = {"kind": "irreversible", "reason": "gone is gone"}'


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("block_not_alone", {"up": f"op.execute('SELECT 1')\n    {BLOCK}"}),
        ("block_not_alone", {"up": f"{BLOCK}\n    {BLOCK}"}),
        ("clock_or_chance_on_the_way_back", {"down": "op.execute('UPDATE t SET at = now()')"}),
        ("clock_or_chance_on_the_way_back", {"down": "op.execute(f'UPDATE t SET at = {datetime.datetime.now()}')"}),
        ("clock_or_chance_on_the_way_back", {"down": "x = random.random(); op.drop_column('t', 'x')"}),
        ("contracts_too_early", {"up": "op.drop_column('t', 'x')"}),
        ("contracts_too_early", {"up": "op.alter_column('t', 'x', new_column_name='y')"}),
        ("contracts_too_early", {"up": "op.execute('ALTER TABLE t DROP COLUMN x')"}),
        ("ends_its_transaction", {"up": "op.execute('COMMIT')"}),
        ("ends_its_transaction", {"up": "op.get_bind().commit()"}),
        ("enum_value_in_transaction", {"up": "op.execute(\"ALTER TYPE mood ADD VALUE 'odd'\")"}),
        ("index_blocks_writes", {"up": "op.create_index('i', 't', ['x'])"}),
        ("index_blocks_writes", {"up": "op.execute('CREATE UNIQUE INDEX i ON t (x)')"}),
        ("no_way_back", {"down": "pass"}),
        ("no_way_back", {"down": "raise NotImplementedError"}),
        ("not_null_without_default", {"up": "op.add_column('t', sa.Column('x', sa.Integer, nullable=False))"}),
        ("not_null_without_default", {"up": "op.execute('ALTER TABLE t ADD COLUMN x int NOT NULL')"}),
        ("settings_on_the_way_back", {"down": "op.execute('DROP TABLE ' + os.environ['T'])"}),
        ("settings_on_the_way_back", {"said": "PREFIX = os.getenv('PREFIX')"}),
    ],
)
def test_a_rule_finds_what_it_is_for(tmp_path: Path, code: str, files: dict[str, str]) -> None:
    assert codes(alembic(tmp_path, **files)) == [code]


@pytest.mark.parametrize(
    "files",
    [
        {"up": BLOCK, "down": BLOCK},
        {"up": "op.execute('UPDATE t SET at = now()')"},
        {"up": "op.drop_column('t', 'x')", "name": "0001_step_post.py"},
        {"up": "op.create_table('t', sa.Column('x')); op.create_index('i', 't', ['x'])"},
        {"up": "op.execute('CREATE TABLE t (x int)'); op.execute('CREATE INDEX i ON t (x)'); op.drop_column('t', 'x')"},
        {"up": "op.create_index('i', 't', ['x'], postgresql_concurrently=True)"},
        {"up": "op.execute('ALTER TABLE t DROP CONSTRAINT c')"},
        {"up": "op.execute('ALTER TABLE t ALTER COLUMN x DROP NOT NULL')"},
        {"up": "op.add_column('t', sa.Column('x', sa.Integer, nullable=False, server_default='0'))"},
        {"up": "op.execute('ALTER TABLE t ADD COLUMN x int DEFAULT 0 NOT NULL')"},
        {"down": "op.drop_column('t', 'x')"},
        {"down": "raise NotImplementedError", "said": IRREVERSIBLE},
        {"down": "if op.get_bind().scalar(sa.text('SELECT 1')): raise RuntimeError\n    op.drop_column('t', 'x')"},
    ],
)
def test_what_is_well_made_is_left_in_peace(tmp_path: Path, files: dict[str, str]) -> None:
    assert codes(alembic(tmp_path, **files)) == []


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("no_way_back", {"down": "-- nothing\n"}),
        ("contracts_too_early", {"up": "-- x\nDROP TABLE t;"}),
        ("contracts_too_early", {"up": "ALTER TABLE t RENAME COLUMN x TO y;"}),
        ("contracts_too_early", {"up": "ALTER TABLE t ADD COLUMN y int, DROP COLUMN x;"}),
        ("index_blocks_writes", {"up": "SELECT 1;\nCREATE INDEX i\n  ON t (x);"}),
        ("clock_or_chance_on_the_way_back", {"down": "UPDATE t SET at = CURRENT_TIMESTAMP;"}),
        ("enum_value_in_transaction", {"up": "ALTER TYPE mood ADD VALUE 'odd';"}),
        ("ends_its_transaction", {"up": "SELECT 1;\nCOMMIT;"}),
    ],
)
def test_plain_sql_is_read_too(tmp_path: Path, code: str, files: dict[str, str]) -> None:
    assert codes(plain(tmp_path, **files)) == [code]


def test_a_file_outside_a_transaction_may_add_an_enum_value(tmp_path: Path) -> None:
    assert codes(plain(tmp_path, up="-- no transaction\nALTER TYPE mood ADD VALUE IF NOT EXISTS 'odd';")) == []


def test_rules_of_the_other_database_are_left_out(tmp_path: Path) -> None:
    down = "op.execute('PRAGMA foreign_keys=ON')\n    with op.batch_alter_table('t') as batch: batch.drop_column('x')"
    assert codes(alembic(tmp_path, down=down), "sqlite") == ["batch_with_foreign_keys"]
    assert codes(tmp_path, "postgresql") == []


def test_a_finding_says_where_and_what_to_do_and_only_of_what_is_pending(tmp_path: Path) -> None:
    folder = plain(tmp_path, up="SELECT 1;\n\nDROP TABLE t;")
    (found,) = lint(folder, ["0001"])
    assert (found.code, found.object, found.revision) == (FindingCode.LINT, "migrations/sql/0001_step.up.sql:3", "0001")
    assert "post migration" in found.detail
    assert lint(folder, ["0002"]) == ()


def test_the_irreversible_sample_is_found_and_the_others_are_not() -> None:
    for layer, wanted in (("base", []), ("1.1.0", []), ("1.2.2", ["contracts_too_early"])):
        revisions = ["0001", "0002", "0003"]
        assert [found.detail.partition(":")[0] for found in lint(SAMPLE / layer, revisions)] == wanted


def test_every_rule_has_a_file_a_code_of_its_own_and_a_test() -> None:
    files = {path.stem for path in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
    tested = Path(__file__).read_text()
    assert {rule.code for rule in RULES} == files
    assert [rule.code for rule in RULES if f'"{rule.code}"' not in tested] == []


def a_squawk(folder: Path, answer: str) -> Path:
    """A program in its place that keeps what it was given."""
    program = folder / "squawk"
    program.write_text(f"#!/bin/sh\n/bin/cat > {folder}/given\necho \"$@\" > {folder}/argv\necho '{answer}'\nexit 1\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


def step(*statements: str) -> MigrationStep:
    return MigrationStep(revision="0002", seconds=0, tries=1, statements=statements)


def test_squawk_is_given_the_ddl_that_really_ran(tmp_path: Path) -> None:
    answer = '[{"rule_name": "adding-not-nullable-field", "message": "It scans.", "help": "Use a check.", "line": 0}]'
    heard = step(
        "SELECT version_num FROM alembic_version",
        "ALTER TABLE t ALTER COLUMN x SET NOT NULL",
        "UPDATE alembic_version SET version_num=%(v)s",
    )
    (found,) = squawk([heard], "15.18", program=a_squawk(tmp_path, answer))
    assert (tmp_path / "given").read_text() == "ALTER TABLE t ALTER COLUMN x SET NOT NULL;\n"
    assert "--pg-version 15.18" in (tmp_path / "argv").read_text()
    assert (found.code, found.object) == (FindingCode.LINT, "ALTER TABLE t ALTER COLUMN x SET NOT NULL;")
    assert found.detail == "squawk adding-not-nullable-field: It scans. Use a check."


def test_a_whole_file_is_given_to_squawk_without_its_header_and_its_data(tmp_path: Path) -> None:
    heard = step("-- reversibility: lossy\n\nCREATE VIEW v AS SELECT 1;\nUPDATE t SET x = 'secret';\nDROP VIEW w;\n")
    assert squawk([heard], "", program=a_squawk(tmp_path, "[]")) == ()
    assert (tmp_path / "given").read_text() == "CREATE VIEW v AS SELECT 1;\nDROP VIEW w;\n"


def test_what_squawk_cannot_read_is_an_error_not_a_pass(tmp_path: Path) -> None:
    (found,) = squawk([step("CREATE THING x")], "", program=a_squawk(tmp_path, "what?"))
    assert found.code is FindingCode.CHECK_ERRORED
    answer = '[{"rule_name": "syntax-error", "message": "no", "help": null, "line": 0}]'
    (found,) = squawk([step("CREATE THING x")], "", program=a_squawk(tmp_path, answer))
    assert found.code is FindingCode.CHECK_ERRORED


def test_a_migration_without_ddl_is_not_given_to_squawk(tmp_path: Path) -> None:
    assert squawk([step("UPDATE t SET x = 1")], "", program=tmp_path / "no such program") == ()


def test_the_real_squawk_finds_a_scan_and_knows_every_rule_that_is_off() -> None:
    program = squawk_path()
    assert program is not None
    found = squawk([step("ALTER TABLE t ALTER COLUMN x SET NOT NULL")], "15.18", program=program)
    assert [one.detail.split(":")[0] for one in found] == ["squawk adding-not-nullable-field"]
    assert squawk([step("ALTER TABLE t DROP COLUMN x")], "", program=program) == (), EXCLUDED
