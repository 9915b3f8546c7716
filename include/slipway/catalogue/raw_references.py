"""Names that a service's file takes from other files, checked although something else in it is wrong."""

import re
from collections.abc import Iterator

from slipway.catalogue.document import Document
from slipway.catalogue.platform_file import PlatformModel
from slipway.catalogue.problems import Problem
from slipway.catalogue.references import (
    Known,
    environment_problems,
    smoke_host_problems,
    unknown_name,
    watch_host_problems,
)
from slipway.catalogue.target_options import raw_stages
from slipway.domain.service import StageRole

_PLAIN_URL = re.compile(r"https?://[^\s/\[\]]+(/\S*)?")
_ROLES = {role.value: role for role in StageRole}


def raw_problems(document: Document, known: Known) -> Iterator[Problem]:
    """Unknown team, product owner and environments, and hosts that may not be asked, wherever these are texts."""
    data = document.data
    if not isinstance(data, dict):
        return
    if known.people is not None:
        for field, kind, names in (
            ("team", "team", known.people.teams),
            ("product_owner", "person", known.people.people),
        ):
            if isinstance(name := data.get(field), str) and name not in names:
                yield unknown_name(document, (field,), kind, name, names)
    if known.platform is not None:
        yield from _environments(document, known.platform)
        yield from _hosts(document, known.platform)


def _environments(document: Document, platform: PlatformModel) -> Iterator[Problem]:
    for at, stage in raw_stages(document.data):
        role = _ROLES.get(str(at[1])) if at[0] == "stages" else StageRole.PREPROD
        name = stage.get("environment") if isinstance(stage, dict) and "not_applicable" not in stage else None
        if role is not None and isinstance(name, str):
            yield from environment_problems(document, (*at, "environment"), role, name, platform)


def _hosts(document: Document, platform: PlatformModel) -> Iterator[Problem]:
    for at, stage in raw_stages(document.data):
        url = stage.get("url") if isinstance(stage, dict) and "not_applicable" not in stage else None
        if isinstance(url, str) and _PLAIN_URL.fullmatch(url):
            yield from smoke_host_problems(document, (*at, "url"), url, platform)
    watch = document.data.get("watch")
    checks = watch.get("checks") if isinstance(watch, dict) else None
    for index, check in enumerate(checks if isinstance(checks, list) else ()):
        url = check.get("url") if isinstance(check, dict) else None
        if isinstance(url, str) and _PLAIN_URL.fullmatch(url):
            yield from watch_host_problems(document, ("watch", "checks", index, "url"), url, platform)
