"""`docker-compose.yaml`: the same processes with the same settings, in containers, on a real PostgreSQL."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from slipway.adapters.database.rights import API, RECONCILER, TASK
from slipway.adapters.generated_passwords import VARIABLE as PASSWORD_SEED
from slipway.adapters.single_sign_on import CLIENT_ID, CLIENT_SECRET, ISSUER
from slipway.platform.errors import PlatformError
from slipway.platform.home import PROJECT, Secrets
from slipway.platform.place import AIRFLOW_DATABASE, RELEASE_DATABASE, Place
from slipway.platform.postgres import MAX_CONNECTIONS
from slipway.platform.processes import PREPARE, PROGRAMS
from slipway.platform.settings import SCRATCH_VARIABLE, SHARED_VARIABLE, settings

COMPOSE_FILE = PROJECT / "docker-compose.yaml"
_HEADER = """\
# The platform in containers. Generated from the settings in slipway.platform (make docs): do not edit.
# Before the first `docker compose up`, set the variables marked `:?` in a file named .env, each to a long
# random text (SLIPWAY_FERNET_KEY: 32 random bytes in URL-safe base64). Connections (AIRFLOW_CONN_…) stand in a file
# of their own, connections.env: docs/reference/environment-variables.md.
"""
_ROOT = Path("/opt/slipway")
_STATE = Path("/var/lib/slipway")
CONNECTIONS_FILE = "connections.env"
"""`AIRFLOW_CONN_…`, one a line. Not `.env`: that has the passwords of every role, which no process gets whole."""
_MIRRORS = "${SLIPWAY_MIRRORS:-mirrors}:/srv:ro"
"""Copies of what GitHub has; where nobody names a folder, an empty one of the engine's own."""


def _asked(variable: str) -> str:
    """A value that compose refuses to start without."""
    return f"${{{variable}:?set it in .env}}"


