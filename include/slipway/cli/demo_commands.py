"""`slipway demo`: what `make demo` calls."""

from typing import Annotated

import typer

from slipway.cli.group import command_group

app = command_group("Release a sample service from Dev to live, with the story.")


@app.command()
def demo(keep: Annotated[bool, typer.Option("--keep", help="Leave everything running.")] = False) -> None:
    """Release a sample service from Dev to live with its approvals, and tell the story as it happens."""
    from slipway.platform.demo.play import Demo, storyteller
    from slipway.platform.place import current_place

    Demo(current_place(), storyteller()).run(keep=keep)
