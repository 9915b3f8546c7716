"""The few words of a service that its DAGs show, read fast, not judged: a broken file never stops others."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from slipway.catalogue.cron import checked_cron
from slipway.catalogue.files import PLATFORM, service_file
from slipway.domain.service import Profile

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
OUTSIDE = frozenset({Profile.STATIC_APP.value, Profile.BY_HAND.value})
"""Profiles whose services have no DAGs of their own: nothing of theirs is deployed from here."""
_WANTED = ("team", "description", "nightly", "product_owner", "time_zone", "profile")


@dataclass(frozen=True, kw_only=True)
class ServiceHeadline:
    """What a DAG shows of its service; `ok` False where the file could not be read or says nonsense there."""

    name: str
    team: str | None = None
    description: str = ""
    nightly: str | None = None
    product_owner: str | None = None
    profile: str | None = None
    """As it is written; None: Slipway deploys its artefacts."""
    ok: bool = True


def headline(folder: Path, name: str) -> ServiceHeadline:
    """The headline of one service. Never raises for what is in the file, or for a file that is gone."""
    try:
        fields = _top_texts((folder / service_file(name)).read_bytes())
        nightly = checked_cron(fields["nightly"]) if "nightly" in fields else None
    except (OSError, ValueError, yaml.YAMLError):
        return ServiceHeadline(name=name, ok=False)
    return ServiceHeadline(
        name=name,
        team=fields.get("team"),
        description=fields.get("description", ""),
        nightly=nightly,
        product_owner=fields.get("product_owner"),
        profile=fields.get("profile"),
        ok="team" in fields and "description" in fields,
    )


def time_zone(folder: Path) -> str:
    """The platform's time zone, or UTC where `platform.yaml` does not say one that exists. Never raises."""
    try:
        zone = _top_texts((folder / PLATFORM).read_bytes()).get("time_zone", "UTC")
        return ZoneInfo(zone).key
    except (OSError, ValueError, KeyError, yaml.YAMLError):
        return "UTC"


def _top_texts(content: bytes) -> dict[str, str]:
    """The wanted plain fields at the top level; parsing events are read, not built into values."""
    fields: dict[str, str] = {}
    depth, key = 0, None
    for event in yaml.parse(content, Loader=_Loader):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth, key = depth + 1, None
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth, key = depth - 1, None
        elif depth != 1:
            continue
        elif key is None and isinstance(event, yaml.ScalarEvent):
            key = event.value
        else:
            if key in _WANTED and isinstance(event, yaml.ScalarEvent) and _is_text(event):
                fields[key] = event.value.strip()
            key = None
    return fields


def _is_text(event: yaml.ScalarEvent) -> bool:
    return bool(event.style) or event.value not in ("", "~", "null", "Null", "NULL")
