"""Makes somebody a member of BreakGlass, as an activation in force would. Only tests do it this way."""

import dataclasses
import subprocess
import sys

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.transaction import DatabaseStore
from slipway.platform.place import AIRFLOW_DATABASE
from slipway.platform.postgres import EmbeddedPostgres
from slipway.platform.settings import environment
from tests.break_glass import keep_open
from tests.running_platform import RunningPlatform

_SCRIPT = """
import os, sys
from pathlib import Path
from slipway.adapters.generated_passwords import VARIABLE
from slipway.airflow_edge.people_sync import sync
from slipway.airflow_edge.sync_accounts import passwords_from
from slipway.catalogue.load import load_people
sync(load_people(Path(os.environ["SLIPWAY_CATALOGUE"])), passwords_from(os.environ[VARIABLE]),
     break_glass=frozenset(sys.argv[1:]))
"""


def break_the_glass(platform: RunningPlatform, person: str) -> None:
    """Gives the role to a person of the platform's catalogue, and opens Airflow to them."""
    postgres = EmbeddedPostgres(platform.home.postgres, platform.home.logs / "postgres.log")
    place = dataclasses.replace(platform._place(), airflow_database_url=postgres.url(AIRFLOW_DATABASE))
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, person],
        env=environment(place, platform.secrets, signs_in=True),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    keep_open(DatabaseStore(make_engine(platform.release_database_url)), person)
