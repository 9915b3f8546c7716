"""Builds `roll_back`: a rescue on one service beside whatever holds the lane, and the return of Preprod (R18)."""

from datetime import timedelta

from airflow.sdk import DAG, Param

from slipway.airflow_edge.form import Form
from slipway.airflow_edge.rollback_steps import (
    DeployBack,
    FinishBack,
    HoldSlotBack,
    OpenRollback,
    SecondPerson,
    SmokeBack,
    TakeTurnBack,
)
from slipway.airflow_edge.stage_tasks import RELEASE_POOL, RUNS_OF_ALL_SERVICES
from slipway.airflow_edge.steps import Close
from slipway.airflow_edge.texts import ROLLBACK_DOC, ROLLBACK_TASK_DOC, TASK_DOC
from slipway.domain.rollback import ROLLBACK_DAG
from slipway.domain.service import StageRole
from slipway.domain.text_limits import longest

_AGAIN = {"retries": 5, "retry_delay": timedelta(seconds=1)}
"""Airflow may fail a task that resumes before it noted that it was deferred; these only look again."""
_UNTIL_IT_RUNS = StageRole.PROD
"""Each task reads its stage's role from the rollback when it runs."""


def rollback_dag() -> DAG:
    """One for all services: what comes back is in the form, and counts as it is in the release database."""
    with DAG(
        dag_id=ROLLBACK_DAG,
        description="Brings an earlier version of a service back, beside whatever else goes on",
        doc_md=ROLLBACK_DOC,
        schedule=None,
        catchup=False,
        max_active_runs=RUNS_OF_ALL_SERVICES,
        default_args={"retries": 0, "owner": "slipway", "execution_timeout": timedelta(hours=12)},
        tags=["slipway", "rollback"],
    ) as dag:
        opening = OpenRollback(task_id="open", doc_md=ROLLBACK_TASK_DOC["open"])
        second = SecondPerson(task_id="second_person", doc_md=ROLLBACK_TASK_DOC["second_person"], **_AGAIN)
        turn = TakeTurnBack(
            task_id="take_turn",
            role=_UNTIL_IT_RUNS,
            goes_on_with="deploy",
            holds_slot_in=RELEASE_POOL,
            doc_md=ROLLBACK_TASK_DOC["take_turn"],
            **_AGAIN,
        )
        holds = HoldSlotBack(task_id="hold_slot", role=_UNTIL_IT_RUNS, pool=RELEASE_POOL, doc_md=TASK_DOC["hold_slot"])
        deploy = DeployBack(task_id="deploy", role=_UNTIL_IT_RUNS, doc_md=ROLLBACK_TASK_DOC["deploy"], **_AGAIN)
        smoke = SmokeBack(task_id="smoke", role=_UNTIL_IT_RUNS, doc_md=TASK_DOC["smoke"])
        finish = FinishBack(task_id="finish_stage", role=_UNTIL_IT_RUNS, doc_md=ROLLBACK_TASK_DOC["finish_stage"])
        finish.as_teardown()
        closing = Close(task_id="close", doc_md=TASK_DOC["close"]).as_teardown(on_failure_fail_dagrun=True)
        opening >> second >> turn >> deploy >> smoke >> finish >> closing
        turn >> holds >> closing
    dag.params = Form(_params())
    return dag


def _params() -> dict[str, Param]:
    return {
        "service": _needed("service", "Service", "What is to go back."),
        "environment": _needed("environment", "Environment", "Preprod or Prod, by its own name."),
        "reason": _needed("reason", "Reason", "What is wrong, for those who read it now or later."),
        "version": _text(
            "version",
            "Version",
            "Leave it out: the version that the approvals of what runs name comes back. Another one takes two people:"
            " `slipway rollback` with --to.",
        ),
        "release_id": _text("release_id", "Release", "Set by the platform, for what was asked for elsewhere."),
    }


def _needed(name: str, title: str, description: str) -> Param:
    return Param(type="string", minLength=1, maxLength=longest(name), title=title, description=description)


def _text(name: str, title: str, description: str) -> Param:
    return Param(None, type=["null", "string"], maxLength=longest(name), title=title, description=description)
