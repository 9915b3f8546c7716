"""`slipway services`, `status`, `queue` and `explain`: reading, straight from the release database."""

import os
import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, minute, print_json, print_table, say, span
from slipway.cli.times import at_time

if TYPE_CHECKING:
    from slipway.adapters.database.transaction import DatabaseTransaction

services = command_group("List services with what runs where.")
status = command_group("Show releases in flight, all of one service, or one release.")
queue = command_group("Show who holds the live lane and who waits for it.")
explain = command_group("Say whether a service may be changed in an environment now, and if not, why.")

_RELEASE_ID = re.compile(r"r[0-9]+")
RELEASE_HEADS = ("release", "service", "version", "kind", "to", "state", "outcome", "by", "at", "stages")


@services.command("services")
def list_services(as_json: AsJson = False) -> None:
    """List services: versions per environment, what is behind, what is in flight."""
    found = _services()
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["service"],
            ", ".join(f"{name} {runs['version'] or 'nothing'}" for name, runs in one["environments"].items()),
            "; ".join(one["behind"]),
            ", ".join(
                f"{release['release_id']} {_as_rollback(release) or release['version']}" for release in one["in_flight"]
            ),
        )
        for one in found
    ]
    print_table(("service", "runs", "behind", "in flight"), rows, "The catalogue has no service.")


