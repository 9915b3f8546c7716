"""Cuts a file of SQL into its statements, as the database's own client would."""

import re
import sqlite3
from collections.abc import Iterator

_PIECE = re.compile(
    r"""(?P<comment>--[^\n]*)|(?P<block>/\*)|(?P<escape>\b[eE]'(?:[^'\\]|\\.|'')*')|(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*")|(?P<dollar>\$(?:[A-Za-z_]\w*)?\$)|(?P<end>;)|(?P<open>['"])""",
    re.VERBOSE | re.DOTALL,
)

_LEADING = re.compile(r"^(\s+|--[^\n]*(\n|$)|/\*.*?\*/)+", re.DOTALL)


def statements(text: str, dialect: str) -> Iterator[str]:
    """Each as it stands; comments before it are left out."""
    whole = _sqlite(text) if dialect == "sqlite" else _postgresql(text)
    bare = (_LEADING.sub("", each) for each in whole)
    return (each for each in bare if each.strip(" \t\r\n;"))


def _sqlite(text: str) -> Iterator[str]:
    """SQLite itself says where a statement ends: a trigger has semicolons of its own."""
    begun = ""
    for part in re.split(r"(?<=;)", text):
        begun += part
        if sqlite3.complete_statement(begun):
            yield begun.strip()
            begun = ""
    yield begun.strip()


def _postgresql(text: str) -> Iterator[str]:
    begin = at = 0
    while piece := _PIECE.search(text, at):
        at = piece.end()
        if piece["dollar"]:
            at = _after(text, piece["dollar"], at)
        elif piece["block"]:
            at = _after_comment(text, at)
        elif piece["open"]:
            at = len(text)
        elif piece["end"]:
            yield text[begin : piece.start()].strip()
            begin = at
        if (piece["comment"] or piece["block"]) and not text[begin : piece.start()].strip():
            begin = at
    yield text[begin:].strip()


def _after(text: str, closing: str, at: int) -> int:
    found = text.find(closing, at)
    return len(text) if found < 0 else found + len(closing)


def _after_comment(text: str, at: int) -> int:
    """Comments of PostgreSQL may stand within each other."""
    depth = 1
    for mark in re.finditer(r"/\*|\*/", text[at:]):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return at + mark.end()
    return len(text)
