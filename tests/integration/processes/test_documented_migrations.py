"""The worked example of the how-to does what the page says."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from slipway.adapters.migrations.alembic_runner import AlembicRunner
from slipway.adapters.migrations.lint.lint import lint
from slipway.docs.pages import PROJECT
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Phase, Reversibility
from slipway.domain.service import MigrationSettings
from slipway.ports.outside.migrations import MigrationOrder

PAGE = PROJECT / "docs" / "how-to" / "write-a-reversible-migration.md"
BASE = """
from alembic import op
revision, down_revision = "0001", None
def upgrade(): op.execute("CREATE TABLE customers (id serial PRIMARY KEY, first_name text, last_name text)")
def downgrade(): op.execute("DROP TABLE customers")
"""
COLUMNS = text(
    "SELECT column_name FROM information_schema.columns WHERE table_name LIKE 'customers%' ORDER BY table_name, 1"
)


@pytest.fixture
def order(tmp_path: Path, database_url: str) -> MigrationOrder:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_customers.py").write_text(BASE)
    for name, body in re.findall(r"```python\n# (\S+\.py)\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        (versions / name).write_text(body)
    return MigrationOrder(
        service="customers",
        environment="dev",
        folder=tmp_path,
        settings=MigrationSettings(connection="x"),
        database_url=database_url,
        deadline=datetime.now(UTC) + timedelta(seconds=120),
        contract=frozenset({"0004"}),
    )


def test_the_example_is_read_as_the_page_declares_it(order: MigrationOrder) -> None:
    files = AlembicRunner().files(order.folder)
    assert [file.declared.kind if file.declared else None for file in files] == [
        None,
        Reversibility.LOSSY,
        Reversibility.REVERSIBLE,
        Reversibility.CONDITIONAL,
    ]
    assert [file.phase for file in files][-2:] == [Phase.PRE, Phase.POST]
    assert lint(order.folder, [file.revision for file in files]) == ()


def test_up_and_down_keep_every_name_and_the_guard_refuses_what_would_be_lost(order: MigrationOrder) -> None:
    runner = AlembicRunner()
    engine = create_engine(order.database_url, poolclass=NullPool)
    runner.upgrade(order)
    runner.downgrade(order, "0001")
    insert = (
        "INSERT INTO customers (first_name, last_name) SELECT 'Mary Ann', 'de ' || g FROM generate_series(1, 12000) g"
    )
    with engine.begin() as connection:
        connection.execute(text(insert))
        before = connection.execute(text("SELECT * FROM customers ORDER BY id")).all()
        columns = connection.execute(COLUMNS).all()

    done = runner.upgrade(order)
    assert done.run is not None
    assert [step.progress for step in done.run.steps][1] == "12000 rows of customers have a full name"
    with engine.begin() as connection:
        assert connection.execute(text("SELECT full_name FROM customers WHERE id = 1")).scalar_one() == "Mary Ann de 1"
    runner.downgrade(order, "0001")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT id, first_name, last_name FROM customers ORDER BY id")).all() == before
        assert connection.execute(COLUMNS).all() == columns

    runner.upgrade(order)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO customers (full_name) VALUES ('Ada')"))
    with pytest.raises(ServiceMigrationError, match="1 customers came since"):
        runner.downgrade(order, "0003")
    assert runner.state(order).applied == "0004"
