"""`slipway token …`: what the build pipelines of static apps identify themselves with."""

from typing import Annotated, Any

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say

app = command_group("Give the pipeline of a static app a token, replace it, and end it.")
Service = Annotated[str, typer.Argument(metavar="SERVICE", help="The static app.")]
Days = Annotated[int, typer.Option(min=1, max=365, metavar="DAYS", help="How long it counts.")]
Why = Annotated[str, typer.Option(help="Why, for whoever seconds it and for the log.")]


@app.command("issue")
def issue(service: Service, reason: Why, days: Days = 90) -> None:
    """Ask for a token; it counts once a second person agrees. Only you are shown its secret, once."""
    _ask({"service": service, "days": days, "reason": reason})


@app.command("rotate")
def rotate(
    service: Service,
    replaces: Annotated[
        int, typer.Option(metavar="ID", help="The token that it replaces, as `slipway token list` shows it.")
    ],
    reason: Why,
    days: Days = 90,
) -> None:
    """Ask for another token in the place of one, which then counts for an hour."""
    _ask({"service": service, "days": days, "reason": reason, "replaces": replaces})


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", help="As `slipway token list` shows it.")], reason: Why
) -> None:
    """End a token at once; one person is enough."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", f"/slipway/api/tokens/{number}/revoke", json={"reason": reason})
    say(answer["detail"])


@app.command("list")
def list_tokens(
    all_: Annotated[bool, typer.Option("--all", help="Those that ended, too.")] = False, as_json: AsJson = False
) -> None:
    """List the tokens that count."""
    from slipway.adapters.database.overview import Overview
    from slipway.cli.database import open_store

    with open_store().transaction() as tx:
        found = Overview(tx.sql).service_tokens(usable_only=not all_)
    if as_json:
        print_json(found)
        return
    rows = [
        (one["id"], one["service"], " and ".join(one["issued_by"]), one["at"], one["expires_at"], one["revoked_at"])
        for one in found
    ]
    print_table(("id", "service", "issued by", "at", "expires", "revoked"), rows, "No token counts.")


def _ask(body: dict[str, Any]) -> None:
    """The secret is made here and stays here: what is sent is its hash."""
    import secrets

    from slipway.cli.session import signed_in_rest
    from slipway.domain.service_token import PREFIX, hash_of

    secret = PREFIX + secrets.token_urlsafe(32)
    answer = signed_in_rest().call("POST", "/slipway/api/tokens", json={**body, "hash": hash_of(secret)})
    say(answer["detail"])
    say(f"The secret, shown this once; it counts when the token is seconded:\n{secret}")
