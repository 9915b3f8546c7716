"""`slipway review …`: what was done in a hurry is looked at afterwards."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, print_json, print_table, say

app = command_group("Look afterwards at what was done in a hurry.")


@app.command("list")
def list_reviews(
    all_: Annotated[bool, typer.Option("--all", help="Those that were closed, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the reviews that are open."""
    from slipway.cli.database import open_store
    from slipway.use_cases.show_reviews import show_reviews

    found = show_reviews(open_store(), open_only=not all_)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["id"],
            one["release_id"],
            one["opened_by"],
            one["at"],
            one["due_at"],
            "yes" if one["overdue"] else "",
            one["closed_by"],
            one["about"],
        )
        for one in found
    ]
    heads = ("id", "release", "opened by", "at", "due", "overdue", "closed by", "about")
    print_table(heads, rows, "No review is open.")


@app.command()
def close(
    review: Annotated[int, typer.Argument(metavar="ID", help="Number of the review.")],
    reason: Annotated[str, typer.Option(help="What was looked at, and what follows from it.")],
) -> None:
    """Close a review, as a manager who neither declared nor approved what it is about."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", f"/slipway/api/reviews/{review}/close", json={"reason": reason})
    say(answer["detail"])
