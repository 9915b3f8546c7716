"""Connections of a rehearsal to PostgreSQL: none outlives its use, none its deadline."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text

from slipway.adapters.targets.waiting import seconds_until

_PINNED = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "xmloption": "content",
    "lc_monetary": "C",
}
"""What decides how a value is written as text: two fingerprints must not differ by it."""
_SET = text("SELECT set_config(name, value, false) FROM unnest(:names, :values) AS wanted(name, value)")


def with_driver(url: str) -> URL:
    """The URL with psycopg2 written in it: SQLAlchemy's own choice changed between versions."""
    return make_url(url).set(drivername="postgresql+psycopg2")


@contextmanager
def connected(
    url: str | URL, deadline: datetime, *, autocommit: bool = False, read_only: bool = False
) -> Iterator[Connection]:
    """One connection with pinned settings; its statements end at the deadline."""
    left = int(1000 * seconds_until(deadline))
    if left <= 0:
        raise TimeoutError("The deadline of the rehearsal is past.")
    settings = _PINNED | {"statement_timeout": str(left), "lock_timeout": "10s"}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    made = with_driver(url) if isinstance(url, str) else url
    engine = create_engine(made, poolclass=NullPool, connect_args={"connect_timeout": 10})
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT") if autocommit else plain
        connection.execute(_SET, {"names": list(settings), "values": list(settings.values())})
        if not autocommit:
            connection.commit()
        yield connection
    engine.dispose()
