"""What SQLite tells only in the text of CREATE TABLE: checks, collations, computed columns, options."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_QUOTED = re.compile(r"'(?:[^']|'')*'")
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_CHECK = re.compile(r"(?:\bconstraint (\S+) )?\bcheck ?\(", re.IGNORECASE)
_COLLATE = re.compile(r"\bcollate (\w+)", re.IGNORECASE)
_COMPUTED = re.compile(r"\bas ?\(", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Definition:
    """One table's text, taken apart."""

    items: Sequence[str]
    """Columns and constraints, as written but for space, case and quotes of names."""
    options: str
    autoincrement: bool

    def of_column(self, name: str) -> str:
        """What only the text says of a column."""
        own = next((each for each in self.items if each.partition(" ")[0] == name.lower()), "")
        collation = _COLLATE.search(own)
        computed = _COMPUTED.search(own)
        said = [f"collate {collation.group(1)}"] if collation else []
        if computed:
            said.append(f"as {_bracketed(own, computed.end() - 1)}")
        return " ".join(said)

    def checks(self) -> Sequence[tuple[str, str]]:
        """(name or nothing, expression)."""
        return [
            (found.group(1) or "", _bracketed(item, found.end() - 1)[1:-1].strip())
            for item in self.items
            for found in _CHECK.finditer(item)
        ]


def read_definition(sql: str) -> Definition:
    """Of the text in sqlite_master."""
    plain = normal(sql)
    start = plain.index("(")
    body = _bracketed(plain, start)
    return Definition(
        items=_items(body[1:-1]),
        options=plain[start + len(body) :].strip(),
        autoincrement=bool(re.search(r"\bautoincrement\b", _QUOTED.sub("''", plain))),
    )


def normal(sql: str) -> str:
    """One space between words, lower case and no quotes around names; strings stay as they are."""
    text = _COMMENTS.sub(" ", sql)
    parts, last = [], 0
    for string in _QUOTED.finditer(text):
        parts += [_plain(text[last : string.start()]), string.group()]
        last = string.end()
    return " ".join("".join([*parts, _plain(text[last:])]).split())


def _plain(text: str) -> str:
    return re.sub(r'["`\[\]]', "", re.sub(r"\s*([(),])\s*", r" \1 ", text)).lower()


def _bracketed(text: str, start: int) -> str:
    """From the bracket at `start` to its partner."""
    depth, quoted = 0, False
    for place in range(start, len(text)):
        sign = text[place]
        if sign == "'":
            quoted = not quoted
        elif not quoted:
            depth += {"(": 1, ")": -1}.get(sign, 0)
            if depth == 0:
                return text[start : place + 1]
    return text[start:]


def _items(body: str) -> list[str]:
    found, depth, quoted, current = [], 0, False, ""
    for sign in body:
        quoted ^= sign == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and depth == 0 and not quoted:
            found.append(current.strip())
            current = ""
        else:
            current += sign
    return [*found, current.strip()]
