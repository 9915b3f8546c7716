"""The tasks of one stage and how they hang together. Wired task to task: a group's arrow would drop the teardown."""

from dataclasses import dataclass
from datetime import timedelta

from airflow.sdk import BaseOperator, TaskGroup

from slipway.airflow_edge.approval import ApprovalSensor
from slipway.airflow_edge.lane_steps import HoldSlot, TakeTurn
from slipway.airflow_edge.steps import CheckMigrations, Deploy, FinishStage, Migrate, Smoke, Watch
from slipway.airflow_edge.texts import TASK_DOC
from slipway.domain.grant import STEPS_BEFORE, Step
from slipway.domain.service import StageRole

RELEASE_POOL = "release_slot"
RUNS_OF_ALL_SERVICES = 256
"""At once, of a DAG that all services share: more than a few people can start (`door.py`), so that none waits."""
DEV_POOL = "dev_slots"


@dataclass(frozen=True, kw_only=True)
class StageTasks:
    """What the rest of the DAG hangs on."""

    first: BaseOperator
    smoke: BaseOperator
    finish: BaseOperator
    holds_slot: BaseOperator | None


def add_stage(role: StageRole, group: TaskGroup | None) -> StageTasks:
    """Adds the stage's tasks to the DAG (and group) that is being built."""
    prefix = f"{group.group_id}." if group else ""
    pool = {"pool": DEV_POOL} if role is StageRole.DEV else {}

    turn = TakeTurn(
        task_id="take_turn",
        role=role,
        goes_on_with=f"{prefix}migrate",
        holds_slot_in=RELEASE_POOL if role.on_live_path else None,
        doc_md=TASK_DOC["take_turn"],
        # Airflow may fail a task that resumes before it noted that it was deferred. A turn taken twice is one turn.
        retries=5,
        retry_delay=timedelta(seconds=1),
    )
    # As above: where one resumes after it waited for the slot or a rescue, its own first start is the one to settle.
    again = {"retries": 2, "retry_delay": timedelta(seconds=1)} if role.on_live_path else {}
    migrate = Migrate(task_id="migrate", role=role, doc_md=TASK_DOC["migrate"], **pool, **again)
    deploy = Deploy(task_id="deploy", role=role, doc_md=TASK_DOC["deploy"], **pool)
    smoke = Smoke(task_id="smoke", role=role, doc_md=TASK_DOC["smoke"], **pool)
    finish = FinishStage(task_id="finish_stage", role=role, doc_md=TASK_DOC["finish_stage"]).as_teardown()
    turn >> migrate >> deploy >> smoke
    first = _ask(role, turn) if role.on_live_path else turn
    holds = _hold_slot(role, turn) if role.on_live_path else None
    if role is StageRole.PROD:
        _watch(smoke, finish)
    else:
        smoke >> finish
    return StageTasks(first=first, smoke=smoke, finish=finish, holds_slot=holds)


def _ask(role: StageRole, turn: BaseOperator) -> BaseOperator:
    """Migrations are checked before anyone is asked; the answers come before the turn."""
    # Whatever ends its process does not end the stage: what is proven already is not rehearsed twice.
    again = {"retries": 2, "retry_delay": timedelta(seconds=5)}
    check = CheckMigrations(task_id="check_migrations", role=role, doc_md=TASK_DOC["check_migrations"], **again)
    last: BaseOperator = check
    for step in STEPS_BEFORE[role]:
        question = ApprovalSensor(task_id=step.value, step=step, doc_md=TASK_DOC[step.value])
        last >> question
        last = question
    last >> turn
    return check


def _hold_slot(role: StageRole, turn: BaseOperator) -> BaseOperator:
    """Beside the stage's work, never before or around it: a teardown would wait for it, and it for the teardown."""
    holds = HoldSlot(task_id="hold_slot", role=role, pool=RELEASE_POOL, doc_md=TASK_DOC["hold_slot"])
    turn >> holds
    return holds


def _watch(smoke: BaseOperator, finish: BaseOperator) -> None:
    """Live is watched and looked at by a person, side by side, and then judged."""
    # Whatever breaks it off, it goes on from what it saw.
    again = {"retries": 5, "retry_delay": timedelta(seconds=5)}
    watch = Watch(task_id="watch", role=StageRole.PROD, doc_md=TASK_DOC["watch"], **again)
    confirm = ApprovalSensor(task_id=Step.CONFIRM.value, step=Step.CONFIRM, doc_md=TASK_DOC["confirm"])
    verdict = ApprovalSensor(task_id=Step.VERDICT.value, step=Step.VERDICT, doc_md=TASK_DOC["verdict"])
    smoke >> [watch, confirm] >> verdict >> finish
