"""`slipway disclosure …`: the texts of security releases."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say

app = command_group("List, read and publish the texts of security releases.")
Reference = Annotated[str, typer.Argument(metavar="REFERENCE", help="Such as SEC-7.")]


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List what was filed, without the texts: all about it for the disclosure group, references for others."""
    from slipway.cli.session import signed_in_rest

    found = signed_in_rest().call("GET", "/slipway/api/disclosures")
    if as_json:
        print_json(found)
        return
    columns = ("reference", "service", "release_id", "filed_by", "at", "published_by")
    rows = [
        (*(one.get(column) for column in columns), "yes" if one["may_read"] else "only the disclosure group")
        for one in found
    ]
    heads = ("reference", "service", "release", "filed by", "at", "published by", "you may read it")
    print_table(heads, rows, "No texts were filed.")


@app.command()
def show(reference: Reference, as_json: AsJson = False) -> None:
    """Show the texts, as a member of the disclosure group; that you looked is in the log."""
    from slipway.cli.session import signed_in_rest

    found = signed_in_rest().call("GET", f"/slipway/api/disclosures/{reference}")
    if as_json:
        print_json(found)
        return
    published = f"published by {found['published_by']}" if found["published_by"] else "for the disclosure group only"
    say(f"{found['reference']}  {found['service']}, {found['release_id'] or 'not asked for yet'}, {published}")
    say(f"What changes:       {found['summary']}")
    say(f"If it goes wrong:   {found['rollback_plan']}")


@app.command()
def publish(
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why everybody may read it now.")],
) -> None:
    """Publish the texts, as a member of the disclosure group: they go into the log, for good."""
    from slipway.cli.session import signed_in_rest

    body = {"reason": reason}
    say(signed_in_rest().call("POST", f"/slipway/api/disclosures/{reference}/publish", json=body)["detail"])
