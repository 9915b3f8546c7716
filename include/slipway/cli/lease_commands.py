"""`slipway lease …`: who works on what, and taking it away from whoever no longer lets go."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say

app = command_group("Show who holds lanes and services, and free what is stuck.")


@app.command("list")
def list_leases(as_json: AsJson = False) -> None:
    """List the attempts that hold a lane or a service."""
    from slipway.adapters.database.overview import Overview
    from slipway.cli.database import open_store

    with open_store().transaction() as tx:
        found = Overview(tx.sql).leases()
    if as_json:
        print_json(found)
        return
    rows = [
        (one["attempt"], one["service"], one["environment"], one["lane"], one["since"], one["open_activity"])
        for one in found
    ]
    heads = ("attempt", "service", "environment", "lane", "since", "open activity")
    print_table(heads, rows, "Nobody holds a lane or a service.")


@app.command("break")
def break_it(
    attempt: Annotated[str, typer.Argument(metavar="ID", help="The attempt that holds it, e.g. r12.1.")],
    reason: Annotated[str, typer.Option(help="Why; shown to whoever is to second it.")],
) -> None:
    """Take lane and lease from an attempt; needs a second person."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", f"/slipway/api/leases/{attempt}/break", json={"reason": reason})
    say(answer["detail"])
