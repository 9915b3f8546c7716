"""The proof of a migration against what the migration costs by itself, and the memory of our process meanwhile.

The proof is the platform's whole one: a dump of the environment's database, both ways twice, the deployed version's
statements, squawk, and the service's expectations. `python -m tests.bench.migration_speed` runs without the rest.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
from sqlalchemy import make_url

from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.adapters.migrations.expectations import check as expectations
from slipway.adapters.migrations.expectations.suites import suites_in
from slipway.adapters.migrations.lint.squawk import installed_squawk
from slipway.adapters.migrations.rehearsal.postgres.dump import Dumper, find_tools
from slipway.adapters.migrations.rehearsal.rehearsal import DatabaseRehearsal
from slipway.domain.migration_proof import StepOutcome
from slipway.domain.service import MigrationSettings
from slipway.platform.postgres import OWNER, EmbeddedPostgres
from slipway.ports.outside.migrations import MigrationOrder
from slipway.ports.rehearsal import OldVersion, RehearsalOrder
from tests.bench.figures import Figure, as_text

MILLION = 1_000_000
MOST_TIMES = 4.0
MOST_MEGABYTES = 512.0
UPGRADES = {
    "adds a column": ("ALTER TABLE visits ADD COLUMN nickname text", "ALTER TABLE visits DROP COLUMN nickname"),
    "rewrites a table": (
        "ALTER TABLE visits ALTER amount TYPE numeric(12, 4) USING amount + 0",
        "ALTER TABLE visits ALTER amount TYPE numeric(12, 4) USING amount - 0",
    ),
    "fills a new column": (
        "ALTER TABLE visits ADD COLUMN full_name text; UPDATE visits SET full_name = first_name || ' ' || last_name",
        "ALTER TABLE visits DROP COLUMN full_name",
    ),
}
_TABLE = """
CREATE TABLE visits (id bigserial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL,
    email text NOT NULL UNIQUE, phone text, amount numeric(12, 4) NOT NULL, paid boolean NOT NULL,
    at timestamptz NOT NULL, place varchar(40), settings jsonb NOT NULL);
INSERT INTO visits (first_name, last_name, email, phone, amount, paid, at, place, settings)
SELECT 'first ' || n % 1000, 'last ' || n % 777, 'person' || n || '@example.org', '+44 ' || n, n / 7.0, n % 2 = 0,
       timestamptz '2026-01-01' + n * interval '1 minute', 'place ' || n % 100, jsonb_build_object('n', n)
  FROM generate_series(1, %s) n;
ANALYZE visits;"""


_SUITE = """
name: visits
meta: {table: visits}
expectations:
- {type: expect_column_values_to_not_be_null, kwargs: {column: email}, severity: critical}
- {type: expect_column_values_to_be_unique, kwargs: {column: id}, severity: critical}
- {type: expect_column_values_to_be_between, kwargs: {column: amount, min_value: 0}, severity: critical}
"""
_OLD_VERSION = """
INSERT INTO visits (first_name, last_name, email, amount, paid, at, settings)
VALUES ('Old', 'Version', 'old@version.example', 1.2345, true, '2026-01-01 00:00:00+00', '{}');
SELECT first_name, last_name, amount, paid, at FROM visits WHERE email = 'old@version.example';
UPDATE visits SET amount = amount + 1 WHERE email = 'old@version.example';
SELECT amount FROM visits WHERE email = 'old@version.example';
"""
EXPECTATIONS = ("expectations", "expectations_after_old_writes")


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.migration_speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=MILLION)
    rows = parser.parse_args(arguments).rows
    print(as_text(list(measure_migrations(rows))))  # noqa: T201 - a program that prints


def measure_migrations(rows: int = MILLION) -> Iterator[Figure]:
    """For each upgrade how many times (copy + upgrade) its proof takes; then our process's peak memory."""
    with tempfile.TemporaryDirectory(prefix="slipway-bench-") as place, _server(Path(place)) as server:
        source = server.create_database("visits")
        _execute(source, _TABLE, rows)
        for what, (upgrade, downgrade) in UPGRADES.items():
            order = _order(Path(place) / what.replace(" ", "_"), source, upgrade, downgrade)
            yield from _compared(f"{what}, {rows:,} rows", _plain_seconds(server, order), *_proof(server, order))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure(point="f", what="our process at its peak", value=peak, unit="MB", target=MOST_MEGABYTES)


