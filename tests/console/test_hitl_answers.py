"""Answers are read back from Airflow's own tables, also after Airflow failed the task and asked again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from airflow.models.dag_version import DagVersion
from airflow.models.dagbundle import DagBundleModel
from airflow.models.dagrun import DagRun
from airflow.models.hitl import HITLDetail
from airflow.models.hitl_history import HITLDetailHistory
from airflow.models.taskinstance import TaskInstance
from airflow.models.taskinstancehistory import TaskInstanceHistory
from sqlalchemy import Column, MetaData, Table, create_engine, insert
from sqlalchemy.orm import Session

from slipway.console.hitl_answers import find_answer
from slipway.console.parts import Where

pytestmark = pytest.mark.airflow

AT = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
WHERE = Where(dag_id="release__orders", run_id="run-1", task_id="preprod.approve")
SAM = {"id": "6", "name": "sam"}


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """Airflow's tables of questions and task instances, without what they refer to."""
    engine = create_engine(database_url)
    copy = MetaData()
    for model in (DagRun, DagVersion, DagBundleModel, TaskInstance, TaskInstanceHistory, HITLDetail, HITLDetailHistory):
        Table(model.__tablename__, copy, *(Column(column.name, column.type) for column in model.__table__.columns))
    with engine.begin() as connection:
        copy.create_all(connection)
    with Session(engine) as made:
        yield made
    engine.dispose()


def task(session: Session, model: Any, task_id: str = WHERE.task_id, run_id: str = WHERE.run_id, try_: int = 1) -> UUID:
    """A task instance of the run, of this or an earlier try."""
    number = uuid4()
    key = {"id": number} if model.__tablename__ == "task_instance" else {"task_instance_id": number}
    place = {"dag_id": WHERE.dag_id, "run_id": run_id, "task_id": task_id, "map_index": -1, "try_number": try_}
    session.execute(insert(model.__table__).values(**key, **place))
    return number


def question(session: Session, model: Any, number: UUID, **answer: Any) -> None:
    """A question with what was answered."""
    key = "ti_id" if model.__tablename__ == "hitl_detail" else "ti_history_id"
    values = {"options": ["Approve", "Reject"], "subject": "?", "params": {}, "params_input": {}, "created_at": AT}
    session.execute(insert(model.__table__).values(**{key: number}, **{**values, **answer}))


def test_the_answer_is_that_of_the_person_by_user_name(session: Session) -> None:
    number = task(session, TaskInstance)
    inputs = {"comment": "well", "looked_by": "rob", "looked_at": None}
    question(
        session, HITLDetail, number, responded_at=AT, responded_by=SAM, chosen_options=["Approve"], params_input=inputs
    )

    answer = find_answer(session, WHERE)

    assert answer is not None
    assert (answer.hitl_id, answer.person, answer.decision, answer.at) == (str(number), "sam", "Approve", AT)
    assert (answer.comment, answer.looked_by, answer.looked_at) == ("well", "rob", "")


def test_a_vote_on_an_earlier_try_is_not_lost(session: Session) -> None:
    question(session, HITLDetail, task(session, TaskInstance, try_=3))
    for age, person in ((2, "sue"), (1, "sam")):
        number = task(session, TaskInstanceHistory, try_=3 - age)
        by = {"id": "1", "name": person}
        when = AT - timedelta(hours=age)
        question(session, HITLDetailHistory, number, responded_at=when, responded_by=by, chosen_options=["Reject"])

    answer = find_answer(session, WHERE)

    assert answer is not None
    assert (answer.person, answer.decision) == ("sam", "Reject")


def test_what_time_answered_or_nobody_did_is_no_answer(session: Session) -> None:
    question(session, HITLDetail, task(session, TaskInstance), responded_at=AT, chosen_options=["Reject"])
    question(
        session,
        HITLDetail,
        task(session, TaskInstance, run_id="run-2"),
        responded_at=AT,
        responded_by=SAM,
        chosen_options=["Approve"],
    )

    assert find_answer(session, WHERE) is None
    assert find_answer(session, Where(dag_id="release__orders", run_id="run-3", task_id=WHERE.task_id)) is None
