"""`slipway audit …`: changes that came past the platform, what was said of them, and reviews that nobody closed."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, minute_of, print_json, print_table, say

app = command_group("List open unauthorised changes, oldest first, then overdue reviews; explain and close them.")

PATIENCE_SECONDS = 180.0
AUDIT = "audit_live"
WIDEST_RUN = 60
HEADS = ("seq", "at", "actor", "via", "what", "dag", "run", "explained by", "closed by")

Finding = Annotated[int, typer.Argument(metavar="SEQ", help="Number of the finding, from the list.")]


@app.callback(invoke_without_command=True, no_args_is_help=False)
def audit(
    ctx: typer.Context,
    now: Annotated[bool, typer.Option("--now", help="Audit first, and wait for it; the schedule does it too.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Those that were closed, too.")] = False,
    limit: Annotated[
        int, typer.Option(min=1, metavar="NUMBER", help="How many changes, counted from the newest.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """List unauthorised changes that nobody closed, oldest first, then overdue reviews; --now looks for new ones."""
    if ctx.invoked_subcommand is not None:
        return
    from slipway.cli.database import open_store
    from slipway.use_cases.show_findings import show_findings
    from slipway.use_cases.show_reviews import overdue_reviews

    if now:
        _audit_now()
    store = open_store()
    found = [*show_findings(store, open_only=not all_, limit=limit), *overdue_reviews(store)]
    if as_json:
        print_json(found)
        return
    nothing = "No change came past the platform" if all_ else "No change that came past the platform is open"
    print_table(HEADS, [_row(one) for one in found], f"{nothing}, and no review is overdue.")


@app.command()
def explain(
    seq: Finding,
    reason: Annotated[str, typer.Option(help="Who changed what, and why past the platform.")],
) -> None:
    """Explain an unauthorised change, as a senior of the team whose service was changed."""
    _say_of(seq, "explanation", reason)


@app.command()
def close(
    seq: Finding,
    reason: Annotated[str, typer.Option(help="What follows from it.")],
) -> None:
    """Close an explained one, as a manager who neither explained it nor made the change."""
    _say_of(seq, "close", reason)


def _say_of(seq: int, what: str, reason: str) -> None:
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", f"/slipway/api/findings/{seq}/{what}", json={"reason": reason})
    say(answer["detail"])


def _row(one: Mapping[str, Any]) -> tuple[object, ...]:
    said = one["payload"]
    closed = one.get("closed")
    return (
        one["seq"],
        minute_of(said.get("at") or one["at"]),
        one["actor"],
        one["via"],
        said["what"],
        said.get("dag_id"),
        _cut(said.get("run_id")),
        ", ".join(dict.fromkeys(explanation["person"] for explanation in one.get("explanations", ()))),
        closed["person"] if closed else None,
    )


def _cut(run: str | None) -> str | None:
    return run if run is None or len(run) <= WIDEST_RUN else f"{run[: WIDEST_RUN - 1]}…"


def _audit_now() -> None:
    """One run of the audit, as the signed-in person. Raises SlipwayError where it fails."""
    import time
    import uuid

    from slipway.adapters.airflow_rest import ENDED
    from slipway.cli.session import load_session, signed_in_rest
    from slipway.domain.errors import SlipwayError

    rest = signed_in_rest()
    run_id = rest.trigger(AUDIT, {}, f"by-hand-{load_session().person}-{uuid.uuid4().hex[:8]}")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (state := rest.run_state(AUDIT, run_id)) not in ENDED:
        if time.monotonic() > deadline:
            raise SlipwayError(
                f"the audit {run_id} has not ended after {PATIENCE_SECONDS:.0f} s: see {AUDIT} in Airflow"
            )
        time.sleep(1)
    if state != "success":
        raise SlipwayError(f"the audit {run_id} failed: see its tasks in Airflow, the log may be broken")
