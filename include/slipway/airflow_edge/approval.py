"""Asking people: Airflow's human-in-the-loop operator, with grants made by the API server instead of task states."""

import os
from datetime import timedelta
from typing import Any

import httpx
from airflow.providers.standard.exceptions import HITLTimeoutError
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk.exceptions import AirflowException

from slipway.airflow_edge.form import Form
from slipway.airflow_edge.light import Light
from slipway.airflow_edge.outcomes import end_here, translated
from slipway.airflow_edge.runs import actor_of, attempt_of, patiently, world
from slipway.domain.grant import PLATFORM_ACCOUNT, Decision, Step
from slipway.domain.release import StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.text_limits import longest
from slipway.use_cases.ask_approval import Asked, NotAsked, ask_approval
from slipway.use_cases.expire_request import expire_request
from slipway.use_cases.record_answer import AnswerKind

# Airflow's page keeps its buttons closed while a field that may not be null is empty.
_COMMENT = {
    "comment": Param(
        None,
        type=["null", "string"],
        maxLength=longest("comment"),
        title="Comment",
        description="Kept in the release log. To reject, say why.",
    )
}


class AskedAgainError(AirflowException):
    """The answer does not count, which the log says; the question is put once more."""

    is_logged = True


class ApprovalSensor(Light, HITLOperator):
    """Asks, waits without worker or slot, and lets the stage go on only where a grant was written."""

    params: Any

    def __init__(self, *, step: Step, **kwargs: Any) -> None:
        needed = {
            name: Param("", type="string", maxLength=longest(name), title=asks)
            for name, asks in step.needed_to_approve.items()
        }
        kwargs["params"] = {**needed, **_COMMENT}  # Airflow puts the DAG's own form here, which people have seen
        # The DAG's default would be taken for the time people have to answer; that is set when the question is put.
        kwargs["execution_timeout"] = None
        super().__init__(
            subject=f"{step.value}: the question is put when the task runs",
            options=[decision.value for decision in Decision],
            retries=20,
            retry_delay=timedelta(seconds=3),
            **kwargs,
        )
        self.params = Form(self.params)
        self.step_name = step.value

    @property
    def step(self) -> Step:
        """The question."""
        return Step(self.step_name)

    @property
    def role(self) -> StageRole:
        """The role of the stage that it is about."""
        return self.step.role

    def execute(self, context: Any) -> Any:
        """Puts the question and parks; says at once where nobody needs to be asked."""
        with translated():
            if context["ti"].try_number > 1:
                # Airflow may fail a task whose answer came at once: the vote is still in its tables, and counts.
                self._record(context)
            attempt_id, actor = attempt_of(context).id, actor_of(context)
            instance = str(context["ti"].id)
            asked = patiently(lambda: ask_approval(world(), attempt_id, self.step, instance, actor))
            if isinstance(asked, NotAsked):
                return self._not_asked(attempt_id, asked)
            self._put(asked)
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> str:
        """Has the API server re-read the answer; only what it made of it counts."""
        with translated():
            attempt_id, actor = attempt_of(context).id, actor_of(context)
            try:
                if "error" in event:
                    self.process_trigger_event_error(event)
            except HITLTimeoutError:
                detail = patiently(lambda: expire_request(world(), attempt_id, self.step, actor))
                end_here(StageOutcome.EXPIRED, detail)
            kind, detail = self._record(context)
            if kind in {AnswerKind.REJECTED, AnswerKind.WITHDRAWN}:
                end_here(StageOutcome.REJECTED, detail)
            if kind != AnswerKind.GRANTED:
                raise AskedAgainError(f"Asked again, because the answer does not count: {detail}")
            return f"{kind}: {detail}"

    def _put(self, asked: Asked) -> None:
        again = "**Asked again: the answer before did not count.** See the release log.\n\n" if asked.again else ""
        self.subject = asked.subject
        self.body = again + asked.request.evidence
        self.response_timeout = timedelta(seconds=asked.seconds_left)
        # The auth manager reads these ids as person ids; the platform's account may withdraw the question.
        self.assigned_users = [{"id": person, "name": name} for person, name in asked.assignees.items()]
        self.assigned_users.append({"id": PLATFORM_ACCOUNT, "name": "Slipway (withdraws only)"})

    def _not_asked(self, attempt_id: str, asked: NotAsked) -> str:
        if not asked.go_on:
            with world().store.transaction() as tx:
                stage = tx.stages.get(attempt_id, self.step.role)
            end_here(stage.outcome or stage.ending or StageOutcome.WITHDRAWN, asked.detail)
        return asked.detail

    def _record(self, context: Any) -> tuple[str, str]:
        instance = context["ti"]
        body = {"dag_id": instance.dag_id, "run_id": instance.run_id, "task_id": instance.task_id}
        url = f"{os.environ['SLIPWAY_API_URL']}/slipway/api/grants"
        token = os.environ["SLIPWAY_INTERNAL_TOKEN"]
        try:
            answer = httpx.post(url, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=30)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise AirflowException(
                f"The API server did not record the answer ({error}); it is kept in Airflow and tried again"
            ) from error
        result = answer.json()
        return result["kind"], result.get("detail", "")
