"""Service migrations: the same cases on the fake, and on Alembic and plain SQL with a real PostgreSQL and SQLite."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Phase, Reversibility
from slipway.domain.service import MigrationSettings
from slipway.ports.outside.migrations import MigrationOrder, MigrationRunner
from tests.fakes.migration_runner import FakeMigrationRunner


@dataclass(frozen=True)
class Migration:
    """One migration in SQL that both databases take."""

    up: str
    down: str
    kind: str | None = None
    post: bool = False


FIRST = Migration("CREATE TABLE orders (id integer)", "DROP TABLE orders", "irreversible")
SECOND = Migration("ALTER TABLE orders ADD COLUMN note text", "ALTER TABLE orders DROP COLUMN note", "reversible")
BROKEN = Migration("SELECT raise FROM nowhere", "SELECT 1")
POST = Migration("ALTER TABLE orders DROP COLUMN note", "ALTER TABLE orders ADD COLUMN note text", "lossy", post=True)

ALEMBIC = """
from alembic import op
revision, down_revision = "{revision:04}", {follows}
{declared}
def upgrade(): op.execute("{one.up}")
def downgrade(): op.execute("{one.down}")
"""


def write(folder: Path, tool: str, migrations: tuple[Migration, ...]) -> None:
    """As files of the tool."""
    for number, one in enumerate(migrations, start=1):
        name = f"{number:04}_step"
        if tool == "sql":
            said = f"-- reversibility: {one.kind}\n-- reason: it is so\n" if one.kind else ""
            name = f"{name}.post" if one.post else name
            put(folder / "migrations" / "sql" / f"{name}.up.sql", f"{said}{one.up};\n")
            put(folder / "migrations" / "sql" / f"{name}.down.sql", f"{one.down};\n")
            continue
        said = f'reversibility = {{"kind": "{one.kind}", "reason": "it is so"}}' if one.kind else ""
        follows = f'"{number - 1:04}"' if number > 1 else None
        text = ALEMBIC.format(revision=number, follows=follows, declared=said, one=one)
        put(folder / "migrations" / "versions" / f"{name}{'_post' if one.post else ''}.py", text)


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@dataclass
class Bench:
    """A runner, a database, and artefacts that carry the first so many migrations."""

    runner: MigrationRunner
    tool: str
    database_url: str
    folder: Path

    def order(self, *migrations: Migration, seconds: float = 60, contract: tuple[str, ...] = ()) -> MigrationOrder:
        folder = self.folder / f"artefact-{len(migrations)}"
        folder.mkdir(exist_ok=True)
        write(folder, self.tool, migrations)
        return MigrationOrder(
            service="orders",
            environment="dev",
            folder=folder,
            settings=MigrationSettings(connection="orders_dev"),
            database_url=self.database_url,
            deadline=datetime.now(UTC) + timedelta(seconds=seconds),
            contract=frozenset(contract),
        )


@pytest.fixture(params=["fake", "alembic postgresql", "sql postgresql", "alembic sqlite", "sql sqlite"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    tool, _, database = request.param.partition(" ")
    if tool == "fake":
        return Bench(FakeMigrationRunner(), tool, "postgresql://fake", tmp_path)
    if database == "sqlite":
        return Bench(ArtefactRunner(), tool, f"sqlite:///{tmp_path}/orders.db", tmp_path)
    return Bench(ArtefactRunner(), tool, request.getfixturevalue("database_url"), tmp_path)


def test_an_artefact_without_migrations_carries_none(bench: Bench) -> None:
    assert not bench.runner.carries_migrations(bench.order().folder)
    assert bench.runner.files(bench.order().folder) == ()
    assert bench.runner.carries_migrations(bench.order(FIRST).folder)


def test_the_files_say_what_they_are_without_being_run(bench: Bench) -> None:
    files = bench.runner.files(bench.order(FIRST, SECOND, BROKEN, POST).folder)
    kinds = [file.declared.kind if file.declared else None for file in files]
    assert [file.revision for file in files] == ["0001", "0002", "0003", "0004"]
    assert kinds == [Reversibility.IRREVERSIBLE, Reversibility.REVERSIBLE, None, Reversibility.LOSSY]
    assert [file.phase for file in files] == [Phase.PRE, Phase.PRE, Phase.PRE, Phase.POST]
    assert len({file.sha256 for file in files}) == 4


def test_the_state_of_an_empty_database_is_that_everything_is_pending(bench: Bench) -> None:
    state = bench.runner.state(bench.order(FIRST, SECOND))
    assert (state.applied, state.pending, state.later) == (None, ("0001", "0002"), ())


def test_an_upgrade_applies_what_is_pending_and_again_does_nothing(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND)
    done = bench.runner.upgrade(order)
    assert (done.applied, done.pending, done.half_applied) == ("0002", (), "")
    assert done.run is not None
    assert [step.revision for step in done.run.steps] == ["0001", "0002"]
    again = bench.runner.upgrade(order)
    assert again.run is not None
    assert again.run.steps == ()
    assert bench.runner.state(order).applied == "0002"


def test_the_artefact_stays_as_it_was_verified(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND)
    before = sorted(order.folder.rglob("*"))
    bench.runner.upgrade(order)
    assert sorted(order.folder.rglob("*")) == before


def test_a_downgrade_goes_back_to_the_named_revision_and_to_nothing(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND)
    bench.runner.upgrade(order)
    assert bench.runner.downgrade(order, "0001").applied == "0001"
    state = bench.runner.downgrade(order, None)
    assert (state.applied, state.pending) == (None, ("0001", "0002"))


def test_only_those_declared_reversible_count_as_lossless(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND)
    bench.runner.upgrade(order)
    assert bench.runner.lossless(order, "0002")
    assert bench.runner.lossless(order, "0001")
    assert not bench.runner.lossless(order, None)


def test_a_post_migration_waits_for_a_later_release(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND, POST)
    state = bench.runner.state(order)
    assert (state.pending, state.later) == (("0001", "0002"), ("0003",))
    assert bench.runner.upgrade(order).applied == "0002"
    in_use = bench.order(FIRST, SECOND, POST, contract=("0003",))
    assert bench.runner.state(in_use).pending == ("0003",)
    assert bench.runner.upgrade(in_use).applied == "0003"


def test_a_failing_migration_is_named_and_those_before_it_stay(bench: Bench) -> None:
    order = bench.order(FIRST, SECOND, BROKEN)
    with pytest.raises(ServiceMigrationError, match="0003"):
        bench.runner.upgrade(order)
    state = bench.runner.state(order)
    assert (state.applied, state.pending) == ("0002", ("0003",))


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
