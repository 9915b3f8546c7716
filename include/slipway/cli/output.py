"""How commands print: tidy tables for people, JSON for programs."""

import json
import shutil
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from slipway.domain.signs import seen

_WIDTH, _NARROWEST = 100, 40
"""Where there is no terminal, and where it is too narrow to read."""
AsJson = Annotated[bool, typer.Option("--json", help="Answer as JSON.")]


def say(message: str = "", *, err: bool = False, nl: bool = True) -> None:
    """A line on the terminal, whatever is in it."""
    typer.echo(seen(message), err=err, nl=nl)


def print_json(value: Any) -> None:
    """JSON with times as ISO 8601 in UTC."""
    say(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]], nothing: str) -> None:
    """Columns as wide as their widest cell; `nothing` where there is no row."""
    if not rows:
        say(nothing)
        return
    cells = [[head.upper() for head in heads], *([text(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    for row in cells:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def say_wrapped(words: str, indent: str = "") -> None:
    """A paragraph as wide as the terminal; what goes on stands further in."""
    wide = max(_NARROWEST, shutil.get_terminal_size((_WIDTH, 0)).columns)
    further = f"{indent}  "
    say(
        textwrap.fill(
            words,
            wide,
            initial_indent=indent,
            subsequent_indent=further,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def text(value: object) -> str:
    """A cell: one line, `-` where there is nothing."""
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return minute(value)
    return " ".join(str(value).split())


def minute(at: datetime) -> str:
    """A time to the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def minute_of(written: str | datetime | None) -> str | None:
    """The same of a time that may be written in ISO 8601, or missing."""
    return minute(datetime.fromisoformat(written) if isinstance(written, str) else written) if written else None


def span(seconds: float) -> str:
    """A time span in its two largest units."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (left, "s")]
    told = [f"{number} {unit}" for number, unit in parts if number]
    return " ".join(told[:2]) or "0 s"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    msg = f"{type(value).__name__} is not JSON"
    raise TypeError(msg)
