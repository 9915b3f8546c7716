"""`slipway catalogue validate` and `slipway catalogue schema`."""

import json
import os
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from slipway.catalogue.files import catalogue_folder
from slipway.catalogue.json_schema import MODELS, schema_of, schema_text, write_schemas
from slipway.catalogue.load import load_catalogue
from slipway.catalogue.problems import CatalogueError
from slipway.cli.group import command_group
from slipway.cli.output import say
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Catalogue

app = command_group("Check the catalogue, or print its JSON Schema.")

MOST_LISTED = 12
"""So that the summary of a thousand services stays on one screen."""


class File(StrEnum):
    """The kinds of file in a catalogue."""

    PLATFORM = "platform"
    PEOPLE = "people"
    SERVICE = "service"


@app.command()
def validate(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Default: SLIPWAY_CATALOGUE, or include/catalogue."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
) -> None:
    """Check platform.yaml, people.yaml and all services; print all problems at once."""
    where = folder or catalogue_folder(os.environ)
    try:
        catalogue = load_catalogue(where)
    except CatalogueError as error:
        if not as_json:
            raise
        problems = [problem.as_json() for problem in error.problems]
        say(_json({"ok": False, "problems": problems, "unchecked": list(error.unchecked)}))
        raise typer.Exit(2) from error
    say(_json({"ok": True, "problems": [], **_counts(catalogue)}) if as_json else _summary(catalogue, where))


@app.command()
def schema(
    file: Annotated[
        File | None, typer.Argument(metavar="FILE", help="platform, people or service; all three if left out.")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="DIR", help="Write <kind>.json there instead."),
    ] = None,
) -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    if write is not None:
        for path in write_schemas(write):
            say(f"wrote {path}")
    elif file is not None:
        say(schema_text(file.value), nl=False)
    else:
        say(_json({name: schema_of(model) for name, model in MODELS.items()}))


def _json(value: JsonObject) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _counts(catalogue: Catalogue) -> JsonObject:
    return {
        "services": list(catalogue.services),
        "teams": list(catalogue.teams),
        "environments": list(catalogue.platform.environments),
        "people": len(catalogue.people.by_id),
    }


def _summary(catalogue: Catalogue, where: Path) -> str:
    owned = Counter(service.team for service in catalogue.services.values())
    environments = [f"{e.label} ({e.role.value})" for e in catalogue.platform.environments.values()]
    teams = [f"{team} ({owned[team]})" for team in catalogue.teams]
    return "\n".join(
        (
            f"The catalogue {where} is right.",
            f"  services      {_few(list(catalogue.services))}",
            f"  teams         {_few(teams)}",
            f"  environments  {_few(environments)}",
            f"  people        {len(catalogue.people.by_id)}",
        )
    )


def _few(names: list[str]) -> str:
    more = len(names) - MOST_LISTED
    return ", ".join(names[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "") + f": {len(names)}"
