"""All commands of `slipway`, in the order of its help. Modules are imported only when a command is used.

To add one: write `cli/<something>_commands.py` with a Typer app for each entry, and add a line here. An app
with one command and no callback is that command itself (`slipway status`); any other is a group (`slipway log
show`). Make it with `command_group`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One word after `slipway`: its help, and the module and name of its Typer app."""

    name: str
    help: str
    module: str
    app: str = "app"


ENTRIES: tuple[Entry, ...] = (
    Entry("platform", "Start and stop the platform itself.", "slipway.cli.platform_commands"),
    Entry("catalogue", "Check the catalogue, or print its JSON Schema.", "slipway.cli.catalogue_commands"),
)
