"""The Airflow CLI as an operator would use it on the platform's own machine: with the platform's environment."""

import dataclasses
import subprocess
import sys

from slipway.platform.place import AIRFLOW_DATABASE
from slipway.platform.postgres import EmbeddedPostgres
from slipway.platform.settings import environment
from tests.running_platform import RunningPlatform


def airflow_database_url(platform: RunningPlatform) -> str:
    """SQLAlchemy URL of Airflow's own database."""
    return EmbeddedPostgres(platform.home.postgres, platform.home.logs / "postgres.log").url(AIRFLOW_DATABASE)


def airflow_cli(platform: RunningPlatform, *arguments: str) -> str:
    """Runs `airflow …` to its end and returns what it printed."""
    place = dataclasses.replace(platform._place(), airflow_database_url=airflow_database_url(platform))
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *arguments],
        env=environment(place, platform.secrets),
        cwd=platform.home.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
