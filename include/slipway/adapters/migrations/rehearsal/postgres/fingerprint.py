"""Fingerprints of rows, made by the database: no row is fetched."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.shapes import quote

_BUCKETS = 4096
_KEYS = 5


@dataclass(frozen=True, kw_only=True)
class Part:
    """The columns of a table that are looked at."""

    table: str
    quoted: str
    columns: Sequence[str]
    key: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Print:
    """Rows, and the sum of their hashes; exact, as PostgreSQL adds up bigint in numeric."""

    rows: int
    sum: Decimal | None


def new_seed() -> int:
    """Another one for each proof: stored sums tell nothing about guessed values."""
    return secrets.randbits(62)


def fingerprint(connection: Connection, part: Part, seed: int) -> Print:
    """One scan."""
    row = ", ".join(quote(name) for name in part.columns)
    statement = text(f"SELECT count(*), sum(hashtextextended(ROW({row})\\:\\:text, :seed)) FROM {part.quoted}")
    rows, total = connection.execute(statement, {"seed": seed}).one()
    connection.rollback()
    return Print(rows=rows, sum=total)


def columns_of(connection: Connection, part: Part, seed: int) -> Mapping[str, tuple[int, Decimal | None]]:
    """Each column's values that are not null, and its sum bound to the rows' keys."""
    keys = [quote(name) for name in part.key]
    sums = ", ".join(
        f"count({quote(name)}), sum(hashtextextended(ROW({', '.join([*keys, quote(name)])})\\:\\:text, :seed))"
        for name in part.columns
    )
    found = connection.execute(text(f"SELECT {sums} FROM {part.quoted}"), {"seed": seed}).one()
    connection.rollback()
    return {name: (found[2 * place], found[2 * place + 1]) for place, name in enumerate(part.columns)}


def keys_that_differ(before: Connection, after: Connection, part: Part, seed: int) -> list[str]:
    """Up to five keys of rows that differ; only a small bucket of keys and hashes is ever fetched."""
    if not part.key:
        return []
    buckets = [_bucket_sums(connection, part, seed) for connection in (before, after)]
    different = sorted(
        number for number in buckets[0].keys() | buckets[1].keys() if buckets[0].get(number) != buckets[1].get(number)
    )
    keys: list[str] = []
    for number in different[:_KEYS]:
        rows = [dict(_bucket(connection, part, seed, number)) for connection in (before, after)]
        keys += sorted(key for key in rows[0].keys() | rows[1].keys() if rows[0].get(key) != rows[1].get(key))
        if len(keys) >= _KEYS:
            break
    return keys[:_KEYS]


def _bucket_sums(connection: Connection, part: Part, seed: int) -> dict[int, Decimal]:
    key, row = _key(part), _row(part)
    statement = f"SELECT hashtextextended({key}, 0) & {_BUCKETS - 1}, sum(hashtextextended({row}, :seed))"
    rows = connection.execute(text(f"{statement} FROM {part.quoted} GROUP BY 1"), {"seed": seed})
    found = {row[0]: row[1] for row in rows}
    connection.rollback()
    return found


def _bucket(connection: Connection, part: Part, seed: int, number: int) -> Iterator[tuple[str, int]]:
    key, row = _key(part), _row(part)
    shown = ", ".join(f"{quote(name)}\\:\\:text" for name in part.key)
    statement = f"SELECT concat_ws(', ', {shown}), hashtextextended({row}, :seed) FROM {part.quoted}"
    where = f"WHERE hashtextextended({key}, 0) & {_BUCKETS - 1} = :number LIMIT 10000"
    yield from (
        (found[0], found[1])
        for found in connection.execute(text(f"{statement} {where}"), {"seed": seed, "number": number})
    )
    connection.rollback()


def _key(part: Part) -> str:
    return f"ROW({', '.join(quote(name) for name in part.key)})\\:\\:text"


def _row(part: Part) -> str:
    return f"ROW({', '.join(quote(name) for name in part.columns)})\\:\\:text"
