"""Reads what people answered from Airflow's own tables; runs in the API server, where that is allowed.

Airflow asks again after it failed a task that was answered in the moment it parked: the vote is in the history then.
"""

from typing import Any

from airflow.models.hitl import HITLDetail
from airflow.models.hitl_history import HITLDetailHistory
from airflow.models.taskinstance import TaskInstance
from airflow.models.taskinstancehistory import TaskInstanceHistory
from airflow.utils.session import create_session
from sqlalchemy import select
from sqlalchemy.orm import Session

from slipway.console.parts import Where
from slipway.domain.grant import Answer


def read_answer(where: Where) -> Answer | None:
    """The answer to the question that stands now, else the newest to an earlier try of the same task."""
    with create_session(scoped=False) as session:
        return find_answer(session, where)


def find_answer(session: Session, where: Where) -> Answer | None:
    """As `read_answer`, in this session of Airflow's database."""
    now = (
        select(HITLDetail)
        .join(TaskInstance, TaskInstance.id == HITLDetail.ti_id)
        .where(*_is(TaskInstance, where), HITLDetail.responded_at.is_not(None))
    )
    stands = session.scalars(now).unique().first()
    if stands is not None:
        return answer_of(stands, str(stands.ti_id))
    earlier = (
        select(HITLDetailHistory)
        .join(TaskInstanceHistory, TaskInstanceHistory.task_instance_id == HITLDetailHistory.ti_history_id)
        .where(*_is(TaskInstanceHistory, where), HITLDetailHistory.responded_at.is_not(None))
        .order_by(HITLDetailHistory.responded_at.desc())
    )
    before = session.scalars(earlier).unique().first()
    return None if before is None else answer_of(before, str(before.ti_history_id))


def answer_of(detail: Any, hitl_id: str) -> Answer | None:
    """The answer in a row of either table; None where it was time that answered, not a person."""
    if detail.responded_by is None or detail.responded_at is None:
        return None
    inputs = detail.params_input or {}
    return Answer(
        hitl_id=hitl_id,
        # With FAB the id is its own number; the name is the user name, which is our person id.
        person=detail.responded_by["name"],
        decision=", ".join(detail.chosen_options or ()),
        comment=_text(inputs, "comment"),
        looked_by=_text(inputs, "looked_by"),
        looked_at=_text(inputs, "looked_at"),
        at=detail.responded_at,
    )


def _is(table: Any, where: Where) -> tuple[Any, ...]:
    return (
        table.dag_id == where.dag_id,
        table.run_id == where.run_id,
        table.task_id == where.task_id,
        table.map_index == where.map_index,
    )


def _text(inputs: dict[str, Any], name: str) -> str:
    value = inputs.get(name)
    return "" if value is None else str(value)
