"""What a text says to whoever undoes its escapes: JSON's, those of addresses and of HTML, one in another.

Each reading is made once, in one pass: what it costs grows with the text, whatever the text is.
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from slipway.domain.storable import storable

DEEPEST = 3
"""Escapes in one another: JSON in JSON in an address."""
_JSON = re.compile(r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])')
_HEX = "[0-9a-fA-F]"
_PERCENT = re.compile(
    rf"%[0-7]{_HEX}|%[c-dC-D]{_HEX}%{_HEX}{{2}}|%[eE]{_HEX}(?:%{_HEX}{{2}}){{2}}|%[fF]{_HEX}(?:%{_HEX}{{2}}){{3}}"
)
_FORM = re.compile(rf"\+|{_PERCENT.pattern}")
_HTML = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")


@dataclass(frozen=True)
class Reading:
    """What is read, and where each of its characters begins in the text; one place more for the end."""

    text: str
    begins: Sequence[int]

    def spans(self, part: str) -> Iterator[tuple[int, int]]:
        """Where the text has this part."""
        at = self.text.find(part)
        while at >= 0:
            yield self.begins[at], self.begins[at + len(part)]
            at = self.text.find(part, at + len(part))


def readings(text: str) -> Iterator[Reading]:
    """The text as it is, then each that differs; what cannot be stored is read as the sign that is stored instead."""
    text = storable(text)
    latest = [Reading(text, range(len(text) + 1))]
    seen = {text}
    yield from latest
    for _ in range(DEEPEST):
        further = []
        for reading in latest:
            for escapes, undo in _ESCAPES:
                read = _undone(reading, escapes, undo)
                if read.text not in seen:
                    seen.add(read.text)
                    further.append(read)
        yield from further
        latest = further


def _undone(reading: Reading, escapes: re.Pattern[str], undo: Callable[[str], str]) -> Reading:
    said: list[str] = []
    begins: list[int] = []
    done = 0
    for found in escapes.finditer(reading.text):
        meant = storable(undo(found[0]))
        said += reading.text[done : found.start()], meant
        begins += reading.begins[done : found.start()]
        begins += [reading.begins[found.start()]] * len(meant)
        done = found.end()
    if not done:
        return reading
    begins += reading.begins[done:]
    return Reading("".join(said) + reading.text[done:], begins)


def _of_json(escape: str) -> str:
    return str(json.loads(f'"{escape}"'))


def _of_address(escape: str) -> str:
    if escape == "+":
        return " "
    try:
        return bytes.fromhex(escape.replace("%", "")).decode(errors="surrogatepass")
    except UnicodeDecodeError:
        return escape


_ESCAPES = ((_JSON, _of_json), (_PERCENT, _of_address), (_FORM, _of_address), (_HTML, html.unescape))


def merged(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """In order, those that overlap as one."""
    ordered = sorted(set(spans))
    ends = accumulate((end for _, end in ordered), max)
    begun: tuple[int, int] | None = None
    for (start, _), end in zip(ordered, ends, strict=True):
        if begun is not None and start < begun[1]:
            begun = begun[0], end
            continue
        if begun is not None:
            yield begun
        begun = start, end
    if begun is not None:
        yield begun
