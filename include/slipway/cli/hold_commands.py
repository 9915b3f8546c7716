"""`slipway hold …`: holding back what has not started."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table

app = command_group("Hold back what has not started, and let it go again.")


@app.command()
def place(
    scope: Annotated[str, typer.Option(help="all, environment:NAME or service:NAME.")],
    reason: Annotated[str, typer.Option(help="Why: told to everybody whom it keeps waiting.")],
    until: Annotated[str | None, typer.Option(help="When it ends by itself: ISO 8601, UTC unless it says.")] = None,
    during: Annotated[str | None, typer.Option(metavar="RELEASE", help="A release that is not held.")] = None,
    absolute: Annotated[bool, typer.Option("--absolute", help="Emergencies and security changes wait too.")] = False,
) -> None:
    """Place a hold."""
    from slipway.cli.session import signed_in_rest
    from slipway.cli.status_commands import parse_time

    kind, name = _scope(scope)
    ends = parse_time(until)
    body = {
        "scope": kind,
        "name": name,
        "reason": reason,
        "until": ends and ends.isoformat(),
        "during": during,
        "absolute": absolute,
    }
    typer.echo(signed_in_rest().call("POST", "/slipway/api/holds", json=body)["detail"])


@app.command()
def lift(
    hold: Annotated[int, typer.Argument(metavar="ID", help="Number of the hold.")],
    reason: Annotated[str, typer.Option(help="Why; needed for a hold of somebody else.")] = "",
) -> None:
    """Lift a hold."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", f"/slipway/api/holds/{hold}/lift", json={"reason": reason})
    typer.echo(answer["detail"])


@app.command("list")
def list_holds(
    all_: Annotated[bool, typer.Option("--all", help="Those that were lifted or have ended, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the holds that stand."""
    from slipway.adapters.database.overview import Overview
    from slipway.cli.database import open_store

    with open_store().transaction() as tx:
        found = Overview(tx.sql).holds(standing_only=not all_)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["id"],
            f"{one['scope']}:{one['name']}" if one["name"] else one["scope"],
            one["placed_by"],
            one["at"],
            one["until"],
            one["during"],
            "yes" if one["absolute"] else "",
            one["lifted_by"],
            one["reason"],
        )
        for one in found
    ]
    print_table(
        ("id", "scope", "by", "at", "until", "during", "absolute", "lifted by", "reason"), rows, "No hold stands."
    )


def _scope(value: str) -> tuple[str, str | None]:
    kind, separator, name = value.partition(":")
    if (value == "all") or (kind in {"environment", "service"} and separator and name):
        return kind, name or None
    raise typer.BadParameter(f"{value} is no scope: use all, environment:NAME or service:NAME")
