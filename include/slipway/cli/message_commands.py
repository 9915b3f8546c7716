"""`slipway messages`: what people were told, and what has not arrived."""

from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, minute_of, print_json, print_table, say

app = command_group("Show what people were told, and what has not arrived.")


@app.command("messages")
def show_messages(
    undelivered: Annotated[bool, typer.Option("--undelivered", help="What has not arrived only.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="NUMBER", help="How many, counted from the newest.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Show messages by each way that they go, newest first, and the ways that do not work now."""
    from slipway.cli.database import open_store
    from slipway.use_cases.show_messages import show_messages as show

    found = show(open_store(), undelivered=undelivered, limit=limit)
    if as_json:
        print_json(found)
        return
    heads = ("at", "channel", "way", "state", "tries", "next try", "problem", "text")
    fields = ("channel", "way", "state", "tries")
    rows = [
        (
            minute_of(one["at"]),
            *(one[name] for name in fields),
            minute_of(one["next_try"]),
            one["problem"],
            one["text"],
        )
        for one in found["messages"]
    ]
    print_table(heads, rows, "Everything has arrived." if undelivered else "Nobody was told anything yet.")
    if found["ways"]:
        say()
        downs = [
            (one["way"], minute_of(one["down_since"]), minute_of(one["next_try"]), one["problem"])
            for one in found["ways"]
        ]
        print_table(("way", "down since", "next try", "problem"), downs, "")
