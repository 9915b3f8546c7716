"""`slipway doctor`: what works, what doesn't, what cannot be told, and what to do."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, say

app = command_group("Check this installation.")

MARKS = {"pass": "ok", "fail": "FAIL", "unknown": "?"}


@app.command("doctor")
def examine(
    skip_log: Annotated[bool, typer.Option("--skip-log", help="Don't walk the whole log.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check Python, catalogue, connections, database, policy, Airflow and log; exit 1 if one of them fails."""
    from slipway.cli.examination import examination
    from slipway.ports.outside.checks import CheckStatus

    found = []
    for finding in examination(with_log=not skip_log):
        found.append(finding)
        if not as_json:
            say(f"{MARKS[finding.status]:<6}{finding.name:<18}{finding.detail}")
    if as_json:
        print_json([vars(finding) for finding in found])
    if any(finding.status is CheckStatus.FAIL for finding in found):
        raise typer.Exit(1)
