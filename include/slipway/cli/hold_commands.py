"""`slipway hold …`: holding back what has not started."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say
from slipway.cli.times import at_time

app = command_group("Hold back what has not started, and let it go again.")
SCOPES = "all, environment:NAME or service:NAME"


@dataclass(frozen=True)
class Scope:
    """What a hold binds."""

    kind: str
    name: str | None


def parse_scope(value: str) -> Scope:
    """As people write it. Raises BadParameter."""
    kind, separator, name = value.partition(":")
    if value == "all" or (kind in {"environment", "service"} and separator and name):
        return Scope(kind, name or None)
    raise typer.BadParameter(f"{value!r} is no scope: write {SCOPES}")


@app.command()
def place(
    scope: Annotated[Scope, typer.Option(metavar="SCOPE", parser=parse_scope, help=f"{SCOPES}.")],
    reason: Annotated[str, typer.Option(help="Why: told to everybody whom it keeps waiting.")],
    until: Annotated[datetime | None, at_time("When it ends by itself.")] = None,
    during: Annotated[
        str | None, typer.Option(metavar="RELEASE", help="A release that is not held; the hold ends with it.")
    ] = None,
    absolute: Annotated[bool, typer.Option("--absolute", help="Emergencies and security changes wait too.")] = False,
) -> None:
    """Place a hold."""
    from slipway.cli.session import signed_in_rest

    body = {
        "scope": scope.kind,
        "name": scope.name,
        "reason": reason,
        "until": until and until.isoformat(),
        "during": during,
        "absolute": absolute,
    }
    say(signed_in_rest().call("POST", "/slipway/api/holds", json=body)["detail"])


@app.command()
def lift(
    hold: Annotated[int, typer.Argument(metavar="ID", help="Number of the hold.")],
    reason: Annotated[str, typer.Option(help="Why; needed for a hold of somebody else.")] = "",
) -> None:
    """Lift a hold."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", f"/slipway/api/holds/{hold}/lift", json={"reason": reason})
    say(answer["detail"])


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
            one["failed"],
            "yes" if one["absolute"] else "",
            one["lifted_by"],
            one["lifted_because"] or one["ended_because"],
            one["reason"],
        )
        for one in found
    ]
    heads = ("id", "scope", "by", "at", "until", "during", "failed", "absolute", "lifted by", "over because", "reason")
    print_table(heads, rows, "No hold stands.")
