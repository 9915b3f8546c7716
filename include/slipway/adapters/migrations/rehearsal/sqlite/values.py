"""Values that probes write into SQLite."""

import secrets
from collections.abc import Sequence

from slipway.adapters.migrations.rehearsal.shapes import Column, Table, quote

_SAMPLES = {
    "text": "'probe'",
    "number": "1",
    "boolean": "1",
    "time": "'2026-01-01 00\\:00\\:00'",
    "json": "'{}'",
    "bytes": "x'01'",
    "other": "'probe'",
}


class SqliteValues:
    """Expressions in which `source` is the row that a probe copies."""

    def fresh(self, table: Table, column: Column) -> Sequence[str]:
        """Values that no other row has."""
        own = f"source.{quote(column.name)}"
        if column.category in {"text", "other"}:
            mark = secrets.token_hex(4)
            return [f"'{mark}' || {own}", f"{own} || '{mark}'", f"'{mark}'"]
        if column.category == "number":
            return [f"(SELECT coalesce(max({quote(column.name)}), 0) + 1 FROM {table.quoted})"]
        if column.category == "time":
            return [f"(SELECT datetime(max({quote(column.name)}), '+1 day') FROM {table.quoted})"]
        return []

    def sample(self, column: Column) -> str | None:
        """Some value of the type."""
        return _SAMPLES.get(column.category)

    def extremes(self, before: Column, after: Column) -> Sequence[tuple[str, str]]:
        """SQLite takes any value in any column: what is new is that a type changed."""
        if before.type == after.type or before.category != after.category:
            return []
        if after.category == "text":
            return [("a long value", "'" + "x" * 300 + "'")]
        return [("a large value", "9007199254740993")] if after.category == "number" else []

    def awkward(self, column: Column) -> Sequence[str]:
        """Values that a check may well refuse."""
        if column.category in {"number", "boolean"}:
            return ["-1", "0", "2", "1000000", "-1000000"]
        return ["''", "'PROBE probe'", "'-'"] if column.category in {"text", "other"} else []
