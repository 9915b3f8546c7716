"""`slipway change …`: changes that are made outside, recorded, begun and confirmed as the signed-in person."""

import time
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say
from slipway.cli.release_commands import Kind, Wait, start
from slipway.cli.times import at_time, day
from slipway.cli.usage import PlainCommand

app = command_group("Record a change that is made outside Slipway, begin it, and say how it went.")
ASK_AGAIN_SECONDS = 10.0
"""Between two tries to begin what a rescue holds back; each is in the log."""
Release = Annotated[str, typer.Argument(metavar="RELEASE", help="The change's release, e.g. r12.")]


class Sort(StrEnum):
    """What is changed; static apps are changed by their pipelines."""

    THIRD_PARTY = "third_party"
    CONTENT = "content"
    INFRASTRUCTURE = "infrastructure"
    DATA = "data"
    CONFIGURATION = "configuration"


class Result(StrEnum):
    """How it went."""

    DONE = "done"
    UNDONE = "undone"
    FAILED = "failed"


def urgency(value: str) -> Kind:
    """Not a security release: everybody reads the form of a change. Raises BadParameter."""
    if value == Kind.SECURITY:
        from slipway.domain.disclosure import NOT_BY_HAND

        raise typer.BadParameter(NOT_BY_HAND)
    if value not in {Kind.STANDARD, Kind.EMERGENCY}:
        raise typer.BadParameter(f"{value!r} is none of {Kind.STANDARD}, {Kind.EMERGENCY}")
    return Kind(value)


class Record(PlainCommand):
    """What stands in for Preprod is always said."""

    either = (("tested", "untested_because"),)


@app.command("record", cls=Record)
def record(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="A service of the catalogue.")],
    sort: Annotated[Sort, typer.Option(help="What is changed.")],
    what: Annotated[str, typer.Option(help="What changes, in a sentence.")],
    where: Annotated[str, typer.Option(help="The system, page, table or setting in live.")],
    rollback_plan: Annotated[str, typer.Option(help="How what was before comes back.")],
    by_hand_because: Annotated[str, typer.Option(help="Why it cannot be automated.")],
    by_hand_until: Annotated[
        date, typer.Option(metavar="YYYY-MM-DD", parser=day, help="The last day of that agreement, like 2030-01-31.")
    ],
    tested: Annotated[
        str, typer.Option(help="Where it was tried before live, and what was seen: this, or the next.")
    ] = "",
    untested_because: Annotated[str, typer.Option(help="Why it could not be tried; a manager agrees to it.")] = "",
    not_before: Annotated[datetime | None, at_time("When whoever acts is ready.")] = None,
    kind: Annotated[
        Kind,
        typer.Option(metavar="standard|emergency", parser=urgency, help="An emergency skips waiting, never approval."),
    ] = Kind.STANDARD,
    ticket: Annotated[str | None, typer.Option(help="Number or address of the ticket.")] = None,
    fixes: Annotated[str | None, typer.Option(metavar="RELEASE", help="The failed release that it fixes.")] = None,
    wait: Wait = False,
) -> None:
    """Ask for a change that is made by hand: starts a run of `record_change` as you."""
    conf: dict[str, Any] = {
        "service": service,
        "sort": sort.value,
        "what": what,
        "where": where,
        "rollback_plan": rollback_plan,
        "by_hand_because": by_hand_because,
        "by_hand_until": by_hand_until.isoformat(),
        "tested": tested or None,
        "untested_because": untested_because or None,
        "not_before": not_before and not_before.isoformat(),
        "change_kind": kind.value,
        "ticket": ticket,
        "fixes": fixes,
    }
    given = {name: value for name, value in conf.items() if value is not None}
    start(service, given, sort.value, wait, dag_id="record_change")


@app.command("act")
def act(release: Release) -> None:
    """Begin: everything is checked again, and the permit is given. Nothing is touched before.

    While something else is brought back it asks again until that has ended, or the time to act is over."""
    from slipway.cli.session import signed_in_rest
    from slipway.domain.errors import HeldBackError

    rest, told = signed_in_rest(), ""
    while True:
        try:
            say(rest.call("POST", f"/slipway/api/changes/{release}/act", json={})["detail"])
        except HeldBackError as held:
            if str(held) != told:
                say(f"Waiting: {held}")
            told = str(held)
            time.sleep(ASK_AGAIN_SECONDS)
        else:
            return


@app.command("confirm")
def confirm(
    release: Release,
    seen: Annotated[str, typer.Option(help="What was done, and what you looked at in live.")],
    result: Annotated[
        Result,
        typer.Option(
            help="undone: it failed, and what was before is back. failed: it is not back, or you do not know."
        ),
    ] = Result.DONE,
) -> None:
    """Say how it went; without a permit it is recorded as an unauthorised change."""
    from slipway.cli.session import signed_in_rest

    body = {"result": result.value, "seen": seen}
    say(signed_in_rest().call("POST", f"/slipway/api/changes/{release}/confirm", json=body)["detail"])
