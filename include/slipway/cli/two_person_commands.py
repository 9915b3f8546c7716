"""`slipway second` and `slipway pending`: acts that need two people."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say

second = command_group("Agree as the second person; what was asked for takes effect.")
pending = command_group("List what waits for a second person.")


@second.command("second")
def second_it(number: Annotated[int, typer.Argument(metavar="ID", help="As `slipway pending` lists it.")]) -> None:
    """Agree as the second person; what was asked for takes effect."""
    from slipway.cli.session import signed_in_rest

    say(signed_in_rest().call("POST", f"/slipway/api/pending/{number}/second")["detail"])


@pending.command("pending")
def list_pending(
    all_: Annotated[bool, typer.Option("--all", help="Those that took effect or expired, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what waits for a second person."""
    from slipway.adapters.database.overview import Overview
    from slipway.cli.database import open_store
    from slipway.use_cases.show_pending import in_words

    with open_store().transaction() as tx:
        found = in_words(tx, Overview(tx.sql).pending(waiting_only=not all_))
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["id"],
            one["what"],
            one["first"],
            one["at"],
            one["expires_at"],
            one["state"],
            one["second"],
            one["reason"],
        )
        for one in found
    ]
    heads = ("id", "what it would do", "by", "at", "expires", "state", "seconded by", "reason")
    print_table(heads, rows, "Nothing waits for a second person.")
