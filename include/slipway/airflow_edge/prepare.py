"""Everything that must be true before the platform starts: `python -m slipway.airflow_edge.prepare`.

One process, because importing Airflow costs more than all the work that is done here.
"""

import os
import sys
from pathlib import Path

from airflow.models.pool import Pool
from airflow.utils import db

from slipway.adapters.database import schema
from slipway.adapters.generated_passwords import VARIABLE, generated_password
from slipway.airflow_edge.people_sync import Passwords, is_first_time, sync
from slipway.catalogue.load import load_people
from slipway.domain.errors import SlipwayError
from slipway.domain.people import People

DEV_SLOTS = 4
"""Services that may be deployed to Dev at once."""
OLD_PEOPLE = 3
"""Exit code: all is prepared, but people could not be read, so they stay as they were."""


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


def passwords_from(seed: str) -> Passwords:
    """Generated passwords, or none where no seed is given."""
    return lambda account: generated_password(seed, account) if seed else None


def main() -> int:
    """Returns 0 when all is prepared, 3 where people stay as they were; other errors are raised."""
    prepare_databases(os.environ["SLIPWAY_DATABASE_URL"])
    try:
        people: People = load_people(Path(os.environ["SLIPWAY_CATALOGUE"]))
    except SlipwayError as error:
        sys.stderr.write(f"{error}\n")
        return 1 if is_first_time() else OLD_PEOPLE
    sync(people, passwords_from(os.environ.get(VARIABLE, "")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
