"""`slipway migrations …`: whether they can be taken back, proven on a copy, and what may pass all the same."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from slipway.cli.finding_report import print_findings
from slipway.cli.group import command_group
from slipway.cli.output import AsJson, minute, print_json, print_table, say, say_wrapped
from slipway.cli.times import at_time, instant

app = command_group("Prove migrations reversible, and waive what may pass all the same.")
MOST_SECONDS = 3700.0
"""A rehearsal copies the database: it is given an hour."""
Service = Annotated[str, typer.Argument(metavar="SERVICE", help="Name of the service.")]


@app.command()
def check(
    service: Service,
    version: Annotated[str | None, typer.Option(help="Which version; the newest if left out.")] = None,
    against: Annotated[
        str, typer.Option("--against", "--environment", metavar="ENVIRONMENT", help="Whose database is copied.")
    ] = "preprod",
    as_json: AsJson = False,
) -> None:
    """Rehearse a version's migrations on a scratch copy of an environment's database."""
    from slipway.cli.session import signed_in_rest

    body = {"service": service, "version": version, "environment": against}
    found = signed_in_rest().call("POST", "/slipway/api/migrations/checks", json=body, timeout=MOST_SECONDS)
    _print(found, as_json)
    if found.get("blockers"):
        raise typer.Exit(1)


@app.command()
def show(
    service: Service,
    environment: Annotated[
        str | None, typer.Option("--environment", "--against", help="Where; anywhere if left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the newest proof: verdict, findings, what is lost on the way back, who waived what."""
    from slipway.cli.database import open_store
    from slipway.use_cases.show_migrations import show_migrations

    _print(show_migrations(open_store(), service, environment), as_json)


@app.command()
def waive(
    proof: Annotated[str, typer.Argument(metavar="PROOF", help="Id of the proof, e.g. m0123456789abcdef.")],
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="Code of the finding, e.g. data_lost.")],
    reason: Annotated[str, typer.Option(help="Why it cannot be mended first.")],
    until: Annotated[datetime, at_time("When the waiver expires, in 14 days at most.")],
    backup: Annotated[str | None, typer.Option(help="Which backup was restored and found equal.")] = None,
    restored_at: Annotated[datetime | None, at_time("When it was restored.")] = None,
    runbook: Annotated[str | None, typer.Option(help="How to restore, and what is lost since the backup.")] = None,
    window_from: Annotated[datetime | None, at_time("When the downtime begins.")] = None,
    window_until: Annotated[datetime | None, at_time("When the downtime ends.")] = None,
) -> None:
    """Let a finding of one proof pass, as a manager who is neither its author nor a requester."""
    from slipway.cli.session import signed_in_rest

    times = {
        "expires_at": until,
        "restored_at": restored_at,
        "window_begins": window_from,
        "window_ends": window_until,
    }
    at = {name: time.isoformat() for name, time in times.items() if time}
    body = {"code": finding, "reason": reason, "backup": backup, "runbook": runbook, **at}
    say(signed_in_rest().call("POST", f"/slipway/api/migrations/{proof}/waivers", json=body)["detail"])


def expectation_rows(suites: Sequence[Mapping[str, Any]]) -> Sequence[tuple[str, str, str, str]]:
    """Each expectation of each suite: what, of what, how it came out, and the count of rows that are not so."""
    rows = []
    for suite in suites:
        if not suite["tried"]:
            rows.append((f"suite {suite['suite']}", suite["table"], "could not be tried", ""))
        for one in suite["results"].values():
            of = ".".join(part for part in (suite["table"], one.get("about")) if part)
            outcome = "holds" if one["success"] else "does not hold" if one.get("tried", True) else "could not be tried"
            rows.append((one["type"], of, outcome, _counted(one["result"])))
    return rows


def _counted(numbers: Mapping[str, Any]) -> str:
    if "unexpected_count" not in numbers:
        return ""
    return f"{numbers['unexpected_count']} of {numbers.get('element_count', 'all')}"


def _print(found: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    say(f"{found['service']} in {found['environment']}: {found['detail']}")
    if found["proof"] is None:
        return
    print_findings(found)
    say()
    if expected := expectation_rows(found["expectations"]):
        print_table(("expectation", "of", "outcome", "rows that are not so"), expected, "")
        say()
    for label, key in (("Lost on the way back", "lost_on_reverse"), ("Not covered", "not_covered")):
        for one in found[key]:
            say_wrapped(f"{label}: {one}")
    say_wrapped(f"If it is undone: {found['if_undone'].replace('**', '')}")
    if found["rollback_limit"]:
        say_wrapped(f"Rollback limit: {found['rollback_limit']}")
    for one in found["waivers"]:
        state = "expired" if one["expired"] else f"until {minute(instant(one['expires_at']))}"
        say_wrapped(f"Waived: {one['code']} by {one['by']}, {state}: {one['reason']}")
