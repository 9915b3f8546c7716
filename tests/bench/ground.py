"""A PostgreSQL server with nothing else on it, for what is measured without a platform."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from slipway.adapters.database import schema
from slipway.platform.errors import PlatformError
from slipway.platform.home import PROJECT, Home, load_secrets
from slipway.platform.place import AIRFLOW_DATABASE, RELEASE_DATABASE, Place
from slipway.platform.postgres import EmbeddedPostgres
from slipway.platform.processes import PREPARE
from slipway.platform.settings import environment


class Ground:
    """The server as the platform starts it."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.home.create()
        self.postgres = EmbeddedPostgres(self.home.postgres, self.home.logs / "postgres.log")

    def release_database(self) -> str:
        """The URL of an empty release database in its newest schema."""
        url = self.postgres.create_database("bench_log")
        schema.upgrade(url)
        return url

    def prepare_airflow(self) -> None:
        """Makes Airflow's metadata database, with people and roles as on a platform. Raises PlatformError."""
        for database in (AIRFLOW_DATABASE, RELEASE_DATABASE):
            self.postgres.create_database(database)
        self.run(PREPARE, self.place(PROJECT / "include" / "catalogue", self.home.root, AIRFLOW_DATABASE))

    def place(self, catalogue: Path, dags: Path, airflow_database: str) -> Place:
        """A place on this server."""
        return Place(
            project=PROJECT,
            home=self.home.root,
            dags=dags,
            catalogue=catalogue,
            api_url="http://127.0.0.1:9",
            base_url="http://127.0.0.1:9",
            airflow_database_url=self.postgres.url(airflow_database),
            release_database_url=self.postgres.url(RELEASE_DATABASE),
            embedded=True,
        )

    def run(self, arguments: Sequence[str], place: Place) -> str:
        """Runs Python with the platform's settings; returns the last line it printed. Raises PlatformError."""
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment(place, load_secrets(self.home), signs_in=True),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PlatformError(f"{' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
        return (done.stdout.splitlines() or [""])[-1]

    def seconds_to_write(self, name: str, catalogue: Path, dags: Path) -> dict[str, float]:
        """What the DAG processor spends on a folder, by kind of work; in a database where no DAG is known yet."""
        database = f"airflow_{name}"
        self.postgres.create_database(database, template=AIRFLOW_DATABASE)
        try:
            place = self.place(catalogue, dags, database)
            said = self.run(["-m", "tests.bench.write_dags", str(dags)], place)
        finally:
            self.postgres.drop_database(database)
        spent: dict[str, float] = json.loads(said)
        return spent


@contextmanager
def ground(root: Path) -> Iterator[Ground]:
    """Starts the server and stops it."""
    made = Ground(root)
    made.postgres.start()
    try:
        yield made
    finally:
        made.postgres.stop()
