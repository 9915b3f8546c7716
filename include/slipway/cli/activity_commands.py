"""`slipway activity …`: outside work that is open or was given up on."""

from enum import StrEnum
from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say


class Ending(StrEnum):
    """What people may say of work whose target does not answer."""

    DONE = "done"
    FAILED = "failed"


app = command_group("Show work that is open, and give up on what no longer answers.")


@app.command("list")
def list_activities(as_json: AsJson = False) -> None:
    """List activities that are open or quarantined."""
    from slipway.adapters.database.overview import Overview
    from slipway.cli.database import open_store

    with open_store().transaction() as tx:
        found = Overview(tx.sql).activities()
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["id"],
            one["attempt"],
            one["service"],
            one["environment"],
            one["kind"],
            one["state"],
            one["at"],
            one["deadline"],
            f"{one['pid']} on {one['host']}",
        )
        for one in found
    ]
    heads = ("id", "attempt", "service", "environment", "kind", "state", "since", "deadline", "process")
    print_table(heads, rows, "Nothing is being done anywhere.")


@app.command("quarantine")
def quarantine(
    activity: Annotated[str, typer.Argument(metavar="ID", help="As `slipway activity list` shows it.")],
    reason: Annotated[str, typer.Option(help="Why; shown to whoever is to second it.")],
) -> None:
    """Give up on an activity for the lane, never for its service; needs a second person."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", f"/slipway/api/activities/{activity}/quarantine", json={"reason": reason})
    say(answer["detail"])


@app.command("settle")
def settle(
    activity: Annotated[str, typer.Argument(metavar="ID", help="As `slipway activity list` shows it.")],
    ending: Annotated[Ending, typer.Option("--as", help="Whether what it wanted is there, as you saw it yourself.")],
    reason: Annotated[str, typer.Option(help="How you know; shown to whoever is to second it.")],
) -> None:
    """Say how quarantined work ended whose target never returns; needs a second person."""
    from slipway.cli.session import signed_in_rest

    body = {"as": ending.value, "reason": reason}
    answer = signed_in_rest().call("POST", f"/slipway/api/activities/{activity}/settle", json=body)
    say(answer["detail"])
