"""Databases of the sample services, made on the embedded server so that nobody has to."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from slipway.platform.place import Place
from slipway.platform.postgres import EmbeddedPostgres

PREFIX = "AIRFLOW_CONN_"


def create_service_databases(place: Place, postgres: EmbeddedPostgres) -> dict[str, str]:
    """Creates a database for each connection that a service migrates and nobody set, and returns them.

    Only with the embedded server: elsewhere a missing connection is an error that the migration reports.
    """
    if not place.embedded:
        return {}
    wanted = sorted(migrated_connections(place.catalogue))
    missing = [name for name in wanted if PREFIX + name.upper() not in place.connections]
    return {PREFIX + name.upper(): postgres.create_database(f"service_{name}") for name in missing}


def migrated_connections(catalogue: Path) -> set[str]:
    """The connection ids that services name for their migrations. Broken files are reported elsewhere."""
    found: set[str] = set()
    for file in sorted((catalogue / "services").glob("*.yaml")):
        try:
            document = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        found |= _connections_in(document)
    return found


def _connections_in(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*(_connections_in(item) for item in value))
    if not isinstance(value, Mapping):
        return set()
    found = set().union(*(_connections_in(item) for item in value.values()))
    if isinstance(value.get("database"), str):
        found.add(str(value["database"]))
    return found
