"""`slipway platform …`: starting and stopping everything; what `make up` and `make down` call."""

import os
from typing import Annotated

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say

app = command_group("Start and stop the platform itself.")


@app.command()
def up() -> None:
    """Start the platform in the background and return when it is healthy."""
    from slipway.platform.control import up as start
    from slipway.platform.demo.cast import publish_samples_to
    from slipway.platform.place import current_place

    place = current_place()
    publish_samples_to(place)
    start(place, typer.echo)


@app.command()
def down() -> None:
    """Stop the platform; its state is kept."""
    from slipway.platform.control import down as stop
    from slipway.platform.place import current_place

    stop(current_place(), typer.echo)


@app.command()
def run() -> None:
    """Run the platform in the foreground until Ctrl-C, then leave nothing running."""
    from slipway.platform.place import current_place
    from slipway.platform.supervisor import Supervisor, run_until_signalled

    run_until_signalled(Supervisor(current_place(), typer.echo))


@app.command()
def password(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Id of a person of the demo catalogue.")],
) -> None:
    """Print the generated password of a demo person."""
    from slipway.catalogue.files import catalogue_folder
    from slipway.catalogue.load import load_catalogue
    from slipway.catalogue.problems import nearest
    from slipway.domain.errors import NotFoundError
    from slipway.platform.demo.cast import PIPELINE
    from slipway.platform.home import current_home, load_secrets

    known = [*load_catalogue(catalogue_folder(os.environ)).people.by_id, PIPELINE]
    if person not in known:
        close = nearest(person, known)
        hint = f"did you mean {close}?" if close else f"there are {', '.join(known)}"
        raise NotFoundError(f"nobody is called {person}: {hint}")
    home = current_home()
    home.create()
    say(load_secrets(home).password_of(person))


@app.command()
def compose(
    write: Annotated[bool, typer.Option("--write", help="Write docker-compose.yaml.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit 1 where the file is not current.")] = False,
) -> None:
    """Print docker-compose.yaml as it follows from the settings, or write or check the file."""
    from slipway.platform import compose as file

    if write:
        file.write()
    if check:
        file.check()
    if not (write or check):
        say(file.render(), nl=False)