@status.command("status")
def show_status(
    service: Annotated[
        str | None,
        typer.Argument(metavar="SERVICE", help="A service, or a release, e.g. r12. All services if left out."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="How many, counted from the newest.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Show what runs, and releases, newest first: in flight, or with SERVICE the last ended ones too."""
    from slipway.adapters.database.overview import Overview
    from slipway.cli.database import open_store
    from slipway.use_cases.show_migrations import rollback_limits
    from slipway.use_cases.show_watch import with_watches

    with open_store().transaction() as tx:
        overview = Overview(tx.sql)
        one = overview.release(service) if service is not None and _RELEASE_ID.fullmatch(service) else None
        if one is not None:
            _show_release(with_watches(tx, one), as_json=as_json)
            return
        if service is not None:
            _refuse_unknown(tx, service)
        running = overview.running(service)
        open_only = not all_ and service is None
        releases = overview.releases(service=service, open_only=open_only, limit=limit)
        limits = rollback_limits(tx, [(one["service"], one["environment"]) for one in running])
        undelivered = tx.deliveries.count_undelivered()
    if as_json:
        print_json(
            {
                "running": running,
                "releases": releases,
                "rollback_limits": limits,
                "undelivered_messages": undelivered,
            }
        )
        return
    rows = [(r["service"], r["environment"], r["version"], r["at"], r["release_id"]) for r in running]
    print_table(("service", "environment", "version", "since", "release"), rows, "Nothing was released yet.")
    for known in limits:
        say(f"Rollback limit of {known['service']} in {known['environment']}: {known['limit']}")
    say()
    print_table(RELEASE_HEADS, [_release_row(one) for one in releases], "No release is in flight.")
    if undelivered:
        say(f"\n{undelivered} messages have not arrived: slipway messages --undelivered")


@queue.command("queue")
def print_queue(as_json: AsJson = False) -> None:
    """Show position, age, expected start, overtakes with their reason, and who holds the slot."""
    from slipway.cli.database import open_store
    from slipway.use_cases.show_queue import show_queue

    places = [place.as_json() for place in show_queue(open_store())]
    if as_json:
        print_json(places)
        return
    rows = [
        (
            place["position"] or "holds",
            place["release_id"],
            place["service"],
            place["version"],
            place["environment"],
            place["change_kind"],
            span(place["age_seconds"]),
            _expected(place),
            _why_here(place),
        )
        for place in places
    ]
    heads = ("place", "release", "service", "version", "environment", "kind", "age", "expected start", "why")
    print_table(heads, rows, "Nobody holds the live lane, and nobody waits for it.")


@explain.command("explain")
def explain_start(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="A service of the catalogue.")],
    environment: Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="An environment, e.g. preprod.")],
    at: Annotated[datetime | None, at_time("A time to come, judged by what is known now.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Of all releases that are open, however many.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether it may start: every blocker, when it clears, who can clear it."""
    from slipway.adapters.service_teams import service_on_disk, team_of
    from slipway.catalogue.files import catalogue_folder
    from slipway.cli.database import open_store
    from slipway.cli.explained import print_explained
    from slipway.use_cases.explain import explain as ask

    store = open_store()
    with store.transaction() as tx:
        team = team_of(catalogue_folder(os.environ), tx, service)
    filed = service_on_disk(catalogue_folder(os.environ), service)
    answers = ask(store, service, team, environment, at, runs_in=filed.runs_in, unreadable=filed.problems)
    if as_json:
        print_json([one.as_json() for one in answers])
        return
    print_explained(answers, all_=all_)


def _refuse_unknown(tx: "DatabaseTransaction", name: str) -> None:
    """Raises NotFoundError for what is neither a service nor a release that was ever asked for."""
    from slipway.adapters.service_teams import team_of
    from slipway.catalogue.files import catalogue_folder
    from slipway.cli.no_release import no_release
    from slipway.domain.errors import NotFoundError

    try:
        team_of(catalogue_folder(os.environ), tx, name)
    except NotFoundError as error:
        if _RELEASE_ID.fullmatch(name):
            raise NotFoundError(no_release(tx, name)) from error
        raise


def _services() -> list[dict[str, Any]]:
    from slipway.adapters.database.overview import Overview
    from slipway.catalogue.files import catalogue_folder, service_names
    from slipway.cli.database import open_store
    from slipway.use_cases.show_services import show_services

    with open_store().transaction() as tx:
        overview = Overview(tx.sql)
        return show_services(
            service_names(catalogue_folder(os.environ)),
            tx.policy().platform.environments,
            overview.running(),
            overview.releases(open_only=True, limit=500),
        )


def _show_release(one: dict[str, Any], *, as_json: bool) -> None:
    """Stages, who asked, how it ended, and what to do next."""
    if as_json:
        print_json(one)
        return
    what = f"{one['version']} to {one['to']}, {one['change_kind']}"
    say(f"{one['release_id']}: {one['service']} {_as_rollback(one) or what}")
    say(f"Asked for by {', '.join(one['requesters'] or ())}: {one['summary']}")
    for attempt in one["attempts"]:
        say(f"{attempt['id']}, {attempt['version']}: {attempt['outcome'] or 'open'}")
        if attempt["stop_requested_by"]:
            say(f"  stopped by {attempt['stop_requested_by']}: {attempt['stop_reason']}")
        for stage in attempt["stages"]:
            how = stage["outcome"] or stage["ending"] or "open"
            said = stage["detail"] or stage["ending_detail"]
            say(f"  {stage['environment']}: {how}" + (f" ({said})" if said else ""))
            if stage["watch"]:
                _show_watch(stage["watch"])
    for back in one["taken_back"]:
        to = f"{back['environment']} went back to {back['version']}"
        say(f"Taken back by {back['release_id']} at {minute(back['at'])}: {to}")
    say(f"State: {one['state'].replace('_', ' ')}. {one['next']}")


def _show_watch(watch: dict[str, Any]) -> None:
    ended = f": {watch['verdict'] or 'broken off'}" if watch["is_over"] else f", until {minute(watch['until'])}"
    say(f"    watched, {watch['looks']} of {watch['of']} looks{ended}")
    for check in watch["checks"]:
        say(f"      {check['text']}")


def _as_rollback(one: dict[str, Any]) -> str:
    """What a rollback, or the return of Preprod, brings back in place of what; empty: it is neither."""
    rollback = one["rollback"]
    if rollback is None:
        return ""
    before = f"from {rollback['from_version']} " if rollback["from_version"] else ""
    what = "return" if rollback["basis"] == "return" else "rollback"
    return f"{what} of {rollback['environment']} {before}to {rollback['version']}"


def _release_row(one: dict[str, Any]) -> tuple[object, ...]:
    return (
        one["release_id"],
        one["service"],
        one["version"],
        _as_rollback(one) or one["change_kind"],
        one["to"],
        one["state"],
        one["outcome"],
        one["requested_by"],
        one["requested_at"],
        ", ".join(one["stages"] or ()),
    )


def _expected(place: Any) -> str:
    at = place["expected_start"] or place["expected_end"]
    if at is None:
        return f"unknown, because {place['unknown_because']}"
    when = f"by {minute(at)} at the latest" if place["at_the_latest"] else minute(at)
    return when if place["position"] else f"frees the lane {when}"


def _why_here(place: Any) -> str:
    blockers = "; ".join(f"{blocker['code']}: {blocker['message']}" for blocker in place["blockers"])
    overtakes = f"goes before {', '.join(place['overtakes'])}: {place['why_overtakes']}" if place["overtakes"] else ""
    return "; ".join(part for part in (blockers, overtakes) if part)
