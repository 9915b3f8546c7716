"""Where an approval task, once it goes on, has the answer turned into a grant."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from slipway.console.guards import internal_guard
from slipway.console.parts import UsedParts, Where
from slipway.console.texts import RunName
from slipway.domain.errors import NotFoundError
from slipway.domain.grant import Step
from slipway.use_cases.record_answer import record_answer

router = APIRouter(dependencies=[Depends(internal_guard)])

STEP_OF_TASK: Mapping[str, Step] = {f"{step.role}.{step}": step for step in Step}
NOT_ANSWERED = "not_answered"


class AskedTask(BaseModel):
    """A task says where to look, never what was answered."""

    model_config = ConfigDict(extra="forbid")

    dag_id: RunName
    run_id: RunName
    task_id: RunName
    map_index: int = Field(default=-1, ge=-1, le=2**31 - 1)


class GrantResult(BaseModel):
    """`kind`: granted, rejected, withdrawn, does_not_count or not_answered."""

    kind: str
    detail: str


@router.post("/grants")
def grants(asked: AskedTask, parts: UsedParts) -> GrantResult:
    """Re-reads the answer in Airflow's tables, judges it, and writes grant or refusal."""
    step = STEP_OF_TASK.get(asked.task_id)
    if step is None:
        raise NotFoundError(f"{asked.task_id} asks nobody; the tasks that do are {', '.join(STEP_OF_TASK)}")
    with parts.store().transaction() as tx:
        attempt = tx.releases.attempt_of_run(asked.dag_id, asked.run_id)
    if attempt is None:
        raise NotFoundError(f"no attempt of a release is carried out by the run {asked.run_id} of {asked.dag_id}")
    answer = parts.read_answer(Where(**asked.model_dump()))
    if answer is None:
        return GrantResult(kind=NOT_ANSWERED, detail=f"nobody has answered {step.value} yet")
    result = record_answer(parts.world(), attempt.id, step, answer)
    return GrantResult(kind=result.kind.value, detail=result.detail)
