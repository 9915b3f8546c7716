"""What somebody left in Airflow that keeps releases from going on, or lets too many: judged once a day it stands."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from slipway.domain.audit import (
    AS_IT_STANDS,
    DEV_POOL,
    LIVE_POOL,
    LIVE_SLOTS,
    UNKNOWN,
    AirflowFacts,
    Finding,
    Judged,
    is_ours,
    service_of_dag,
)


def left_behind(facts: AirflowFacts, dev_slots: int | None, now: datetime) -> Iterator[Judged]:
    """DAGs of ours that are paused, a live path that is not one wide, and a Dev of another width than the policy's.

    `dev_slots` None: no policy is in effect yet."""
    for dag_id in facts.paused:
        if is_ours(dag_id):
            service = service_of_dag(dag_id)
            stands = f"nothing of {service} goes on there" if service else "none of its runs goes on"
            yield _judged(f"paused:{dag_id}", f"{dag_id} is paused: {stands} until it is unpaused", now, dag_id)
    if facts.pools is not None:
        yield from _pools(facts.pools, dev_slots, now)


def _pools(pools: Mapping[str, int], dev_slots: int | None, now: datetime) -> Iterator[Judged]:
    remedy = "a start of the platform puts it right"
    wanted = {LIVE_POOL: (LIVE_SLOTS, ""), DEV_POOL: (dev_slots, " as the policy in effect says")}
    for pool, (slots, why) in wanted.items():
        there = pools.get(pool)
        if slots is not None and there != slots:
            found = "is missing" if there is None else f"has {there} slots, not {slots}{why}"
            yield _judged(f"pool:{pool}:{there}", f"pool {pool} {found}: {remedy}", now)


def _judged(key: str, what: str, now: datetime, dag_id: str | None = None) -> Judged:
    found = Finding(what=what, actor=UNKNOWN, via=AS_IT_STANDS, at=None, dag_id=dag_id)
    return Judged(key=f"{key}:{now:%Y-%m-%d}", finding=found)
