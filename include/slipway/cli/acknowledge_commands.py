"""`slipway acknowledge`, `slipway object`: the signed-in person has seen that a release is on its way, or objects."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say

acknowledge = command_group("Say that you have seen that a release is on its way.")
objection = command_group("Object to a release: its service is held.")
Release = Annotated[str, typer.Argument(metavar="RELEASE", help="A release that is on its way, for example r12.")]


@acknowledge.command("acknowledge")
def acknowledge_release(
    release: Release,
    comment: Annotated[str, typer.Option(help="What others should know; whoever decides reads it.")] = "",
) -> None:
    """Say that you have seen it. Of one announced beforehand that reached nobody, second line's word stands in."""
    from slipway.cli.session import signed_in_rest

    path = f"/slipway/api/releases/{release}/acknowledge"
    say(signed_in_rest().call("POST", path, json={"comment": comment})["detail"])


@objection.command("object")
def object_to_release(
    release: Release,
    reason: Annotated[str, typer.Option(help="Why it should wait: told to everybody.")],
) -> None:
    """Object: its service is held until somebody lifts that (`slipway hold lift`)."""
    from slipway.cli.session import signed_in_rest

    say(signed_in_rest().call("POST", f"/slipway/api/releases/{release}/object", json={"reason": reason})["detail"])
