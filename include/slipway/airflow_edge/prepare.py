"""Everything that must be true before the platform starts: `python -m slipway.airflow_edge.prepare`.

One process, because importing Airflow costs more than all the work that is done here.
"""

import os
import sys
from pathlib import Path

from airflow import settings
from airflow.models.pool import Pool
from airflow.utils import db

from slipway.adapters.database import schema
from slipway.airflow_edge import sync_accounts
from slipway.catalogue.load import load_platform
from slipway.domain.errors import SlipwayError
from slipway.wiring import make_store

ABANDONED_SECONDS = 60
"""A session of Airflow that says nothing for so long in the middle of a transaction is one of a killed scheduler.

Its tasks were forked from it and keep its connection open, so the database would wait for them, for as long as a deploy
lasts, and the rows of all their runs stay locked: no other scheduler goes on with them (ADR 0013)."""


def prepare_databases(release_database_url: str) -> None:
    """Brings both databases to what this code needs; harmless to repeat."""
    schema.upgrade(release_database_url)
    db.upgradedb()
    end_abandoned_transactions()


def end_abandoned_transactions() -> None:
    """For every later session of Airflow's own role, in its own database: what any role may ask of itself."""
    with settings.engine.begin() as connection:
        database = connection.dialect.identifier_preparer.quote(settings.engine.url.database)
        connection.exec_driver_sql(
            f"ALTER ROLE CURRENT_USER IN DATABASE {database}"
            f" SET idle_in_transaction_session_timeout = '{ABANDONED_SECONDS}s'"
        )


def prepare_pools(dev_slots: int) -> None:
    """The one slot of the live path, and those of Dev."""
    Pool.create_or_update_pool(
        name="release_slot",
        slots=1,
        description="One release at a time works on Preprod and Prod.",
        include_deferred=True,
    )
    Pool.create_or_update_pool(
        name="dev_slots",
        slots=dev_slots,
        description="Deploys to Dev, one per service.",
        include_deferred=False,
    )


def dev_slots() -> int:
    """As the policy in effect says; before the first activation, as the catalogue says."""
    with make_store().transaction() as tx:
        if tx.policies.activation() is not None:
            return tx.policy().platform.dev_slots
    return load_platform(Path(os.environ["SLIPWAY_CATALOGUE"])).dev_slots


def main() -> int:
    """Returns 0 when all is prepared, 1 where there is neither a policy nor a catalogue to take people from."""
    prepare_databases(os.environ["SLIPWAY_DATABASE_URL"])
    try:
        prepare_pools(dev_slots())
    except SlipwayError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return sync_accounts.main()


if __name__ == "__main__":
    sys.exit(main())
