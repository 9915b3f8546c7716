"""`slipway policy …`: what is in effect, what differs, and the two people who change it."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from slipway.cli.group import command_group
from slipway.cli.output import AsJson, minute, print_json, say

app = command_group("Show, propose and activate people and rules.")
UNREADABLE = "cannot be read:"


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show what is in effect, what is proposed, and whether the catalogue on disk differs."""
    found = _policy()
    if as_json:
        print_json(found)
        return
    now, disk = found["in_effect"], found["on_disk"]
    because = f": {now['reason']}" if now["reason"] else ""
    say(f"in effect  {now['digest']}")
    say(f"           since {minute(now['at'])}, activated by {now['activated_by']}{because}")
    for one in found["proposed"]:
        say(f"proposed   {one['digest']}")
        say(f"           by {', '.join(one['proposed_by'])} at {minute(one['at'])}")
        _print_lines(one["differences"])
        _print_gains(one["gains"])
    if disk["problems"]:
        say(f"on disk    {UNREADABLE}")
        _print_problems(disk["problems"])
        return
    count = len(disk["differences"])
    told = f"{count} {'thing differs' if count == 1 else 'things differ'}, see `slipway policy diff`"
    say(f"on disk    {told if count else 'the same'}")
    _print_waiting(disk["holds_back"])


@app.command()
def diff(as_json: AsJson = False) -> None:
    """Show what the catalogue on disk says otherwise than the policy in effect, a second or two after an edit."""
    policy = _policy()
    found = policy["on_disk"]
    if as_json:
        print_json({**found, "compared_with": policy["in_effect"]})
        return
    _say_what_was_compared(policy)
    if found["problems"]:
        say(f"The catalogue on disk {UNREADABLE}")
        _print_problems(found["problems"])
        return
    if not found["differences"]:
        say("The catalogue on disk is the policy in effect.")
        return
    _print_lines(found["differences"])
    _print_gains(found["gains"])
    _print_waiting(found["holds_back"])


@app.command()
def propose() -> None:
    """Propose the catalogue on the server's disk; a manager who is somebody else activates it."""
    from slipway.cli.session import signed_in_rest

    answer = signed_in_rest().call("POST", "/slipway/api/policy/proposals")
    _print_lines(answer["differences"])
    say(f"Proposed. Another person, a manager, runs: slipway policy activate {answer['digest']} --reason ...")


@app.command()
def activate(
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="Of the proposal, whole.")],
    reason: Annotated[str, typer.Option(help="Why: read years later.")],
) -> None:
    """Put a proposal into effect, as a manager who did not propose it and gains no role by it."""
    from slipway.cli.session import signed_in_rest

    body = {"digest": digest, "reason": reason}
    say(signed_in_rest().call("POST", "/slipway/api/policy/activations", json=body)["detail"])


def _policy() -> Any:
    from slipway.cli.database import open_store
    from slipway.use_cases.show_policy import show_policy

    return show_policy(open_store())


def _say_what_was_compared(policy: dict[str, Any]) -> None:
    """Beside the answer: whoever names a folder of their own must not take it for one about that."""
    import os

    now, disk, mine = policy["in_effect"], policy["on_disk"], os.environ.get("SLIPWAY_CATALOGUE")
    told = (
        "Compared: the folder that SLIPWAY_CATALOGUE names on the platform's own host (include/catalogue where it names"
        f" none), as it was last read there, about once a second: {disk['digest']}\n"
        f"with:     the policy in effect since {minute(now['at'])}, activated by {now['activated_by']}: {now['digest']}"
    )
    say(told, err=True)
    if mine:
        say(f"Not read: {mine} on yours; `slipway catalogue validate` reads that one.", err=True)


def _print_problems(problems: Sequence[str]) -> None:
    _print_lines(problems)
    say("What is in effect stays so, and what is under way goes on; new requests are refused until this is mended.")


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        say(f"           {line}")


def _print_waiting(services: dict[str, list[str]]) -> None:
    for service, environments in services.items():
        say(f"           holds back {service} in {', '.join(environments)}")


def _print_gains(people: dict[str, list[str]]) -> None:
    for person, rights in people.items():
        say(f"           {person}, who may activate it, would gain: {'; '.join(rights)}")
