"""`slipway db upgrade`."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say

app = command_group("Set up the release database.")


@app.callback()
def db() -> None:
    """Set up the release database."""


@app.command()
def upgrade(
    url: Annotated[str | None, typer.Option(help="Default: SLIPWAY_DATABASE_URL, or the embedded one.")] = None,
) -> None:
    """Bring the release database to the schema that this version needs; harmless to repeat."""
    from sqlalchemy.exc import OperationalError

    from slipway.adapters.database import schema
    from slipway.cli.database import database_url
    from slipway.domain.errors import DatabaseUnavailableError

    try:
        revision = schema.upgrade(url or database_url())
    except OperationalError as error:
        raise DatabaseUnavailableError(
            f"the release database does not answer: start it (`make up`), or set SLIPWAY_DATABASE_URL. {error.orig}"
        ) from error
    say(f"The release database is at revision {revision}.")
