"""Which team a service belongs to: by the catalogue, or by its releases where the catalogue can't say."""

from pathlib import Path

from slipway.adapters.database.overview import Overview
from slipway.catalogue.load import load_service
from slipway.catalogue.problems import CatalogueError
from slipway.domain.errors import NotFoundError


def team_of(catalogue: Path, overview: Overview, service: str) -> str | None:
    """The owning team. A broken or deleted file does not hide a service that was ever released.

    Raises NotFoundError for a service that neither knows."""
    try:
        return load_service(catalogue, service).team
    except (CatalogueError, NotFoundError):
        teams = overview.teams_of(service)
        if not teams:
            raise
        return min(teams)
