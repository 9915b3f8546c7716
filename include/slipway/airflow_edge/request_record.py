"""What the log keeps of a request: who, what, on which run, which decision; no secrets, no free text."""

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum

from slipway.domain.json_value import JsonObject, JsonValue


class Phase(StrEnum):
    """An attempt is recorded before the request is performed, its outcome after."""

    ATTEMPT = "attempt"
    OUTCOME = "outcome"


class Outcome(StrEnum):
    """How the API server answered."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Requester:
    """Who asks, and which way."""

    id: str
    via: str = "rest"


@dataclass(frozen=True, kw_only=True)
class RequestRecord:
    """One line about one changing request; both phases carry the same `request_id`."""

    request_id: str
    phase: Phase
    user: str | None
    """Person id by the token or cookie that Airflow itself verified; None for strangers."""
    via: str = "rest"
    method: str
    path: str
    status: int | None = None
    outcome: Outcome | None = None
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    decision: JsonObject = field(default_factory=dict)


HTTP_ERRORS = 400
_REFUSALS = (401, 403, 413)
TOO_LONG: JsonObject = {"too_long": True}
"""In the place of a decision: the body was too long to look at, and went no further."""
TOLD_TOO_MUCH: JsonObject = {"told_too_much": True}
"""Likewise: the log is read by everybody too, so it keeps nothing of what a security release may not say."""
_TARGET = re.compile(r"^/api/v2/dags/(?P<dag>[^/]+)(?:/dagRuns/(?P<run>[^/]+)(?:/taskInstances/(?P<task>[^/]+))?)?")
_TOLD = frozenset(
    {
        *("state", "new_state", "chosen_options", "action", "dry_run", "is_paused", "dag_id", "dag_run_id"),
        *("run_id", "task_id", "task_ids", "asset_id", "only_failed", "only_running", "reset_dag_runs"),
        *("include_upstream", "include_downstream", "include_past", "include_future", "name", "slots", "key"),
        *("connection_id", "version", "change_kind", "to", "release_id", "resume_of"),
    }
)
"""Keys whose values are decisions or names; not notes, comments, reasons, values and passwords."""
_OPENED = frozenset({"conf", "actions", "entities", "dag_runs", "extra"})
_LONGEST_TEXT = 200
_LONGEST_LIST = 50


def outcome_of(status: int) -> Outcome:
    """What a status means for whoever asks later."""
    if status < HTTP_ERRORS:
        return Outcome.ALLOWED
    return Outcome.REFUSED if status in _REFUSALS else Outcome.FAILED


@dataclass(frozen=True)
class Target:
    """What a path names; `~` and absence are both None."""

    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None


def target_of(path: str) -> Target:
    """The DAG, run and task that a path names."""
    found = _TARGET.match(path)
    if found is None:
        return Target()
    return Target(*(None if part == "~" else part for part in found.groups()))


def decision_in(body: bytes) -> JsonObject:
    """What a JSON body asks for, reduced to keys that are known to hold decisions and names."""
    try:
        document = json.loads(body) if body else None
    except (ValueError, RecursionError):  # also what is nested too deep
        return {"unreadable": True}
    return _told(document) if isinstance(document, dict) else {}


def _told(document: dict[str, JsonValue]) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {}
    for key, value in document.items():
        if key in _TOLD:
            kept[key] = _short(value)
        elif key in _OPENED:
            kept[key] = _opened(value)
    return kept


def _opened(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return _told(value)
    if isinstance(value, list):
        return [_told(item) if isinstance(item, dict) else _short(item) for item in value[:_LONGEST_LIST]]
    return None


def _short(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value[:_LONGEST_TEXT]
    if isinstance(value, list):
        return [_short(item) for item in value[:_LONGEST_LIST] if not isinstance(item, dict)]
    return None if isinstance(value, dict) else value
