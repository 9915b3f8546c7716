"""One running platform whose services only sleep, and the hands to use and to hurt it."""

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg2
import sqlalchemy

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.log_reader import LogReader, read_log
from slipway.adapters.database.rows import Sql
from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.activity import Activity, ActivityKind, Turn, TurnState
from slipway.domain.errors import DatabaseUnavailableError
from slipway.domain.log_entry import LogEntry, verify_chain
from slipway.domain.release import Attempt, Stage
from slipway.domain.service import StageRole
from slipway.platform.client import PlatformClient
from slipway.platform.errors import PlatformError
from slipway.platform.place import AIRFLOW_DATABASE
from slipway.platform.postgres import EmbeddedPostgres
from tests.chaos.places import VERSION, publish, write_catalogue
from tests.chaos.watching import Watch
from tests.running_platform import RunningPlatform

REQUESTER, SENIOR, MANAGER, LOOKER, BREAKER = "rita", "sam", "mona", "rob", "piet"
LOOK_SECONDS = 0.2
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], seconds: float, what: str) -> Found:
    """The first thing found; the database may be away meanwhile. Raises PlatformError naming `what`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(DatabaseUnavailableError):
            found = look()
            if found is not None and found is not False:
                return found
        time.sleep(LOOK_SECONDS)
    raise PlatformError(f"Waited {seconds:.0f} s for {what}.")


class Ground:
    """A platform with its own catalogue, and the recorder that watches its deploys."""

    def __init__(self, root: Path, services: list[str]) -> None:
        self.watch = Watch()
        catalogue = write_catalogue(root / "catalogue", self.watch.port, services)
        self.platform = RunningPlatform(root, catalogue=catalogue)
        publish(self.platform.home.root / "artefacts", root / "sources", services)
        self.store = DatabaseStore(make_engine(self.platform.release_database_url))

    def start(self) -> None:
        """Starts the platform, with one member of BreakGlass that no catalogue could make."""
        self.platform.start()
        airflow = self.platform.release_database_url.replace("/slipway?", f"/{AIRFLOW_DATABASE}?")
        engine = sqlalchemy.create_engine(airflow)
        with engine.begin() as connection:
            connection.execute(
                sqlalchemy.text(
                    """INSERT INTO ab_user_role (user_id, role_id)
                    SELECT u.id, r.id FROM ab_user u, ab_role r WHERE u.username = :who AND r.name = 'BreakGlass'"""
                ),
                {"who": BREAKER},
            )
        engine.dispose()

    def stop(self) -> int:
        """Stops everything; the exit code of the platform's supervisor."""
        self.store.engine.dispose()
        try:
            return self.platform.stop()
        finally:
            self.watch.close()

    # -- using it ---------------------------------------------------------------------------------------------------

    def client(self, person: str) -> PlatformClient:
        """A REST client of one's own: cells work side by side."""
        password = self.platform.secrets.password_of(person)
        return PlatformClient(self.platform.base_url, person, password)

    def release(self, service: str, run_id: str, to: str) -> "Run":
        """A person asks for a release; `to` dev is the Dev run of its own."""
        conf = {} if to == "dev" else {"version": VERSION, "summary": "Sleep", "rollback_plan": "Wake", "to": to}
        dag_id = f"dev__{service}" if to == "dev" else f"release__{service}"
        run = Run(self, dag_id, run_id, service)
        self.client(REQUESTER).trigger(dag_id, run_id, conf)
        return run

    # -- looking at it ----------------------------------------------------------------------------------------------

    def entries(self, attempt_id: str) -> list[LogEntry]:
        """The log of one attempt."""
        return [entry for entry in self.log() if entry.attempt == attempt_id]

    def log(self) -> list[LogEntry]:
        """The whole log."""
        with self.store.transaction() as tx:
            return list(read_log(tx.sql))

    def log_is_whole(self) -> bool:
        """Whether the chain of the log holds."""
        with self.store.transaction() as tx:
            return verify_chain(read_log(tx.sql)).intact

    def lane_holder(self) -> Turn | None:
        """Who holds the live lane."""
        with self.store.transaction() as tx:
            return tx.turns.holder("live")

    # -- hurting it -------------------------------------------------------------------------------------------------

    def kill(self, program: str) -> None:
        """SIGKILL to one of the platform's programs."""
        psutil.Process(self.platform.process_ids()[program]).kill()

    @contextlib.contextmanager
    def busy_lane(self, lane: str):
        """Keeps whoever takes a turn in this lane waiting inside its transaction."""
        engine = make_engine(self.platform.release_database_url, pooled=False)
        with engine.begin() as connection:
            tx = DatabaseStore(engine)
            from slipway.adapters.database.turns import DatabaseTurns

            DatabaseTurns(Sql(connection)).lock_lane(lane)
            yield
        engine.dispose()
