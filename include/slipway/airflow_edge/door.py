"""Keeps runs from being started by people who may not ask for them, too many of one person's, and before their time.

What is refused here is refused before Airflow keeps it, so it fills no queue that a rescue would wait in.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from slipway.airflow_edge.roles import MACHINES
from slipway.use_cases.who_may_start import why_not_start
from slipway.wiring import make_store

WhyNot = Callable[[str, str | None, str], str | None]
"""DAG, service in the form, person id: the reason in words; None where they may. Raises DatabaseUnavailableError."""
MOST_OF_ONE_PERSON = 16
"""Runs of one DAG that have not ended: each costs the scheduler looks, and all people share `roll_back`."""
CLOCKS_DIFFER = timedelta(minutes=5)
_TRIGGER = re.compile(r"/api/v2/dags/(?P<dag>[^/~]+)/dagRuns/?")
_TIMES = ("run_after", "logical_date", "data_interval_start", "data_interval_end")


def why_not_triggered(method: str, path: str, body: bytes, person_id: str, why_not: WhyNot) -> str | None:
    """Why this request may not start its run; None for all that starts none."""
    trigger = _TRIGGER.fullmatch(path) if method == "POST" else None
    if trigger is None:
        return None
    said = _said(body)
    return why_not(trigger["dag"], _service(said), person_id) or _before_its_time(said, datetime.now(UTC))


def by_policy_and_number(dag_id: str, named: str | None, person_id: str) -> str | None:
    """A `WhyNot` that asks the release database, and Airflow how many such runs there are."""
    return why_not_start(make_store(), dag_id, named, person_id) or _too_many(dag_id, person_id)


def _too_many(dag_id: str, person_id: str) -> str | None:
    if person_id in MACHINES:
        return None
    from airflow.models.dagrun import DagRun  # noqa: PLC0415 - only an API server has what it needs
    from airflow.utils.session import create_session  # noqa: PLC0415 - as above
    from airflow.utils.state import DagRunState  # noqa: PLC0415 - as above

    unended = (DagRunState.QUEUED, DagRunState.RUNNING)
    of_theirs = (DagRun.dag_id == dag_id, DagRun.triggering_user_name == person_id, DagRun.state.in_(unended))
    with create_session() as session:
        number = session.scalar(select(func.count()).select_from(DagRun).where(*of_theirs)) or 0
    if number < MOST_OF_ONE_PERSON:
        return None
    return (
        f"{person_id} has {number} runs of {dag_id} that have not ended, and more would keep others waiting: stop one"
        " (slipway stop RELEASE), or wait until one has ended"
    )


def _before_its_time(said: Mapping[str, Any], now: datetime) -> str | None:
    """A run that Airflow starts in a year would change something when nobody thinks of it any more."""
    for name in _TIMES:
        text = said.get(name)
        if text is None:
            continue
        try:
            at = datetime.fromisoformat(text)
            later = at > now + CLOCKS_DIFFER
        except (TypeError, ValueError):  # no text, no time, or no zone
            return f"{name} is no time as ISO 8601 has it, with a zone: leave it out"
        if later:
            return f"{name} is in the future, and a run starts when it is asked for: leave it out, and ask then"
    return None


def _said(body: bytes) -> Mapping[str, Any]:
    """Nothing for what Airflow refuses itself."""
    try:
        document = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _service(said: Mapping[str, Any]) -> str | None:
    conf = said.get("conf")
    named = conf.get("service") if isinstance(conf, dict) else None
    return named if isinstance(named, str) else None
