"""The release database as commands reach it: the one that is named, or the embedded one of this folder."""

import os

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.transaction import DatabaseStore


def database_url() -> str:
    """`SLIPWAY_DATABASE_URL`, or the embedded database of the platform's home."""
    from slipway.platform.place import current_place

    return os.environ.get("SLIPWAY_DATABASE_URL") or current_place().release_database_url


def open_store() -> DatabaseStore:
    """The store; nothing is connected to before its first transaction."""
    return DatabaseStore(make_engine(database_url(), pooled=False))
