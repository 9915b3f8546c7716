"""Values that probes write into PostgreSQL."""

import secrets
from collections.abc import Sequence

from slipway.adapters.migrations.rehearsal.shapes import Column, Table, quote

_MANY = 10_000
_SAMPLES = {
    "text": "'probe'",
    "number": "1",
    "boolean": "true",
    "time": "now()",
    "uuid": "gen_random_uuid()",
    "json": "'{\"probe\"\\: 1}'",
    "bytes": "'\\x01'",
    "array": "'{}'",
}


class PostgresValues:
    """Expressions in which `source` is the row that a probe copies."""

    def fresh(self, table: Table, column: Column) -> Sequence[str]:
        """Values that no other row has."""
        own = f"source.{quote(column.name)}"
        if column.category == "text":
            mark = secrets.token_hex(4)
            wide = (f"'{mark}' || {own}", f"{own} || '{mark}'", f"'{mark}'", f"left('{mark}', {column.length or 8})")
            return [_cast(each, column) for each in wide] if column.length is None else self._fitting(wide, column)
        if column.category == "number":
            return [_cast(f"(SELECT coalesce(max({quote(column.name)}), 0) + 1 FROM {table.quoted})", column)]
        if column.category == "uuid":
            return ["gen_random_uuid()"]
        if column.category == "time":
            latest = f"(SELECT max({quote(column.name)}) FROM {table.quoted})"
            return [_cast(f"{latest} + interval '1 day'", column)]
        return []

    def sample(self, column: Column) -> str | None:
        """Some value of the type."""
        if column.category == "enum":
            return _cast(_literal(column.labels[0]), column) if column.labels else None
        value = _SAMPLES.get(column.category)
        if value is None:
            return None
        return _cast(value if column.length is None else f"left({value}, {column.length})", column)

    def extremes(self, before: Column, after: Column) -> Sequence[tuple[str, str]]:
        """Values that only the new form takes."""
        if before.category != after.category or before.type == after.type:
            return [(f"label {label}", _cast(_literal(label), after)) for label in _added(before, after)]
        if after.category == "text" and before.length is not None:
            longest = after.length or max(before.length + 1, 100)
            return [("the longest value", _cast(f"repeat('x', {min(longest, _MANY)})", after))]
        if after.category == "number":
            return [("the largest value", each) for each in _largest(after)]
        return []

    def awkward(self, column: Column) -> Sequence[str]:
        """Values that a check may well refuse."""
        if column.category == "number":
            return [_cast(each, column) for each in ("-1", "0", "1000000", "-1000000")]
        if column.category == "text":
            return [_cast(each, column) for each in ("''", "'PROBE probe'", "'-'", "repeat('x', 300)")]
        if column.category == "enum":
            return [_cast(_literal(label), column) for label in column.labels]
        if column.category == "boolean":
            return ["true", "false"]
        if column.category == "time":
            return [_cast(f"timestamp '{each}'", column) for each in ("1900-01-01", "2900-01-01")]
        return []

    def _fitting(self, wide: Sequence[str], column: Column) -> list[str]:
        """A longer value is an error unless it is cut to the column's length."""
        return [_cast(f"left({each}, {column.length})", column) for each in wide]


def _added(before: Column, after: Column) -> list[str]:
    return [label for label in after.labels if label not in before.labels] if before.category == "enum" else []


def _largest(column: Column) -> list[str]:
    name, _, rest = column.type.partition("(")
    if name == "numeric" and rest:
        precision, _, scale = rest.rstrip(")").partition(",")
        digits = int(precision) - int(scale or 0)
        return [f"{'9' * digits or '0'}.{'9' * int(scale or 0)}"]
    known = {
        "smallint": "32767",
        "integer": "2147483647",
        "bigint": "9223372036854775000",
        "numeric": "12345678901234567890.123456789",
        "double precision": "1234567890.1234567",
    }
    return [known[name]] if name in known else []


def _cast(expression: str, column: Column) -> str:
    return f"CAST({expression} AS {column.type})".replace(":", "\\:").replace("\\\\:", "\\:")


def _literal(label: str) -> str:
    escaped = label.replace("'", "''")
    return f"'{escaped}'"
