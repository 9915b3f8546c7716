"""The release database as commands reach it: the one that is named, or the embedded one of this folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import ProgrammingError

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.transaction import DatabaseStore, DatabaseTransaction
from slipway.domain.errors import DatabaseUnavailableError, SlipwayError


def database_url() -> str:
    """`SLIPWAY_DATABASE_URL`, or the embedded database of the platform's home."""
    from slipway.platform.place import current_place

    return os.environ.get("SLIPWAY_DATABASE_URL") or current_place().release_database_url


NO_DATABASE = (
    "the release database does not answer: start the platform with `make up`, or name the database in"
    " SLIPWAY_DATABASE_URL; `slipway doctor` says what else is wrong"
)


class _Store(DatabaseStore):
    """The store, with a word of advice where it is not there, or its schema was never brought in."""

    @contextmanager
    def transaction(self) -> Iterator[DatabaseTransaction]:
        """As the store's. Raises SlipwayError where a table is missing."""
        try:
            with super().transaction() as transaction:
                yield transaction
        except DatabaseUnavailableError as error:
            if getattr(getattr(error.__cause__, "orig", None), "pgcode", None) is not None:
                raise
            raise DatabaseUnavailableError(NO_DATABASE) from error
        except ProgrammingError as error:
            if getattr(error.orig, "pgcode", None) not in _MISSING:
                raise
            raise SlipwayError(
                "the release database lacks what this version needs: run `slipway db upgrade`"
            ) from error


_MISSING = frozenset({"42P01", "42703"})
"""PostgreSQL's codes for a missing table and a missing column."""


def open_store() -> DatabaseStore:
    """The store; nothing is connected to before its first transaction."""
    return _Store(make_engine(database_url(), pooled=False))
