"""A log longer than what is read at a time is verified whole. How fast is measured by `make bench`."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text

from slipway.adapters.database.log_reader import PAGE
from slipway.cli.log_files import COLUMNS, write_csv
from slipway.domain.log_entry import GENESIS, LogEntry, entry_hash
from tests.integration.log.conftest import Slipway
from tests.scene import Scene

ENTRIES = 2 * PAGE + 1
BEGAN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def chained(count: int) -> Iterator[LogEntry]:
    """So many entries as the database would have made them."""
    head = GENESIS
    for seq in range(1, count + 1):
        draft = LogEntry(
            seq=seq,
            at=(BEGAN + timedelta(seconds=seq)).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            kind="turn_taken",
            release_id=f"r{seq}",
            attempt=f"r{seq}.1",
            service="orders",
            environment="preprod",
            actor="task",
            via="airflow",
            payload=f'{{"fencing":{seq},"lane":"live","waited_since":"2026-01-05T10:00:00+00:00"}}',
            prev_hash=head,
            hash="",
        )
        entry = replace(draft, hash=entry_hash(draft))
        head = entry.hash
        yield entry


def fill(engine: Engine, count: int) -> None:
    """Writes them in one go, past the trigger that would chain them one by one."""
    file = io.StringIO()
    write_csv(chained(count), file)
    file.seek(0)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        cursor = connection.connection.cursor()
        cursor.copy_expert(f"COPY log ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv, HEADER)", file)
        connection.execute(
            text("UPDATE log_head SET (seq, hash) = (SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1)")
        )


def test_a_log_of_several_pages_is_verified_whole(slipway: Slipway, scene: Scene) -> None:
    fill(scene.store.engine, ENTRIES)

    result = slipway("log", "verify")

    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"{ENTRIES} entries")
