"""`slipway confirmation …`: whether somebody is asked to confirm a service in live."""

from datetime import datetime
from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say
from slipway.cli.times import at_time

app = command_group("Have nobody asked to confirm a service in live, for a time.")


@app.command()
def waive(
    service: Annotated[str, typer.Argument(help="The service.")],
    until: Annotated[datetime, at_time("When somebody is asked again: within 14 days.")],
    reason: Annotated[str, typer.Option(help="Why nobody need look, and what looks instead.")],
) -> None:
    """Have nobody asked, as a manager of its team. Those who authorise a release are told."""
    from slipway.cli.session import signed_in_rest

    body = {"service": service, "until": until.isoformat(), "reason": reason}
    say(signed_in_rest().call("POST", "/slipway/api/confirmation-waivers", json=body)["detail"])


@app.command()
def require(
    waiver: Annotated[int, typer.Argument(metavar="ID", help="Number of the waiver.")],
    reason: Annotated[str, typer.Option(help="Why somebody must look again.")],
) -> None:
    """Have somebody asked again before its time is over, as one who may confirm."""
    from slipway.cli.session import signed_in_rest

    path = f"/slipway/api/confirmation-waivers/{waiver}/end"
    say(signed_in_rest().call("POST", path, json={"reason": reason})["detail"])


@app.command("list")
def list_waivers(
    all_: Annotated[bool, typer.Option("--all", help="Those that do not count any more, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List of which services nobody is asked, until when and why."""
    from slipway.cli.database import open_store
    from slipway.use_cases.show_confirmation_waivers import show_confirmation_waivers

    found = show_confirmation_waivers(open_store(), with_past=all_)
    if as_json:
        print_json(found)
        return
    columns = ("id", "service", "by", "expires_at", "state", "reason")
    rows = [tuple(one[column] for column in columns) for one in found]
    print_table([column.replace("_", " ") for column in columns], rows, "Of every service somebody is asked.")
