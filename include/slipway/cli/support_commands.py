"""`slipway support …`: second line's support for an agreed time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say
from slipway.cli.times import at_time

app = command_group("Book second line's support for an agreed time.")
Number = Annotated[int, typer.Argument(metavar="ID", help="Number of the booking.")]


@app.command()
def book(
    service: Annotated[str, typer.Option(help="The service that is released.")],
    from_: Annotated[datetime, at_time("When it begins.", "--from")],
    until: Annotated[datetime, at_time("When it ends.")],
    reason: Annotated[str, typer.Option(help="What second line should be there for.")],
) -> None:
    """Ask second line to be there, as somebody of the team that owns the service."""
    times = {"begins": from_.isoformat(), "ends": until.isoformat()}
    _post("", {"service": service, **times, "reason": reason})


@app.command()
def accept(booking: Number) -> None:
    """Agree to be there, as somebody of second line."""
    _post(f"/{booking}/accept", {})


@app.command()
def waive(
    booking: Number,
    reason: Annotated[str, typer.Option(help="Why a release may go live without the support that it asked for.")],
) -> None:
    """Let releases that asked for it go live without, as a manager of the team or second line."""
    _post(f"/{booking}/waive", {"reason": reason})


@app.command("list")
def list_bookings(
    all_: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what is booked, the soonest first."""
    from slipway.cli.database import open_store
    from slipway.use_cases.show_bookings import show_bookings

    found = show_bookings(open_store(), with_past=all_)
    if as_json:
        print_json(found)
        return
    columns = ("id", "service", "begins", "ends", "booked_by", "state", "reason")
    rows = [tuple(one[column] for column in columns) for one in found]
    print_table([column.replace("_", " ") for column in columns], rows, "No support is booked.")


def _post(path: str, body: Mapping[str, object]) -> None:
    from slipway.cli.session import signed_in_rest

    say(signed_in_rest().call("POST", f"/slipway/api/support{path}", json=body)["detail"])
