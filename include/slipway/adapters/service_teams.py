"""Which team decides about a service: by the policy in effect, never by a file that nobody activated (R26)."""

from pathlib import Path

from slipway.adapters.database.overview import Overview
from slipway.adapters.database.transaction import DatabaseTransaction
from slipway.catalogue.files import require_service


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
