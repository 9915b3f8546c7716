"""`slipway login` and `slipway people …`."""

import os
from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say

login = command_group("Sign in; every changing command acts as that person.")


people = command_group("Airflow's accounts of the people in effect.")


@people.callback()
def people_group() -> None:
    """Airflow's accounts of the people in effect."""


@people.command()
def sync() -> None:
    """Bring Airflow's accounts to the people of the policy in effect; the platform does so after each activation."""
    from slipway.platform.control import sync_people
    from slipway.platform.place import current_place

    sync_people(current_place(), typer.echo)


@login.command("login")
def sign_in(
    person: Annotated[
        str | None, typer.Argument(metavar="PERSON", help="Your sign-in name; asked for if left out.")
    ] = None,
    from_page: Annotated[
        bool, typer.Option("--token", help="Paste the token that /slipway/token shows, instead of a password.")
    ] = False,
) -> None:
    """Sign in at SLIPWAY_URL; the password is asked for, or taken from SLIPWAY_PASSWORD."""
    from slipway.adapters.airflow_rest import AirflowRest
    from slipway.cli.session import Session, current_url, save_session

    url = current_url()
    if from_page:
        given = typer.prompt(f"Token (sign in at {url}, then open {url}/slipway/token)", hide_input=True).strip()
        name = str(AirflowRest(url, lambda: given).call("GET", "/slipway/api/me")["person"])
    else:
        name = person or typer.prompt("Name")
        password = os.environ.get("SLIPWAY_PASSWORD") or typer.prompt("Password", hide_input=True)
        given = AirflowRest(url, str).login(name, password)
    path = save_session(Session(url, name, given))
    say(f"You are signed in at {url} as {name}; the token is kept in {path}")
