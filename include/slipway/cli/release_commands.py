"""`slipway release`, `retry` and `stop`: as the signed-in person, through Airflow's REST interface."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from slipway.cli.following import follow, tell_what_became_of_it
from slipway.cli.group import command_group
from slipway.cli.output import say

if TYPE_CHECKING:
    from slipway.adapters.airflow_rest import AirflowRest

release = command_group("Ask for a release of a version.")
retry = command_group("Start the next attempt of a release.")
stop = command_group("Withdraw a release, or settle and undo what it began.")


class Kind(StrEnum):
    """How urgent the change is."""

    STANDARD = "standard"
    EMERGENCY = "emergency"
    SECURITY = "security"


class UpTo(StrEnum):
    """How far the release goes."""

    PREPROD = "preprod"
    PROD = "prod"


Wait = Annotated[
    bool,
    typer.Option(
        "--wait",
        help="Return when the run has ended, and say how. Exit code 0: proven or live, as asked for;"
        " 1: refused, or it failed; 3: rejected, withdrawn, superseded, expired or renewed.",
    ),
]

Contains = Annotated[
    list[str] | None,
    typer.Option(
        "--contains",
        metavar="RELEASE",
        help="An emergency that went live, and that you have seen the version to contain; may be given several times.",
    ),
]


@release.command("release")
def ask_for_release(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="A service of the catalogue.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="A version that was built.")],
    summary: Annotated[str, typer.Option(help="What changes, in a sentence.")],
    rollback_plan: Annotated[str, typer.Option(help="What happens if it goes wrong.")],
    kind: Annotated[Kind, typer.Option(help="An emergency skips waiting, never proof or approval.")] = Kind.STANDARD,
    to: Annotated[UpTo, typer.Option(help="How far it goes; prod goes through preprod.")] = UpTo.PROD,
    ticket: Annotated[str | None, typer.Option(help="Number or address of the ticket.")] = None,
    for_team: Annotated[str | None, typer.Option(help="The owning team, where you ask on its behalf.")] = None,
    attended_by: Annotated[str | None, typer.Option(help="Who stays around afterwards, by sign-in name.")] = None,
    support: Annotated[
        int | None, typer.Option(metavar="ID", help="The booked support of second line that live waits for.")
    ] = None,
    problematic: Annotated[
        bool,
        typer.Option("--problematic", help="Announced before it goes live, which waits for people to object."),
    ] = False,
    fixes: Annotated[str | None, typer.Option(metavar="RELEASE", help="The failed release that it fixes.")] = None,
    needs: Annotated[
        list[str] | None,
        typer.Option("--needs", metavar="SERVICE=VERSION", help="What must be live first; may be given several times."),
    ] = None,
    proof_in: Annotated[
        str | None,
        typer.Option(metavar="ENVIRONMENT", help="In an emergency with Preprod down: the stand-in that proves it."),
    ] = None,
    contains: Contains = None,
    despite_bad: Annotated[
        str | None, typer.Option(metavar="REASON", help="Why a version that is marked bad may be tried again.")
    ] = None,
    wait: Wait = False,
) -> None:
    """Ask for a release: starts a run of the service's release DAG as you."""
    conf: dict[str, Any] = {
        "version": version,
        "summary": summary,
        "rollback_plan": rollback_plan,
        "change_kind": kind.value,
        "to": to.value,
        "ticket": ticket,
        "for_team": for_team,
        "attended_by": attended_by,
        "support": None if support is None else str(support),
        "problematic": problematic or None,
        "fixes": fixes,
        "needs": ", ".join(needs) if needs else None,
        "proof_in": proof_in,
        "contains": ",".join(contains) if contains else None,
        "despite_bad": despite_bad,
    }
    if kind is Kind.SECURITY:
        conf["summary"] = conf["rollback_plan"] = _filed(service, summary, rollback_plan)
    start(service, {name: value for name, value in conf.items() if value is not None}, version, wait)


@retry.command("retry")
def retry_release(
    release_id: Annotated[str, typer.Argument(metavar="RELEASE", help="A release that awaits a retry.")],
    version: Annotated[str | None, typer.Option(help="Another version than the last attempt's: the fix.")] = None,
    reason: Annotated[
        str | None,
        typer.Option(help="Why a version that is marked bad may be tried again: a senior or manager says it."),
    ] = None,
    contains: Contains = None,
    wait: Wait = False,
) -> None:
    """Start the next attempt; what is proven for the same artefact is carried over."""
    from slipway.cli.session import signed_in_rest

    said = {"version": version, "despite_bad": reason, "contains": ",".join(contains) if contains else None}
    body = {name: value for name, value in said.items() if value is not None}
    rest = signed_in_rest()
    run = rest.call("POST", f"/slipway/api/releases/{release_id}/retry", json=body)
    _tell(rest, run["dag_id"], run["run_id"], f"{run['service']} {run['version']}", wait)


@stop.command("stop")
def stop_release(
    release_id: Annotated[str, typer.Argument(metavar="RELEASE", help="A release that has not ended.")],
    reason: Annotated[str, typer.Option(help="Why, for those who read the log later.")],
) -> None:
    """Stop a release: what waits is withdrawn, what was begun is settled and undone."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", f"/slipway/api/releases/{release_id}/stop", json={"reason": reason})
    say(answer["detail"])


def _filed(service: str, summary: str, rollback_plan: str) -> str:
    """The reference under which the texts are kept; what was filed before is not filed again."""
    from slipway.cli.session import signed_in_rest
    from slipway.domain.disclosure import is_reference

    if is_reference(summary) and rollback_plan == summary:
        return summary
    body = {"service": service, "summary": summary, "rollback_plan": rollback_plan}
    answer = signed_in_rest().call("POST", "/slipway/api/disclosures", json=body)
    say(answer["detail"])
    return str(answer["reference"])


def start(service: str, conf: dict[str, Any], version: str, wait: bool, *, dag_id: str | None = None) -> None:
    """Starts a run as the signed-in person: of the service's release DAG, or of the one that is named."""
    from datetime import UTC, datetime

    from slipway.cli.session import signed_in_rest
    from slipway.domain.errors import NotFoundError
    from slipway.domain.next_attempt import name_of_run

    rest = signed_in_rest()
    dag_id, run_id = dag_id or f"release__{service}", name_of_run(service, version, datetime.now(tz=UTC))
    try:
        rest.trigger(dag_id, conf, run_id)
    except NotFoundError as error:
        raise NotFoundError(f"there is no service {service}: `slipway services` lists them") from error
    _tell(rest, dag_id, run_id, f"{service} {version}", wait)


def _tell(rest: "AirflowRest", dag_id: str, run_id: str, what: str, wait: bool) -> None:
    attempt_id = tell_what_became_of_it(rest, dag_id, run_id, what)
    if wait:
        follow(rest, dag_id, run_id, attempt_id)
