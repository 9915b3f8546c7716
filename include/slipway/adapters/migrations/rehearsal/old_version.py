"""What the deployed version asks of its database, tried before and after an upgrade: it must get the same answers."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, CursorResult
from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.rehearsal.words import shortened, without_values

_PIECES = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"[^\"]*\"|(\$\w*\$).*?\1|;", re.DOTALL)
_READS = re.compile(r"\s*(select|values|table|with)\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(insert|update|delete|merge|nextval|setval)\b", re.IGNORECASE)
_MISSING = frozenset({"42P01", "42703", "42883", "42704"})
"""PostgreSQL's codes for a table, column, function or type that is not there."""
_MISSING_IN_SQLITE = re.compile(r"no such (table|column|function)|has no column named")
_SHOWN = 80
_WIDTH = 1 << 64


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came of a statement: rows and a sum of their hashes, or an error; never a value."""

    statement: str
    rows: int = 0
    columns: tuple[str, ...] = ()
    sum: int = 0
    error: str | None = None
    missing: bool = False
    """Whether it failed for want of something that it names."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A statement that the new schema does not take as the old one did."""

    name: str
    detail: str
    missing: bool


def statements(text: str) -> Sequence[str]:
    """Split at the semicolons outside strings, comments and function bodies; comments are dropped."""
    found, current, last = [], "", 0
    for piece in _PIECES.finditer(text):
        current += text[last : piece.start()]
        last = piece.end()
        if piece.group() == ";":
            found.append(current.strip())
            current = ""
        elif not piece.group().startswith(("--", "/*")):
            current += piece.group()
    found.append((current + text[last:]).strip())
    return [each for each in found if each]


def ask(connection: Connection, asked: Sequence[str], like: Sequence[Answer] | None = None) -> Sequence[Answer]:
    """The answers to all, in one transaction that the caller ends. `like`: compare the columns of these only."""
    return [
        _answer(connection, statement, like[number].columns if like else ()) for number, statement in enumerate(asked)
    ]


def broken(before: Sequence[Answer], again: Sequence[Answer], after: Sequence[Answer]) -> Iterator[Broken]:
    """Answers that vary by themselves (`before` and `again`) are tried, not compared."""
    for number, (old, twice, new) in enumerate(zip(before, again, after, strict=True), start=1):
        name = f"statement {number}"
        if new.error:
            detail = f"«{_short(new.statement)}» fails: {new.error}"
            yield Broken(name=name, detail=detail, missing=new.missing)
        elif old == twice and (old.rows, old.sum) != (new.rows, new.sum):
            counts = f"{old.rows} rows before, {new.rows} after" if old.rows != new.rows else "other values than before"
            yield Broken(name=name, detail=f"«{_short(new.statement)}» answers otherwise: {counts}.", missing=False)


def varying(before: Sequence[Answer], again: Sequence[Answer]) -> Sequence[str]:
    """Statements whose answers differ without any upgrade."""
    return [
        f"statement {number}"
        for number, (old, twice) in enumerate(zip(before, again, strict=True), start=1)
        if old != twice
    ]


def _answer(connection: Connection, statement: str, columns: tuple[str, ...]) -> Answer:
    streamed = bool(_READS.match(statement)) and not _WRITES.search(statement)
    options = {"no_parameters": True, "stream_results": streamed}
    connection.exec_driver_sql("SAVEPOINT asked")
    try:
        result = connection.exec_driver_sql(statement, execution_options=options)
        answer = _read(statement, result, columns)
    except (SQLAlchemyError, KeyError) as error:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT asked")
        said = f"column {error} is gone" if isinstance(error, KeyError) else str(getattr(error, "orig", error))
        return Answer(statement=statement, error=without_values(said), missing=_is_missing(error))
    connection.exec_driver_sql("RELEASE SAVEPOINT asked")
    return answer


def _read(statement: str, result: CursorResult[Any], wanted: tuple[str, ...]) -> Answer:
    if not result.returns_rows:
        return Answer(statement=statement, rows=result.rowcount)
    names = tuple(result.keys())
    by_name = bool(wanted) and len(set(wanted)) == len(wanted)
    places = [_place(names, name) for name in wanted] if by_name else range(len(names))
    rows = total = 0
    for row in result:
        rows += 1
        total = (total + _hash([row[place] for place in places])) % _WIDTH
    return Answer(statement=statement, rows=rows, columns=names, sum=total)


def _is_missing(error: SQLAlchemyError | KeyError) -> bool:
    if isinstance(error, KeyError):
        return True
    said = getattr(error, "orig", error)
    return getattr(said, "pgcode", None) in _MISSING or _MISSING_IN_SQLITE.search(str(said)) is not None


def _place(names: tuple[str, ...], name: str) -> int:
    if name not in names:
        raise KeyError(name)
    return names.index(name)


def _hash(values: Sequence[Any]) -> int:
    plain = [format(value.normalize(), "f") if isinstance(value, Decimal) else repr(value) for value in values]
    return int.from_bytes(hashlib.blake2b(repr(plain).encode(), digest_size=8).digest())


def _short(statement: str) -> str:
    return shortened(" ".join(statement.split()), _SHOWN)
