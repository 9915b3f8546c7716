"""`slipway acknowledge`: the signed-in person has seen the announcement of a potentially problematic release."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say

app = command_group("Say that you have seen what is announced beforehand.")


@app.command("acknowledge")
def acknowledge_release(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="A release that was announced, for example r12.")],
    comment: Annotated[str, typer.Option(help="What others should know; whoever decides reads it.")] = "",
) -> None:
    """Say that you have seen the announcement; where it reached nobody, second line's word stands in for that."""
    from slipway.cli.session import signed_in_rest

    path = f"/slipway/api/releases/{release}/acknowledge"
    say(signed_in_rest().call("POST", path, json={"comment": comment})["detail"])
