"""`slipway break-glass …`: opening Airflow to one person for a while, and closing it again."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say

app = command_group("Open Airflow to one person for an hour at most, and close it again.")


@app.command("open")
def open_(
    reason: Annotated[str, typer.Option(help="Why: everybody on call is paged with it.")],
    person: Annotated[str, typer.Option("--for", metavar="PERSON", help="Who may repair Airflow, by sign-in name.")],
    minutes: Annotated[int, typer.Option(min=1, max=60, help="For how long.")] = 30,
) -> None:
    """Ask to open it; it is open once a second person agrees. It makes no grants and no permits."""
    from slipway.cli.session import signed_in_rest

    body = {"person": person, "minutes": minutes, "reason": reason}
    say(signed_in_rest().call("POST", "/slipway/api/break-glass", json=body)["detail"])


@app.command("close")
def close(reason: Annotated[str, typer.Option(help="What was done, for the review and the log.")]) -> None:
    """Close it at once; one person is enough."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", "/slipway/api/break-glass/close", json={"reason": reason})
    say(answer["detail"])


@app.command("list")
def list_openings(as_json: AsJson = False) -> None:
    """List for whom it was opened, by whom, and until when."""
    from slipway.cli.database import open_store
    from slipway.use_cases.show_break_glass import show_break_glass

    found = show_break_glass(open_store())
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["id"],
            one["person"],
            f"{one['asked_by']} and {one['activated_by']}",
            one["opened_at"],
            one["until"],
            one["closed_at"] or ("open" if one["in_force"] else "over"),
            one["reason"],
        )
        for one in found
    ]
    print_table(("id", "for", "opened by", "at", "until", "closed", "reason"), rows, "It was never opened.")
