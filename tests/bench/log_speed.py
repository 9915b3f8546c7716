"""Appends to the release log against plain INSERTs of the same row, and how fast the chain is verified."""

import json
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg2

from tests.bench.commands import seconds_of
from tests.bench.figures import Figure
from tests.bench.ground import Ground

ENTRIES = 100_000
WRITERS = 4
RATIO = 0.5
_COLUMNS = "(kind, release_id, attempt, service, environment, actor, via, payload)"
_ROW = (
    *("permit_issued", "r1204", "r1204.1", "orders", "prod", "platform", "task:prod.migrate"),
    json.dumps({"digest": f"sha256:{'5' * 64}", "fencing": 812, "grants": [411, 412], "policy_hash": "6" * 64}),
)
_PLAIN = """
CREATE TABLE plain_log (LIKE log INCLUDING INDEXES);
CREATE SEQUENCE plain_number;
ALTER TABLE plain_log ALTER seq SET DEFAULT nextval('plain_number'), ALTER at SET DEFAULT clock_timestamp(),
    ALTER prev_hash SET DEFAULT repeat('0', 64), ALTER hash SET DEFAULT repeat('0', 64);
"""
_BATCH = 500
"""Entries a transaction: within one, every append walks over all earlier versions of the chain's head."""
_MANY = f"""INSERT INTO log {_COLUMNS}
SELECT %s, 'r' || n, 'r' || n || '.1', %s, %s, %s, %s, %s FROM generate_series(1, {_BATCH}) AS n"""  # noqa: S608


def measure_log(ground: Ground, rounds: int, seconds: float) -> Iterator[Figure]:
    """Alternating batches in one database, each append with its own commit, as durable as in production."""
    url = ground.release_database()
    plain_url = url.replace("postgresql+psycopg2://", "postgresql://", 1)
    with psycopg2.connect(plain_url) as connection, connection.cursor() as cursor:
        cursor.execute(_PLAIN)
    for writers in (1, WRITERS):
        rates: dict[str, list[float]] = {"log": [], "plain_log": []}
        for _ in range(rounds):
            for table, seen in rates.items():
                seen.append(_rate(plain_url, table, writers, seconds))
        ours, plain = (statistics.median(seen) for seen in rates.values())
        who = "one writer" if writers == 1 else f"{writers} writers at once"
        yield Figure(point="c", what=f"log appends, {who}", value=ours, unit="/s")
        yield Figure(point="c", what=f"plain INSERTs, {who}", value=plain, unit="/s")
        yield Figure(point="c", what=f"log ÷ plain, {who}", value=ours / plain, target=RATIO, at_least=True)
    yield _verification(plain_url, url)


def _rate(url: str, table: str, writers: int, seconds: float) -> float:
    """Appends a second of all writers together, connecting not counted."""
    statement = f"INSERT INTO {table} {_COLUMNS} VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608 - our names
    connections = [psycopg2.connect(url) for _ in range(writers)]

    def write(connection: "psycopg2.extensions.connection") -> float:
        appended, began = 0, time.perf_counter()
        with connection.cursor() as cursor:
            while time.perf_counter() < began + seconds:
                cursor.execute(statement, _ROW)
                connection.commit()
                appended += 1
        return appended / (time.perf_counter() - began)

    with ThreadPoolExecutor(writers) as pool:
        rate = sum(pool.map(write, connections))
    for connection in connections:
        connection.close()
    return rate


def _verification(url: str, sqlalchemy_url: str) -> Figure:
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        for _ in range(ENTRIES // _BATCH):
            cursor.execute(_MANY, (_ROW[0], *_ROW[3:]))
            connection.commit()
    took = seconds_of(["log", "verify"], {"SLIPWAY_DATABASE_URL": sqlalchemy_url})
    return Figure(point="c", what=f"`slipway log verify`, {ENTRIES:,} entries", value=took, unit="s", target=5.0)
