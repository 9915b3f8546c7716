"""Connections to a service's database: one that works, and the settings that keep others safe from it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url, text

from slipway.adapters.migrations.in_child.asked import Action, Asked

_KNOWS_CLIENT_CHECK = 140000
_SECONDS_TO_CONNECT = 10
_LAST_WAIT_MS = 1500
"""Longer than PostgreSQL's `deadlock_timeout` (1 s): only then an autovacuum gives way to who waits for it."""


@contextmanager
def working_connection(asked: Asked) -> Iterator[Connection]:
    """The connection that migrates; its settings are committed before any tool sees it."""
    engine = make_engine(asked)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            _set_up_postgresql(connection, asked)
        yield connection


@contextmanager
def about_to_write(connection: Connection) -> Iterator[None]:
    """SQLite's transactions begin by taking the file's lock: where it is taken, nothing is begun."""
    connection.info["immediate"] = True
    try:
        yield
    finally:
        connection.info["immediate"] = False


def wait_longer(connection: Connection, asked: Asked) -> None:
    """For the last try. SQLite has nobody who gives way."""
    if connection.dialect.name == "postgresql" and asked.lock_timeout_ms < _LAST_WAIT_MS:
        _set(connection, "lock_timeout", _LAST_WAIT_MS)
        connection.commit()


def make_engine(asked: Asked) -> Engine:
    """Keeps no connection behind anybody's back."""
    if make_url(asked.url).get_backend_name() != "sqlite":
        return create_engine(asked.url, poolclass=NullPool, connect_args={"connect_timeout": _SECONDS_TO_CONNECT})
    wait = asked.lock_timeout_ms / 1000
    engine = create_engine(asked.url, poolclass=NullPool, connect_args={"timeout": wait})
    event.listen(engine, "connect", _leave_transactions_to_us)
    if asked.action is Action.STATE:
        event.listen(engine, "connect", _only_look)
    event.listen(engine, "begin", _begin)
    return engine


def left_ms(asked: Asked) -> int:
    """Milliseconds until the deadline, at least one."""
    return max(1, int(1000 * (asked.until - time.monotonic())))


def _set_up_postgresql(connection: Connection, asked: Asked) -> None:
    number = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    settings = {"lock_timeout": asked.lock_timeout_ms, "statement_timeout": asked.statement_timeout_ms}
    if asked.action is Action.STATE:
        settings["default_transaction_read_only"] = 1
    if number >= _KNOWS_CLIENT_CHECK:  # a statement of a killed runner ends within seconds
        settings["client_connection_check_interval"] = 1000
    for name, value in settings.items():
        _set(connection, name, value)
    connection.commit()


def _set(connection: Connection, name: str, value: int) -> None:
    connection.execute(text("SELECT set_config(:name, :value, false)"), {"name": name, "value": str(value)})


def _leave_transactions_to_us(connection: Any, _: Any) -> None:
    """Python's own driver would begin before some statements and not before others: DDL would not be undone."""
    connection.isolation_level = None


def _only_look(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA query_only = ON")


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("immediate") else "BEGIN")
