"""How every group of commands is made, so that all look alike and help stays fast."""

import typer


def command_group(help_text: str) -> typer.Typer:
    """A Typer app for one entry of the registry: plain help (Rich takes longer to import than to read)."""
    return typer.Typer(
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
