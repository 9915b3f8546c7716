"""`slipway docs`: what `make docs` and `make lint` call."""

from typing import TYPE_CHECKING, Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say

if TYPE_CHECKING:
    from slipway.docs.cli_page import CommandEntry

app = command_group("Write or check the reference pages that come from the code.")


@app.command("docs")
def reference_pages(
    write: Annotated[bool, typer.Option("--write", help="Write those that are not current.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 where one is not current.")] = False,
) -> None:
    """Write or check docs/reference: commands, authority, kinds of log entries, JSON Schemas."""
    from slipway.docs import pages
    from slipway.docs.all_pages import all_pages

    if write == check:
        raise typer.BadParameter("say --write or --check")
    texts = all_pages(_commands())
    if check:
        pages.check(texts)
        say(f"{len(texts)} generated pages are current.")
        return
    for path in pages.write(texts):
        say(f"wrote {path}")


def _commands() -> list["CommandEntry"]:
    """Every command of the registry, imported."""
    from importlib import import_module

    from slipway.cli.registry import ENTRIES
    from slipway.docs.cli_page import CommandEntry

    return [
        CommandEntry(name=entry.name, command=typer.main.get_command(getattr(import_module(entry.module), entry.app)))
        for entry in ENTRIES
    ]
