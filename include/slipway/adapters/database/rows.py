"""Running plain SQL: one place that turns rows into mappings and insists on what must be there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, RowMapping, text
from sqlalchemy.exc import DataError

from slipway.domain.errors import RefusedError
from slipway.domain.storable import is_storable

Row = RowMapping
MOST_NUMBERS = 2**63 - 1
"""The highest number that a row may have."""


class UnstorableTextError(RefusedError):
    """A text that PostgreSQL cannot keep."""

    def __init__(self, where: str) -> None:
        super().__init__(
            "unstorable_text",
            f"{where} contains a character that cannot be stored (NUL, or half of a pair): remove it and try again",
        )


class Sql:
    """A connection inside its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def run(self, statement: str, **values: Any) -> int:
        """Executes and returns how many rows were touched."""
        return self._execute(statement, values).rowcount

    def all(self, statement: str, **values: Any) -> Sequence[Row]:
        """Every row."""
        return self._execute(statement, values).mappings().all()

    def first(self, statement: str, **values: Any) -> Row | None:
        """The first row, or None."""
        return self._execute(statement, values).mappings().first()

    def one(self, statement: str, **values: Any) -> Row:
        """The row that must be there."""
        return self._execute(statement, values).mappings().one()

    def value(self, statement: str, **values: Any) -> Any:
        """The first column of the first row, or None."""
        return self._execute(statement, values).scalar()

    def _execute(self, statement: str, values: dict[str, Any]) -> CursorResult[Any]:
        for name, value in values.items():
            if isinstance(value, str) and not is_storable(value):
                raise UnstorableTextError(name)
        try:
            return self._connection.execute(text(statement), values)
        except DataError as error:
            if getattr(error.orig, "pgcode", None) in _UNSTORABLE_IN_JSON:
                raise UnstorableTextError("a JSON value") from error
            raise


_UNSTORABLE_IN_JSON = {"22P02", "22P05"}
"""PostgreSQL's codes for half of a surrogate pair and for NUL, as JSON writes them."""
