"""Services at a glance: what runs where, what is behind, what is in flight."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from slipway.domain.platform import EnvironmentSettings
from slipway.domain.service import StageRole

Record = Mapping[str, Any]


def show_services(
    names: Iterable[str],
    environments: Mapping[str, EnvironmentSettings],
    running: Sequence[Record],
    in_flight: Sequence[Record],
) -> list[dict[str, Any]]:
    """One record a service, in order. `names` are those of the catalogue; what only the log knows is added."""
    known = set(names)
    everything = known | {row["service"] for row in running} | {row["service"] for row in in_flight}
    return [
        {
            "service": service,
            "in_catalogue": service in known,
            "environments": _versions(service, environments, running),
            "behind": _behind(service, environments, running),
            "in_flight": [dict(row) for row in in_flight if row["service"] == service],
        }
        for service in sorted(everything)
    ]


def _versions(
    service: str, environments: Mapping[str, EnvironmentSettings], running: Sequence[Record]
) -> dict[str, dict[str, Any]]:
    """Environments from Dev to Prod, only those where something ever ran."""
    rows = [row for row in running if row["service"] == service]
    rows.sort(key=lambda row: _order(environments, row["environment"]))
    return {row["environment"]: {key: row[key] for key in ("version", "digest", "at", "release_id")} for row in rows}


def _behind(service: str, environments: Mapping[str, EnvironmentSettings], running: Sequence[Record]) -> list[str]:
    """Environments that run something else than the one before them, with both versions."""
    versions = list(_versions(service, environments, running).items())
    return [
        f"{name} runs {runs['version'] or 'nothing'}, {before} {ahead['version'] or 'nothing'}"
        for (before, ahead), (name, runs) in pairwise(versions)
        if runs["digest"] != ahead["digest"]
    ]


def _order(environments: Mapping[str, EnvironmentSettings], name: str) -> tuple[int, str]:
    settings = environments.get(name)
    return (len(StageRole) if settings is None else list(StageRole).index(settings.role), name)
