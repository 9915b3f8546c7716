"""Keeps the texts of security releases out of Airflow: a form that tells too much is refused before it is kept."""

import json
import re
from collections.abc import Mapping
from typing import Any

from slipway.domain.disclosure import how_to_say_less, tells_too_much
from slipway.domain.release import ChangeKind

WORDS = ("ticket", "fixes", "for_team", "attended_by", "support", "proof_in", "despite_bad")
"""Fields of the form that name something, in one word."""
_TRIGGER = re.compile(r"^/api/v2/dags/[^/]+/dagRuns/?$")


def why_not_kept(method: str, path: str, body: bytes) -> str | None:
    """Why Airflow may not have this request; None for all but a security release that says what it is about."""
    if method != "POST" or _TRIGGER.match(path) is None:
        return None
    try:
        document = json.loads(body) if body else {}
    except ValueError:
        return None
    conf = document.get("conf") if isinstance(document, dict) else None
    if not isinstance(conf, Mapping) or conf.get("change_kind") != ChangeKind.SECURITY:
        return None
    words = {name.replace("_", " "): _text(conf, name) for name in WORDS}
    fields = list(tells_too_much(_text(conf, "summary"), _text(conf, "rollback_plan"), _text(conf, "needs"), words))
    fields += ["note"] if document.get("note") else []
    return how_to_say_less(fields) if fields else None


def _text(conf: Mapping[str, Any], name: str) -> str:
    value = conf.get(name)
    return "" if value is None else str(value)
