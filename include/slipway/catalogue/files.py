"""Where a catalogue is and what its files are called."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from slipway.catalogue.problems import nearest
from slipway.domain.errors import NotFoundError

PLATFORM = "platform.yaml"
PEOPLE = "people.yaml"
SERVICES = "services"
EXPECTATIONS = "expectations"
NAME_PATTERN = r"^[a-z][a-z0-9]*([_-][a-z0-9]+)*$"
"""Names of services, teams, people and environments."""
_NAME = re.compile(NAME_PATTERN)
MOST_NAMED = 10
"""Of services, where one is not found."""
DEFAULT_FOLDER = Path("include/catalogue")


def catalogue_folder(environment: Mapping[str, str]) -> Path:
    """`SLIPWAY_CATALOGUE`, or the folder of the repository."""
    return Path(environment.get("SLIPWAY_CATALOGUE") or DEFAULT_FOLDER)


def service_file(name: str) -> str:
    """The file of a service, relative to the catalogue."""
    return f"{SERVICES}/{name}.yaml"


def expectations_folder(folder: Path, service: str) -> Path:
    """Where the suites of a service are; there may be none."""
    return folder / EXPECTATIONS / service


def service_names(folder: Path) -> list[str]:
    """All services in order, from file names alone; an empty list where there is no such folder."""
    names = [file.removesuffix(".yaml") for file in _files(folder) if file.endswith(".yaml")]
    return [name for name in names if _NAME.fullmatch(name)]


def stray_files(folder: Path) -> list[str]:
    """Files among the services that cannot be one by their name, relative to the catalogue."""
    services = {f"{name}.yaml" for name in service_names(folder)}
    return [f"{SERVICES}/{file}" for file in _files(folder) if file not in services]


def _files(folder: Path) -> list[str]:
    try:
        with os.scandir(folder / SERVICES) as entries:
            return sorted(entry.name for entry in entries if not entry.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []


def require_service(folder: Path, name: str) -> str:
    """The relative path of a service's file. Raises NotFoundError with the nearest name."""
    names = service_names(folder)
    if name in names:
        return service_file(name)
    close = nearest(name, names)
    hint = f"did you mean {close}?" if close else _some(names)
    raise NotFoundError(f"there is no service {name}: {hint}")


def _some(names: list[str]) -> str:
    if not names:
        return "the catalogue has none"
    more = ", …; `slipway services` lists them all" if len(names) > MOST_NAMED else ""
    return f"there are {', '.join(names[:MOST_NAMED])}{more}"
