"""`slipway rollback`: brings an earlier version back, beside whatever else goes on."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say

app = command_group("Bring an earlier version of a service back.")


@app.command("rollback")
def rollback(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service that is to go back.")],
    environment: Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Preprod or Prod, by its own name.")],
    reason: Annotated[str, typer.Option(help="What is wrong, for those who read it now or later.")],
    to: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION", help="Another than the approvals of what runs name: it takes two people, see `second`."
        ),
    ] = None,
    despite_bad: Annotated[
        str, typer.Option(metavar="REASON", help="With --to: why a version that is marked bad is to come back.")
    ] = "",
    incident: Annotated[
        bool,
        typer.Option(
            "--incident", help="With --to: begin alone; the second person follows within hours, a finding until then."
        ),
    ] = False,
) -> None:
    """Bring an earlier version back, at once: no window, hold or queue stands in its way."""
    from slipway.cli.session import signed_in_rest

    body = {"service": service, "environment": environment, "version": to, "reason": reason, "incident": incident}
    if despite_bad:
        body["despite_bad"] = despite_bad
    say(signed_in_rest().call("POST", "/slipway/api/rollbacks", json=body)["detail"])
