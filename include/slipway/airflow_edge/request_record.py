"""What the log keeps of a request: who, what, on which run, which decision; no secrets, no free text."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum

from slipway.domain.json_value import JsonObject, JsonValue, canonical
from slipway.domain.text_limits import RUN


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
    unwritten_before: int = 0
    """How many requests of strangers came before it and are not in the log, one by one."""
    why: str | None = None
    """Why it went no further than the recorder, as whoever asked was told."""


HTTP_ERRORS = 400
_REFUSALS = (401, 403, 413)
_ELSEWHERE = (307, 308)
"""Asked to come again by another address: nothing was done."""
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
        *("connection_id", "logical_date", "run_after", "version", "change_kind", "to", "release_id", "resume_of"),
    }
)
"""Keys whose values are decisions or names; not notes, comments, reasons, values and passwords."""
_OPENED = frozenset({"conf", "actions", "entities", "dag_runs", "extra"})
_LONGEST_TEXT = RUN
"""Whole names of runs: what is compared with Airflow's own memory is not cut."""
_LONGEST_LIST = 50
_DEEPEST = 6
_LONGEST = 16_000
"""Characters of all that is kept of one request: fifty runs with long names."""
_LONGEST_OF_STRANGERS = 1_000
_GREATEST = 2**53
"""Greater numbers, and what is no number, are kept as text."""


def outcome_of(status: int) -> Outcome:
    """What a status means for whoever asks later."""
    if status < HTTP_ERRORS and status not in _ELSEWHERE:
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


def decision_in(body: bytes, *, known: bool = True) -> JsonObject:
    """What a JSON body asks for, reduced to keys that are known to hold decisions and names.

    Whatever is sent can be written, and is short: a refusal that cannot be written is lost, and the log keeps all for
    ever. Of a longer one its hash is kept. `known`: whether it is known who asks; strangers leave less."""
    try:
        document = json.loads(body, parse_constant=str) if body else None
    except (ValueError, RecursionError):  # also what is nested too deep
        return {"unreadable": True}
    told = _told(document, _DEEPEST) if isinstance(document, dict) else {}
    if len(canonical(told)) <= (_LONGEST if known else _LONGEST_OF_STRANGERS):
        return told
    return {"too_much_to_keep": True, "sha256": hashlib.sha256(body).hexdigest()}


def _told(document: dict[str, JsonValue], deepest: int) -> dict[str, JsonValue]:
    kept: dict[str, JsonValue] = {}
    for key, value in document.items():
        if key in _TOLD:
            kept[key] = _short(value, deepest)
        elif key in _OPENED and deepest:
            kept[key] = _opened(value, deepest - 1)
    return kept


def _opened(value: JsonValue, deepest: int) -> JsonValue:
    if isinstance(value, dict):
        return _told(value, deepest)
    if isinstance(value, list):
        return [
            _told(item, deepest) if isinstance(item, dict) else _short(item, deepest) for item in value[:_LONGEST_LIST]
        ]
    return None


def _short(value: JsonValue, deepest: int) -> JsonValue:
    if isinstance(value, str):
        return value[:_LONGEST_TEXT].encode(errors="replace").decode().replace("\0", "?")
    if isinstance(value, list):
        return [_short(item, deepest - 1) for item in value[:_LONGEST_LIST] if deepest and not isinstance(item, dict)]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value if abs(value) <= _GREATEST else str(value)[:_LONGEST_TEXT]
    return None if isinstance(value, dict) else value
