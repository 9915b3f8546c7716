"""The operators that only `record_change` has: opening from its form, and waiting for whoever acts outside."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.airflow_edge.change_form import change_in
from slipway.airflow_edge.light import Light
from slipway.airflow_edge.opening import origin_of
from slipway.airflow_edge.outcomes import end_here, translated
from slipway.airflow_edge.runs import actor_of, attempt_of, patiently, world
from slipway.airflow_edge.steps import StageStep
from slipway.airflow_edge.triggers import ActIsOver
from slipway.domain.errors import RefusedError
from slipway.domain.release import ChangeKind
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.await_act import NotActedError, await_act
from slipway.use_cases.open_attempt import log_refusal, open_attempt

_GRACE = timedelta(minutes=10)
"""How much longer than the deadline Airflow lets the task wait: the trigger ends it well before."""


class OpenChange(Light):
    """Opens the attempt of this run: a new change from the form, or a further one of a release as it is kept."""

    def execute(self, context: Any) -> str:
        """The attempt's id and what it is called, in words."""
        with translated():
            request = self._request(context)
            attempt = patiently(lambda: open_attempt(world(), request))
            return f"{attempt.id}: {attempt.service} {attempt.version} ({attempt.digest})"

    def _request(self, context: Any) -> AttemptRequest:
        run = context["dag_run"]
        form: Mapping[str, Any] = context["params"]
        origin, actor = origin_of(run, context)
        asked: dict[str, Any] = {
            "service": form["service"],
            "dag_id": run.dag_id,
            "run_id": run.run_id,
            "origin": origin,
            "actor": actor,
            "version": None,
            "summary": form["what"],
            "rollback_plan": form["rollback_plan"],
            "kind": ChangeKind(form.get("change_kind") or "standard"),
            "release_id": form.get("release_id") or None,
            "ticket": form.get("ticket") or None,
            "fixes": form.get("fixes") or None,
        }
        if asked["release_id"] is not None:
            return AttemptRequest(**asked)
        try:
            return AttemptRequest(**asked, change=change_in(form, datetime.now(UTC)))
        except RefusedError as error:
            request, refusal = AttemptRequest(**asked), error
            patiently(lambda: log_refusal(world(), request, refusal))
            raise


class Act(StageStep):
    """Says whose turn it is and waits, deferred, for the report or the deadline; does nothing itself."""

    def execute(self, context: Any) -> str:
        """What was done, once it is reported; fails where nobody said so. What nobody began ends as its stage does."""
        with translated():
            attempt_id, actor = attempt_of(context).id, actor_of(context)
            try:
                awaited = patiently(lambda: await_act(world(), attempt_id, actor))
            except NotActedError as error:
                end_here(error.ending, str(error))
                raise
            if awaited.until is not None:
                self.defer(
                    trigger=ActIsOver(attempt_id=attempt_id, role=self.stage_role, until=awaited.until.isoformat()),
                    method_name="resume",
                    timeout=max(awaited.until - datetime.now(UTC), timedelta()) + _GRACE,
                )
            return awaited.detail

    def resume(self, context: Any, event: Any) -> str:
        """Something changed, or time is up: look again from the start."""
        return self.execute(context)
