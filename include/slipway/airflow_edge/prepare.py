"""Everything that must be true before the platform starts: `python -m slipway.airflow_edge.prepare`.

One process, because importing Airflow costs more than all the work that is done here.
"""

import os
import sys

from airflow.models.pool import Pool
from airflow.utils import db

from slipway.adapters.database import schema
from slipway.airflow_edge import sync_accounts

DEV_SLOTS = 4
"""Services that may be deployed to Dev at once."""


def prepare_databases(release_database_url: str) -> None:
    """Brings both databases and the pools to what this code needs; harmless to repeat."""
    schema.upgrade(release_database_url)
    db.upgradedb()
    Pool.create_or_update_pool(
        name="release_slot",
        slots=1,
        description="One release at a time works on Preprod and Prod.",
        include_deferred=True,
    )
    Pool.create_or_update_pool(
        name="dev_slots",
        slots=DEV_SLOTS,
        description="Deploys to Dev, one per service.",
        include_deferred=False,
    )


def main() -> int:
    """Returns 0 when all is prepared, 1 where there is neither a policy nor a catalogue to take people from."""
    prepare_databases(os.environ["SLIPWAY_DATABASE_URL"])
    return sync_accounts.main()


if __name__ == "__main__":
    sys.exit(main())
