"""`docs/reference/cli.md`: every command with its own help."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from slipway.docs.pages import GENERATED

WIDTH = 100
_INTRO = """\
# The command `slipway`

It lives in `.venv/bin/slipway` once any `make` command has made the environment. Reading commands ask the release
database itself and take `--json`; those that change something are REST calls as the person who signed in with
`slipway login`.

Exit codes: 0 done, 1 refused or not found, 2 bad usage or bad catalogue, 3 (`--wait`) ended before
what was asked for.
"""


@dataclass(frozen=True, kw_only=True)
class CommandEntry:
    """One word after `slipway`, and the Typer command behind it."""

    name: str
    command: Any


def cli_page(entries: Sequence[CommandEntry]) -> str:
    """The page, from the commands in the order of `slipway --help`."""
    root = typer.Context(typer.main.get_command(_nothing()), info_name="slipway", terminal_width=WIDTH)
    sections = [section for entry in entries for section in _sections(entry.command, entry.name, root, depth=2)]
    return GENERATED + _INTRO + "".join(sections)


def _sections(command: Any, name: str, parent: typer.Context, *, depth: int) -> Iterator[str]:
    context = typer.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH)
    yield f"\n{'#' * depth} `{context.command_path}`\n\n```text\n{_help(command, context)}\n```\n"
    for child, each in getattr(command, "commands", {}).items():
        yield from _sections(each, child, context, depth=depth + 1)


def _help(command: Any, context: typer.Context) -> str:
    return "\n".join(line.rstrip() for line in command.get_help(context).strip().splitlines())


def _nothing() -> typer.Typer:
    """The parent of all commands: only its name is shown."""
    app = typer.Typer(add_completion=False)
    app.command()(lambda: None)
    return app
