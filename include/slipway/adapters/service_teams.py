"""Which team decides about a service, by the policy in effect (R26), and where it runs, by its file."""

from pathlib import Path

from slipway.adapters.database.overview import Overview
from slipway.adapters.database.transaction import DatabaseTransaction
from slipway.catalogue.files import require_service
from slipway.catalogue.load import load_one
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


def environments_of(catalogue: Path, service: str) -> frozenset[str] | None:
    """Where the service runs; None where its file is gone or cannot be read, so that nobody can tell."""
    try:
        stages = load_one(catalogue, service).services[service].stages.values()
    except SlipwayError:
        return None
    return frozenset(stage.environment for stage in stages if stage.not_applicable is None)