def _compared(what: str, plain: float, proof: float, steps: Mapping[str, float]) -> Iterator[Figure]:
    tried = sum(steps[name] for name in EXPECTATIONS)
    lint = steps["lint_statements"]
    yield Figure(point="f", what=f"{what}: copy and upgrade", value=plain, unit="s")
    yield Figure(point="f", what=f"{what}: whole proof", value=proof, unit="s")
    yield Figure(point="f", what=f"{what}: of it expectations, on two copies", value=tried, unit="s")
    yield Figure(point="f", what=f"{what}: of it squawk", value=lint, unit="s")
    yield Figure(point="f", what=f"{what}: whole proof ÷ (copy + upgrade)", value=proof / plain, target=MOST_TIMES)
    less = (proof - tried - lint) / plain
    yield Figure(point="f", what=f"{what}: the same without expectations and squawk", value=less)


def _plain_seconds(server: EmbeddedPostgres, order: MigrationOrder) -> float:
    began = time.monotonic()
    copy = server.create_database("visits_copy", template="template0")
    Dumper(find_tools(18), order.deadline).copy(order.database_url, copy)
    ArtefactRunner().upgrade(replace(order, database_url=copy))
    seconds = time.monotonic() - began
    server.drop_database("visits_copy")
    return seconds


def _proof(server: EmbeddedPostgres, order: MigrationOrder) -> tuple[float, Mapping[str, float]]:
    """Seconds of all, and of each step. Raises RuntimeError where a step has not passed: that would be quicker."""
    suites, queries = order.folder / "suites", order.folder / "old_version.sql"
    suites.mkdir()
    (suites / "visits.yaml").write_text(_SUITE)
    queries.write_text(_OLD_VERSION)
    rehearsal = DatabaseRehearsal(ArtefactRunner(), expectations, lint=installed_squawk())
    began = time.monotonic()
    seen = rehearsal.rehearse(
        RehearsalOrder(
            order=order,
            scratch_url=server.url(OWNER),
            old=OldVersion(version="1.0.0", folder=order.folder, queries=queries),
            suites=suites_in(suites),
        )
    )
    seconds = time.monotonic() - began
    failed = [f"{step.name}: {step.detail}" for step in seen.steps if step.outcome is not StepOutcome.PASS]
    if failed:
        raise RuntimeError(f"{failed}, {seen.findings}")
    return seconds, {step.name: step.seconds for step in seen.steps}


def _order(folder: Path, url: str, upgrade: str, downgrade: str) -> MigrationOrder:
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions / "0001_step.py").write_text(
        "from alembic import op\n"
        'revision = "0001"\n'
        "down_revision = None\n"
        "reversibility = {'kind': 'lossy', 'reason': 'measured'}\n"
        f"def upgrade(): op.execute({upgrade!r})\n"
        f"def downgrade(): op.execute({downgrade!r})\n"
    )
    return MigrationOrder(
        service="visits",
        environment="preprod",
        folder=folder,
        settings=MigrationSettings(connection="visits", statement_timeout_seconds=3600),
        database_url=url,
        deadline=datetime.now(UTC) + timedelta(hours=1),
    )


@contextmanager
def _server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "postgres", folder / "postgres.log")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _execute(url: str, statement: str, rows: int) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg2.connect(plain)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement.replace("%s", str(rows)))
    connection.close()


if __name__ == "__main__":
    main()