OWNER, AIRFLOW_ROLE = "postgres", "airflow"
_PASSWORDS: Mapping[str, str] = {
    OWNER: _asked("SLIPWAY_DB_PASSWORD"),
    AIRFLOW_ROLE: _asked("SLIPWAY_AIRFLOW_DB_PASSWORD"),
    API: _asked("SLIPWAY_API_DB_PASSWORD"),
    RECONCILER: _asked("SLIPWAY_RECONCILER_DB_PASSWORD"),
    TASK: _asked("SLIPWAY_TASK_DB_PASSWORD"),
}
"""By role of the database server. The owner's is for the server itself and for what prepares it."""
FIRST_START = "\n".join(
    [
        *(f"CREATE ROLE {role} LOGIN PASSWORD '{word}';" for role, word in _PASSWORDS.items() if role != OWNER),
        f"ALTER DATABASE {AIRFLOW_DATABASE} OWNER TO {AIRFLOW_ROLE};",
        f"CREATE DATABASE {RELEASE_DATABASE};",
        *(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC;" for name in (AIRFLOW_DATABASE, RELEASE_DATABASE)),
        f"GRANT CONNECT ON DATABASE {RELEASE_DATABASE} TO {API}, {RECONCILER}, {TASK};",
    ]
)
"""What the server does once, when its data is new: a role for each kind of process, and the second database."""
_DOCKERFILE = """\
FROM python:3.11-slim
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --home-dir /var/lib/slipway slipway
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
USER slipway
WORKDIR /var/lib/slipway
"""


def render() -> str:
    """The text of the compose file."""
    return _HEADER + yaml.safe_dump(_document(), sort_keys=False, default_flow_style=False, width=4096)


def write(file: Path = COMPOSE_FILE) -> None:
    """Writes the compose file anew."""
    file.write_text(render(), encoding="utf-8")


def check(file: Path = COMPOSE_FILE) -> None:
    """Raises PlatformError where the file is not what `write` would write."""
    if not file.exists() or file.read_text(encoding="utf-8") != render():
        raise PlatformError(f"{file.name} is not current. Run: make docs")


def _document() -> dict[str, Any]:
    return {
        "name": "slipway",
        "services": {
            "postgres": _postgres(),
            "prepare": _prepare(),
            **{
                program.name: _service(
                    program.arguments,
                    {"prepare": "service_completed_successfully"},
                    signs_in=program.signs_in,
                    lets_people_in=program.lets_people_in,
                    database_role=program.database_role,
                    reaches_out=program.reaches_out,
                )
                | ({"ports": ["${SLIPWAY_PORT:-8080}:8080"]} if program.name == "api-server" else {})
                for program in PROGRAMS
            },
        },
        "configs": {"databases": {"content": FIRST_START}},
        "volumes": {"database": None, "state": None, "mirrors": None},
    }


def _prepare() -> dict[str, Any]:
    """Runs once before the others; builds the image that all share."""
    service = _service(PREPARE, {"postgres": "service_healthy"}, restart="no", signs_in=True, database_role=OWNER)
    return service | {"build": {"context": ".", "dockerfile_inline": _DOCKERFILE}}


def _postgres() -> dict[str, Any]:
    """One server with both databases: the image makes the first, its start script the second."""
    return {
        "image": "postgres:18",
        "command": ["postgres", "-c", f"max_connections={MAX_CONNECTIONS}"],
        "restart": "unless-stopped",
        "environment": {"POSTGRES_PASSWORD": _PASSWORDS[OWNER], "POSTGRES_DB": AIRFLOW_DATABASE},
        "configs": [{"source": "databases", "target": "/docker-entrypoint-initdb.d/databases.sql"}],
        "volumes": ["database:/var/lib/postgresql"],
        "healthcheck": {
            "test": ["CMD", "pg_isready", "-U", "postgres", "-d", RELEASE_DATABASE],
            "interval": "5s",
            "retries": 20,
        },
    }


def _service(
    arguments: Sequence[str],
    after: dict[str, str],
    *,
    restart: str = "unless-stopped",
    signs_in: bool = False,
    lets_people_in: bool = False,
    database_role: str,
    reaches_out: bool = False,
) -> dict[str, Any]:
    asked = [
        SCRATCH_VARIABLE,
        SHARED_VARIABLE,
        ISSUER,
        CLIENT_ID,
        *([CLIENT_SECRET] if lets_people_in else []),
        *([PASSWORD_SEED] if signs_in else []),
    ]
    connections = {"env_file": [{"path": CONNECTIONS_FILE, "required": False}]} if reaches_out else {}
    return {
        "image": "slipway:0.1.0",
        "restart": restart,
        "command": ["python", *arguments],
        **connections,
        "environment": _environment(database_role) | {name: f"${{{name}:-}}" for name in asked},
        "volumes": [
            *(f"./{folder}:{_ROOT}/{folder}:ro" for folder in ("dags", "plugins", "include")),
            f"state:{_STATE}",
            *([_MIRRORS] if reaches_out else []),
        ],
        "depends_on": {name: {"condition": condition} for name, condition in after.items()},
    }


def _environment(database_role: str) -> dict[str, str]:
    place = Place(
        project=_ROOT,
        home=_STATE,
        dags=_ROOT / "dags",
        catalogue=_ROOT / "include" / "catalogue",
        host="0.0.0.0",
        port=8080,
        api_url="http://api-server:8080",
        base_url="${SLIPWAY_BASE_URL:-http://localhost:8080}",
        airflow_database_url=_url(AIRFLOW_ROLE, AIRFLOW_DATABASE),
        release_database_url=_url(database_role, RELEASE_DATABASE),
        embedded=False,
    )
    secrets = Secrets(
        fernet_key=_asked("SLIPWAY_FERNET_KEY"),
        jwt_secret=_asked("SLIPWAY_JWT_SECRET"),
        api_secret=_asked("SLIPWAY_API_SECRET"),
        internal_token=_asked("SLIPWAY_INTERNAL_TOKEN"),
        password_seed="",
    )
    return dict(sorted(settings(place, secrets).items()))


def _url(role: str, database: str) -> str:
    return f"postgresql+psycopg2://{role}:{_PASSWORDS[role]}@postgres/{database}"
