"""Where a platform runs: folders, address, databases. All else in its settings follows from this."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from slipway.platform.errors import PlatformError
from slipway.platform.home import PROJECT, current_home
from slipway.platform.postgres import EmbeddedPostgres

DEFAULT_PORT = 8080
AIRFLOW_DATABASE = "airflow"
RELEASE_DATABASE = "slipway"
AIRFLOW_URL_VARIABLE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
RELEASE_URL_VARIABLE = "SLIPWAY_DATABASE_URL"


@dataclass(frozen=True, kw_only=True)
class Place:
    """One platform's folders, address and databases."""

    project: Path
    home: Path
    dags: Path
    catalogue: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    api_url: str
    """How other processes of the platform reach the API server."""
    base_url: str
    """How people reach it."""
    airflow_database_url: str
    release_database_url: str
    embedded: bool
    """Whether we run PostgreSQL ourselves."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Airflow settings that whoever starts the platform has already made."""
    connections: frozenset[str] = frozenset()
    """Names of the `AIRFLOW_CONN_*` variables that are set already."""


def current_place() -> Place:
    """The place that the environment describes. Raises PlatformError where it contradicts itself."""
    home = current_home()
    airflow_url, release_url = os.environ.get(AIRFLOW_URL_VARIABLE), os.environ.get(RELEASE_URL_VARIABLE)
    if bool(airflow_url) != bool(release_url):
        named, missing = AIRFLOW_URL_VARIABLE, RELEASE_URL_VARIABLE
        if release_url:
            named, missing = missing, named
        raise PlatformError(
            f"{named} names a database server, so nothing embedded starts, but {missing} is not set. "
            "Set both (two databases, the same server will do) or neither."
        )
    port = _port()
    embedded = EmbeddedPostgres(home.postgres, home.logs / "postgres.log")
    url = f"http://127.0.0.1:{port}"
    return Place(
        project=PROJECT,
        home=home.root,
        dags=Path(os.environ.get("SLIPWAY_DAGS", PROJECT / "dags")).resolve(),
        catalogue=Path(os.environ.get("SLIPWAY_CATALOGUE", PROJECT / "include" / "catalogue")).resolve(),
        port=port,
        api_url=url,
        base_url=os.environ.get("SLIPWAY_BASE_URL", url),
        airflow_database_url=airflow_url or embedded.url(AIRFLOW_DATABASE),
        release_database_url=release_url or embedded.url(RELEASE_DATABASE),
        embedded=not airflow_url,
        overrides={name: value for name, value in os.environ.items() if name.startswith("AIRFLOW__")},
        connections=frozenset(name for name in os.environ if name.startswith("AIRFLOW_CONN_")),
    )


def _port() -> int:
    text = os.environ.get("SLIPWAY_PORT", str(DEFAULT_PORT))
    if not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004 - the range of TCP ports
        raise PlatformError(f"SLIPWAY_PORT is {text!r}; it must be a port number from 1 to 65535.")
    return int(text)
