"""Keeps runs from being started by people who may not ask for them, in the same words as the run would."""

import json
import re
from collections.abc import Callable

from slipway.use_cases.who_may_start import why_not_start
from slipway.wiring import make_store

WhyNot = Callable[[str, str | None, str], str | None]
"""DAG, service in the form, person id: the reason in words; None where they may. Raises DatabaseUnavailableError."""
_TRIGGER = re.compile(r"/api/v2/dags/(?P<dag>[^/~]+)/dagRuns/?")


def why_not_triggered(method: str, path: str, body: bytes, person_id: str, why_not: WhyNot) -> str | None:
    """Why this request may not start its run; None for all that starts none."""
    trigger = _TRIGGER.fullmatch(path) if method == "POST" else None
    return None if trigger is None else why_not(trigger["dag"], _service(body), person_id)


def by_the_policy_in_effect(dag_id: str, named: str | None, person_id: str) -> str | None:
    """A `WhyNot` that asks the release database."""
    return why_not_start(make_store(), dag_id, named, person_id)


def _service(body: bytes) -> str | None:
    """As the form says; None for what Airflow refuses itself."""
    try:
        document = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return None
    conf = document.get("conf") if isinstance(document, dict) else None
    named = conf.get("service") if isinstance(conf, dict) else None
    return named if isinstance(named, str) else None
