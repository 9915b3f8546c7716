"""The form of a release's next attempt: as the last one, for the same version or for what mends it (R22)."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.service import StageRole

_OF_A_CHANGE = ("sort", "what", "where")
_AIMS = (StageRole.PREPROD, StageRole.PROD)
"""What a person may ask for in the form; any other aim is the release's own, and stays."""


@dataclass(frozen=True, kw_only=True)
class NextAttempt:
    """Which DAG is started, and with what."""

    dag_id: str
    service: str
    version: str
    conf: JsonObject


def next_attempt(release_id: str, found: Mapping[str, Any]) -> NextAttempt:
    """`found`: as `GET /slipway/api/releases/ID` gives it. Raises NotFoundError where it has no attempt,
    RefusedError for a rollback."""
    back = found.get("rollback")
    if back:
        raise RefusedError(
            "is_a_rollback",
            f"{release_id} is a rollback, and is not tried again: ask for another one with `slipway rollback"
            f' {found["service"]} {back["environment"]} --to VERSION --reason "…"`',
        )
    if not found["attempts"]:
        raise NotFoundError(f"release {release_id} has no attempt to go on from")
    last = found["attempts"][-1]
    conf = {
        "version": last["version"],
        "summary": found["summary"],
        "rollback_plan": found["rollback_plan"],
        "change_kind": found["change_kind"],
        "release_id": release_id,
        "resume_of": last["id"],
    }
    if found.get("change"):
        conf |= {name: found["change"][name] for name in _OF_A_CHANGE} | {"service": found["service"]}
    if found["to"] in _AIMS:
        conf["to"] = found["to"]
    return NextAttempt(dag_id=last["dag_id"], service=found["service"], version=last["version"], conf=conf)


def name_of_run(service: str, version: str, at: datetime) -> str:
    """Readable, unique, and safe in an address."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", version)
    return f"{service}-{plain}-{at:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
