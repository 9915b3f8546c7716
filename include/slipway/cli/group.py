"""How every group of commands is made, so that all look alike and help stays fast."""

from collections.abc import Callable
from typing import Any

import typer
from typer.models import CommandFunctionType

from slipway.cli.usage import PlainCommand


class Group(typer.Typer):
    """A Typer app whose commands say all that is wrong with what was typed at once."""

    def command(self, name: str | None = None, **more: Any) -> Callable[[CommandFunctionType], CommandFunctionType]:
        """As Typer's."""
        return super().command(name, **{"cls": PlainCommand, **more})


def command_group(help_text: str) -> Group:
    """An app for one entry of the registry: plain help (Rich takes longer to import than to read)."""
    return Group(
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
