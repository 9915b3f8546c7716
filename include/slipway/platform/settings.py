"""The one place for the settings of every process; `docker-compose.yaml` is generated from it too."""

import os
from collections.abc import Mapping
from pathlib import PurePath
from urllib.parse import urlsplit, urlunsplit

from slipway.adapters.generated_passwords import VARIABLE as PASSWORD_SEED
from slipway.adapters.single_sign_on import CLIENT_SECRET
from slipway.catalogue.files import service_names
from slipway.platform.home import Secrets
from slipway.platform.place import Place

SCRATCH_VARIABLE = "SLIPWAY_SCRATCH_URL"
SHARED_VARIABLE = "SLIPWAY_SCRATCH_SHARED"
AUTH_MANAGER = "slipway.airflow_edge.auth_manager.SlipwayAuthManager"
QUIETER = " ".join(
    f"airflow.{name}=WARNING" for name in ("models.dag", "serialization.definitions.dag", "dag_processing.collection")
)
"""Loggers that say several lines about every DAG each time it is read: gigabytes a day with a thousand services."""

_SHORTEST_PARSE_INTERVAL = 30
_PARSE_INTERVAL_A_SERVICE = 0.3
"""Seconds: several times what one service takes to be parsed, serialised and compared with what is stored."""

_FIXED: Mapping[str, str] = {
    # Who may do what. No "FabAuthManager" in the path: Airflow would commit rights for every single DAG (ADR 0014).
    "AIRFLOW__CORE__AUTH_MANAGER": AUTH_MANAGER,
    "AIRFLOW__FAB__CACHE_TTL": "5",
    "AIRFLOW__FAB__UPDATE_FAB_PERMS": "True",
    # Whoever left the organisation can not sign in again: after an hour, everybody has to.
    "AIRFLOW__FAB__SESSION_MAX_LIFETIME_MINUTES": "60",
    # One machine, few cores: 8 tasks at once, one API process (two see different caches).
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": "8",
    "AIRFLOW__API__WORKERS": "1",
    # More connections than requests can hold that `airflow_edge/gate.py` lets in: where none is free, the server stands
    # still.
    "AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW": "60",
    # Releases are short tasks in a row: look again soon, and narrow the race of early answers. Not at once: each look
    # goes through every run that waits for somebody, and with a dozen of those that keeps a core busy.
    "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.3",
    # What dies is noticed in seconds; what merely loses its database for a minute is not killed.
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "5",
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "10",
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "5",
    "AIRFLOW__WORKERS__MAX_FAILED_HEARTBEATS": "24",
    "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "30",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
    # One file builds all DAGs: a parse that is cut short would make every service's DAGs stale at once.
    "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "600",
    "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",
    # A release DAG that nobody unpaused would look like a release that waits.
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DEFAULT_TIMEZONE": "utc",
    "AIRFLOW__CORE__MIGRATION_STRICT_CHECK": "False",
    "AIRFLOW__API__EXPOSE_CONFIG": "False",
    "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    "AIRFLOW__LOGGING__COLORED_CONSOLE_LOG": "False",
    "AIRFLOW__LOGGING__NAMESPACE_LEVELS": QUIETER,
}


def settings(place: Place, secrets: Secrets) -> dict[str, str]:
    """Environment variables that every process of the platform gets. What the caller has set wins."""
    return {
        **_FIXED,
        **_places(place),
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": str(_seconds_between_parses(place)),
        "AIRFLOW__CORE__FERNET_KEY": secrets.fernet_key,
        "AIRFLOW__API__SECRET_KEY": secrets.api_secret,
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.jwt_secret,
        "SLIPWAY_INTERNAL_TOKEN": secrets.internal_token,
        **place.overrides,
    }


def environment(
    place: Place, secrets: Secrets, *, signs_in: bool = False, lets_people_in: bool = False
) -> dict[str, str]:
    """The whole environment of a local process: ours, plus what the caller has set and we do not."""
    seed = {PASSWORD_SEED: secrets.password_seed} if signs_in else {}
    callers = {name: value for name, value in os.environ.items() if lets_people_in or name != CLIENT_SECRET}
    temporary = PurePath(place.home) / "tmp"
    path = os.pathsep.join(filter(None, [str(place.project / "include"), os.environ.get("PYTHONPATH", "")]))
    return {
        **callers,
        **settings(place, secrets),
        **seed,
        "PYTHONPATH": path,
        "TMPDIR": str(temporary),
        "SLIPWAY_HOME": str(place.home),
    }


def _seconds_between_parses(place: Place) -> int:
    """A thousand services take the DAG processor most of a minute, which tasks would lack if it never rested.

    Nothing that decides waits for it: `open` reads the service's file itself. What appears later is a changed
    description, nightly schedule or stage in Airflow's pages, and a new service's DAGs.
    """
    return max(_SHORTEST_PARSE_INTERVAL, round(len(service_names(place.catalogue)) * _PARSE_INTERVAL_A_SERVICE))


def _places(place: Place) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(place.home / "airflow"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(place.dags),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(place.project / "plugins"),
        "AIRFLOW__FAB__CONFIG_FILE": str(place.project / "include" / "slipway" / "airflow_edge" / "fab_settings.py"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{place.api_url}/execution/",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(place.home / "logs" / "tasks"),
        "AIRFLOW__API__HOST": place.host,
        "AIRFLOW__API__PORT": str(place.port),
        "AIRFLOW__API__BASE_URL": place.base_url,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": place.airflow_database_url,
        "PYTHONPATH": str(place.project / "include"),
        "SLIPWAY_DATABASE_URL": place.release_database_url,
        **_scratch(place),
        "SLIPWAY_CATALOGUE": str(place.catalogue),
        "SLIPWAY_API_URL": place.api_url,
        "SLIPWAY_PORT": str(place.port),
        "SLIPWAY_HOME": str(place.home),
    }


def _scratch(place: Place) -> dict[str, str]:
    """Copies for rehearsals are made on the embedded server, unless another was named; elsewhere somebody names one."""
    if not place.embedded or SCRATCH_VARIABLE in os.environ:
        return {}
    server = urlsplit(place.release_database_url)
    return {SCRATCH_VARIABLE: urlunsplit(server._replace(path="/postgres")), SHARED_VARIABLE: "yes"}
