"""Builds `record_change`: the live stage of a release, where somebody outside acts in the place of a deploy (R10)."""

from datetime import timedelta

from airflow.sdk import DAG, TaskGroup

from slipway.airflow_edge.act_steps import Act, OpenChange
from slipway.airflow_edge.approval import ApprovalSensor
from slipway.airflow_edge.change_form import change_params
from slipway.airflow_edge.form import Form
from slipway.airflow_edge.lane_steps import HoldSlot, TakeTurn
from slipway.airflow_edge.stage_tasks import RELEASE_POOL, RUNS_OF_ALL_SERVICES
from slipway.airflow_edge.steps import Close, FinishStage, Smoke
from slipway.airflow_edge.texts import CHANGE_DOC, CHANGE_TASK_DOC, TASK_DOC
from slipway.domain.grant import Step
from slipway.domain.service import StageRole
from slipway.use_cases.change_stages import CHANGE_DAG

PROD = StageRole.PROD
_AGAIN = {"retries": 5, "retry_delay": timedelta(seconds=1)}
"""Airflow may fail a task that resumes before it noted that it was deferred; these two only look again."""


def change_dag() -> DAG:
    """One for all services: what is changed is in the form, and counts as it is in the release database."""
    with DAG(
        dag_id=CHANGE_DAG,
        description="Records changes made outside: the same approvals, turn and slot, a person or a pipeline who acts",
        doc_md=CHANGE_DOC,
        schedule=None,
        catchup=False,
        max_active_runs=RUNS_OF_ALL_SERVICES,
        default_args={"retries": 0, "owner": "slipway", "execution_timeout": timedelta(hours=12)},
        tags=["slipway", "change"],
    ) as dag:
        opening = OpenChange(task_id="open", doc_md=CHANGE_TASK_DOC["open"])
        with TaskGroup(group_id=PROD.value, prefix_group_id=True):
            authorise = ApprovalSensor(task_id=Step.AUTHORISE.value, step=Step.AUTHORISE, doc_md=TASK_DOC["authorise"])
            sign_off = ApprovalSensor(task_id=Step.SIGN_OFF.value, step=Step.SIGN_OFF, doc_md=TASK_DOC["sign_off"])
            turn = TakeTurn(
                task_id="take_turn",
                role=PROD,
                goes_on_with=f"{PROD}.act",
                holds_slot_in=RELEASE_POOL,
                doc_md=TASK_DOC["take_turn"],
                **_AGAIN,
            )
            holds = HoldSlot(task_id="hold_slot", role=PROD, pool=RELEASE_POOL, doc_md=TASK_DOC["hold_slot"])
            act = Act(task_id="act", role=PROD, doc_md=CHANGE_TASK_DOC["act"], **_AGAIN)
            check = Smoke(task_id="check_result", role=PROD, doc_md=CHANGE_TASK_DOC["check_result"])
            finish = FinishStage(task_id="finish_stage", role=PROD, doc_md=CHANGE_TASK_DOC["finish_stage"])
            finish.as_teardown()
        closing = Close(task_id="close", doc_md=TASK_DOC["close"]).as_teardown(on_failure_fail_dagrun=True)
        opening >> authorise >> sign_off >> turn >> act >> check >> finish >> closing
        turn >> holds >> closing
    dag.params = Form(change_params())
    return dag
