"""The command `slipway`: finds the command in the registry, imports it, and turns errors into exit codes.

Exit codes: 0 done, 1 refused or not found, 2 bad usage or bad catalogue, 3 (`--wait`) ended before
what was asked for.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from slipway import __version__
from slipway.catalogue.problems import CatalogueError, nearest
from slipway.cli.output import say
from slipway.cli.registry import ENTRIES, Entry
from slipway.domain.errors import SlipwayError

REFUSED, BAD_CATALOGUE = 1, 2


class LazyGroup(TyperGroup):
    """Shows the registry's commands without importing them, and imports the one that is used."""

    entries: Mapping[str, Entry] = {entry.name: entry for entry in ENTRIES}

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of the registry."""
        return list(self.entries)

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:
        """Name and help only: what `--help` needs."""
        entry = self.entries.get(cmd_name)
        return TyperCommand(entry.name, help=entry.help) if entry else None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The real command, imported now."""
        if args[0] not in self.entries:
            close = nearest(args[0], self.entries)
            ctx.fail(f"No such command '{args[0]}'." + (f" Did you mean '{close}'?" if close else ""))
        entry = self.entries[args[0]]
        command = get_command(getattr(import_module(entry.module), entry.app))
        command.name = entry.name
        return entry.name, command, args[1:]

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; what Slipway refuses is told in its own words, without a traceback."""
        try:
            return super().invoke(ctx)
        except CatalogueError as error:
            say(str(error), err=True)
            raise typer.Exit(BAD_CATALOGUE) from error
        except SlipwayError as error:
            say(str(error), err=True)
            raise typer.Exit(REFUSED) from error


app = typer.Typer(
    cls=LazyGroup,
    name="slipway",
    help="Takes every change of a service from Dev through Preprod to live, and remembers who and why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(asked: bool) -> None:
    if asked:
        say(f"slipway {__version__}")
        raise typer.Exit


@app.callback()
def slipway(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Makes the app a group even while the registry has a single entry."""


def main() -> None:
    """The entry point of the console script."""
    app(prog_name="slipway")
