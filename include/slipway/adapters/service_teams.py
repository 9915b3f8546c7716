"""Which team decides about a service, by the policy in effect (R26), and where it runs, by its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.adapters.database.overview import Overview
from slipway.adapters.database.transaction import DatabaseTransaction
from slipway.catalogue.files import require_service
from slipway.catalogue.load import load_one
from slipway.catalogue.problems import CatalogueError
from slipway.domain.errors import SlipwayError


def team_of(catalogue: Path, tx: DatabaseTransaction, service: str) -> str | None:
    """The owning team; of old where the service is in effect no more, None where it never was.

    Raises NotFoundError for a service that nobody knows."""
    owner = tx.policy().services.get(service)
    if owner is not None:
        return owner.team
    teams = Overview(tx.sql).teams_of(service)
    if not teams:
        require_service(catalogue, service)
    return min(teams, default=None)


@dataclass(frozen=True, kw_only=True)
class ServiceOnDisk:
    """What the catalogue on disk says of a service now, read as it is when somebody asks for a release."""

    runs_in: frozenset[str] | None = None
    """None where its file is gone or cannot be read, so that nobody can tell."""
    problems: Sequence[str] = ()
    """Why nobody can ask for a release of it."""


def service_on_disk(catalogue: Path, service: str) -> ServiceOnDisk:
    """Where it runs, or why that cannot be read."""
    try:
        stages = load_one(catalogue, service).services[service].stages.values()
    except CatalogueError as error:
        return ServiceOnDisk(problems=error.in_short())
    except SlipwayError as error:
        return ServiceOnDisk(problems=(str(error),))
    return ServiceOnDisk(runs_in=frozenset(stage.environment for stage in stages if stage.not_applicable is None))
