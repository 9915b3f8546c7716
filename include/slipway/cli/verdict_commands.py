"""`slipway verdict`: settles what a release still owes that went live unverified, as the signed-in person."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say
from slipway.domain.verdict import Verdict

app = command_group("Settle a verdict that is owed since a release went live.")
_VERDICTS = {verdict.value: verdict for verdict in (Verdict.PASS, Verdict.FAIL)}


def _verdict(value: str) -> Verdict:
    if value not in _VERDICTS:
        raise typer.BadParameter(f"{value!r} is no verdict: write pass or fail")
    return _VERDICTS[value]


@app.command("verdict")
def settle(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="A release that ended as unverified, e.g. r12.")],
    verdict: Annotated[Verdict, typer.Argument(metavar="pass|fail", parser=_verdict, help="Whether live is good.")],
    reason: Annotated[str, typer.Option(help="Who looked at what in live, and what they saw.")],
) -> None:
    """Say whether live is good after all; while the release runs, `slipway approve RELEASE verdict` answers."""
    from slipway.cli.session import signed_in_rest

    body = {"verdict": verdict.value, "reason": reason}
    say(signed_in_rest().call("POST", f"/slipway/api/releases/{release}/verdict", json=body)["detail"])
