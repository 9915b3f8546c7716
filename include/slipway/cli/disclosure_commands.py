"""`slipway disclosure …`: the texts of security releases."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json

app = command_group("Read and publish the texts of security releases.")
Reference = Annotated[str, typer.Argument(metavar="REFERENCE", help="Such as SEC-7.")]


@app.command()
def show(reference: Reference, as_json: AsJson = False) -> None:
    """Show the texts, as a member of the disclosure group; that you looked is in the log."""
    from slipway.cli.session import signed_in_rest

    found = signed_in_rest().call("GET", f"/slipway/api/disclosures/{reference}")
    if as_json:
        print_json(found)
        return
    published = f"published by {found['published_by']}" if found["published_by"] else "for the disclosure group only"
    typer.echo(f"{found['reference']}  {found['service']}, {found['release_id'] or 'not asked for yet'}, {published}")
    typer.echo(f"What changes:       {found['summary']}")
    typer.echo(f"If it goes wrong:   {found['rollback_plan']}")


@app.command()
def publish(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why everybody may read it now.")],
) -> None:
    """Publish the texts, as a member of the disclosure group: they go into the log, for good."""
    from slipway.cli.session import signed_in_rest

    body = {"reason": reason}
    typer.echo(signed_in_rest().call("POST", f"/slipway/api/disclosures/{reference}/publish", json=body)["detail"])
