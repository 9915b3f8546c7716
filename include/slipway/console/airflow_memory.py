"""Reads Airflow's own tables for the cross-check; runs in the API server, where that is allowed."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from airflow.models.asset import AssetEvent
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.hitl_history import HITLDetailHistory
from airflow.models.log import Log
from airflow.models.pool import Pool
from airflow.models.taskinstance import TaskInstance
from airflow.models.taskinstancehistory import TaskInstanceHistory
from airflow.utils.session import create_session
from sqlalchemy import or_, select, tuple_
from sqlalchemy.orm import Session

from slipway.domain.audit import (
    CLI_PREFIX,
    OUR_POOLS,
    UNKNOWN,
    AirflowEvent,
    AirflowFacts,
    AnswerFact,
    AssetEventFact,
    RunFact,
    RunName,
)

_AT_ONCE = 500
"""Runs looked for in one statement."""


def read_airflow(since: datetime, runs: Sequence[RunName]) -> AirflowFacts:
    """What changed since a moment, and which of these runs are gone."""
    with create_session(scoped=False) as session:
        return AirflowFacts(
            events=[_event(row) for row in _events(session, since)],
            runs=[_run(row) for row in session.execute(_RUNS.where(DagRun.updated_at >= since))],
            answers=list(_answers(session, since)),
            asset_events=[_asset_event(one) for one in session.scalars(_SENT.where(AssetEvent.timestamp >= since))],
            missing=_missing(session, runs),
            paused=list(session.scalars(_PAUSED)),
            pools={row.pool: row.slots for row in session.execute(_POOLS)},
        )


_RUNS = select(
    DagRun.dag_id,
    DagRun.run_id,
    DagRun.created_at,
    DagRun.run_after,
    DagRun.triggered_by,
    DagRun.triggering_user_name,
    DagRun.clear_number,
)
_PAUSED = (
    select(DagModel.dag_id).where(DagModel.is_paused.is_(True), DagModel.is_stale.is_(False)).order_by(DagModel.dag_id)
)
_POOLS = select(Pool.pool, Pool.slots).where(Pool.pool.in_(OUR_POOLS))
_SENT = select(AssetEvent).where(AssetEvent.source_dag_id.is_(None))


def _events(session: Session, since: datetime) -> Iterable[Any]:
    """Rows about somebody's doing: the REST interface tells its method, the CLI marks its events."""
    doing = or_(Log.event.startswith(CLI_PREFIX, autoescape=True), Log.extra.contains('"method":'))
    return session.scalars(select(Log).where(Log.dttm >= since, doing).order_by(Log.dttm, Log.id))


def _event(row: Any) -> AirflowEvent:
    extra = _extra(row.extra)
    return AirflowEvent(
        id=row.id,
        at=row.dttm,
        event=row.event,
        owner=row.owner or UNKNOWN,
        dag_id=_name(row.dag_id),
        run_id=_name(row.run_id),
        task_id=row.task_id,
        method=extra.get("method"),
        command=extra.get("full_command"),
    )


def _run(row: Any) -> RunFact:
    return RunFact(
        dag_id=row.dag_id,
        run_id=row.run_id,
        started=row.created_at or row.run_after,
        how=row.triggered_by.value if row.triggered_by else UNKNOWN,
        by=row.triggering_user_name,
        clears=row.clear_number,
    )


def _answers(session: Session, since: datetime) -> Iterable[AnswerFact]:
    """Answers of people, to questions that stand and to earlier tries; those that time gave have nobody's name."""
    now = select(HITLDetail, TaskInstance).join(TaskInstance, TaskInstance.id == HITLDetail.ti_id)
    earlier = select(HITLDetailHistory, TaskInstanceHistory).join(
        TaskInstanceHistory, TaskInstanceHistory.task_instance_id == HITLDetailHistory.ti_history_id
    )
    found = [
        *session.execute(now.where(HITLDetail.responded_at >= since)).unique(),
        *session.execute(earlier.where(HITLDetailHistory.responded_at >= since)).unique(),
    ]
    for detail, task in found:
        if detail.responded_by is not None:
            yield AnswerFact(
                # A try that ends moves to the history under its own id: the moment is what stays the same.
                id=f"{task.dag_id}:{task.run_id}:{task.task_id}:{detail.responded_at.isoformat()}",
                at=detail.responded_at,
                by=detail.responded_by["name"],
                dag_id=task.dag_id,
                run_id=task.run_id,
                task_id=task.task_id,
            )


def _asset_event(event: AssetEvent) -> AssetEventFact:
    return AssetEventFact(id=event.id, at=event.timestamp, asset=event.asset.name if event.asset else UNKNOWN)


def _missing(session: Session, runs: Sequence[RunName]) -> list[RunName]:
    gone: list[RunName] = []
    for start in range(0, len(runs), _AT_ONCE):
        wanted = runs[start : start + _AT_ONCE]
        names = tuple_(DagRun.dag_id, DagRun.run_id).in_([(run.dag_id, run.run_id) for run in wanted])
        there = {
            (dag_id, run_id) for dag_id, run_id in session.execute(select(DagRun.dag_id, DagRun.run_id).where(names))
        }
        gone += [run for run in wanted if (run.dag_id, run.run_id) not in there]
    return gone


def _extra(text: str | None) -> dict[str, Any]:
    try:
        extra = json.loads(text or "{}")
    except ValueError:
        return {}
    return extra if isinstance(extra, dict) else {}


def _name(value: str | None) -> str | None:
    """`~` in a path means: several, see the body."""
    return None if value == "~" else value
