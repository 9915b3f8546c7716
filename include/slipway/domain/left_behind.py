"""What somebody left in Airflow that keeps releases from going on, or lets too many: judged once a day it stands."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.audit import (
    AS_IT_STANDS,
    LIVE_POOL,
    LIVE_SLOTS,
    UNKNOWN,
    AirflowFacts,
    Finding,
    Judged,
    is_ours,
    service_of_dag,
)


def left_behind(facts: AirflowFacts, now: datetime) -> Iterator[Judged]:
    """DAGs of ours that are paused, and a live path that is wider or narrower than one."""
    for dag_id in facts.paused:
        if is_ours(dag_id):
            service = service_of_dag(dag_id)
            stands = f"nothing of {service} goes on there" if service else "none of its runs goes on"
            yield _judged(f"paused:{dag_id}", f"{dag_id} is paused: {stands} until it is unpaused", now, dag_id)
    if facts.live_slots != LIVE_SLOTS:
        found = "is missing" if facts.live_slots is None else f"has {facts.live_slots} slots, not {LIVE_SLOTS}"
        remedy = "a start of the platform puts it right"
        yield _judged(f"pool:{LIVE_POOL}:{facts.live_slots}", f"pool {LIVE_POOL} {found}: {remedy}", now)


def _judged(key: str, what: str, now: datetime, dag_id: str | None = None) -> Judged:
    found = Finding(what=what, actor=UNKNOWN, via=AS_IT_STANDS, at=None, dag_id=dag_id)
    return Judged(key=f"{key}:{now:%Y-%m-%d}", finding=found)
