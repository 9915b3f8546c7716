"""`slipway audit`: changes that came past the platform, as the audit found them, and reviews that nobody closed."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table

app = command_group("List changes that came past the platform, and overdue reviews.")

PATIENCE_SECONDS = 180.0
AUDIT = "audit_live"


@app.command()
def audit(
    now: Annotated[bool, typer.Option("--now", help="Audit first, and wait for it; the schedule does it too.")] = False,
    limit: Annotated[
        int, typer.Option(min=1, metavar="NUMBER", help="How many changes, counted from the newest.")
    ] = 50,
    as_json: AsJson = False,
) -> None:
    """List unauthorised changes, oldest first, then reviews that are overdue; with --now, look for new ones before."""
    from slipway.adapters.database.log_reader import LogReader
    from slipway.cli.database import open_store
    from slipway.use_cases.cross_check import UNAUTHORISED
    from slipway.use_cases.show_reviews import overdue_reviews

    if now:
        _audit_now()
    store = open_store()
    with store.transaction() as tx:
        changes = [entry.as_json() for entry in LogReader(tx.sql).newest(kind=UNAUTHORISED, limit=limit)]
    found = [*changes, *overdue_reviews(store)]
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["seq"],
            one["payload"].get("at") or one["at"],
            one["actor"],
            one["via"],
            one["payload"]["what"],
            one["payload"].get("dag_id"),
            one["payload"].get("run_id"),
        )
        for one in found
    ]
    print_table(
        ("seq", "at", "actor", "via", "what", "dag", "run"),
        rows,
        "No change came past the platform, and no review is overdue.",
    )


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
