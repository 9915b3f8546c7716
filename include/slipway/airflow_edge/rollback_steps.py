"""The operators of `roll_back`: which stage they work on is said by what is rolled back, not by the DAG."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.airflow_edge.lane_steps import HoldSlot, TakeTurn
from slipway.airflow_edge.light import Light
from slipway.airflow_edge.opening import origin_of
from slipway.airflow_edge.outcomes import end_here, translated
from slipway.airflow_edge.runs import actor_of, attempt_of, patiently, task_of, world
from slipway.airflow_edge.steps import FinishStage, Smoke, WorkStep
from slipway.airflow_edge.triggers import SecondIsOver, ServiceIsFree
from slipway.domain.service import StageRole
from slipway.use_cases.ask_rollback import AskedRollback
from slipway.use_cases.await_second import await_second
from slipway.use_cases.facts import release_of
from slipway.use_cases.open_rollback import RollbackRun, open_rollback
from slipway.use_cases.roll_back import is_rescue, roll_back

_SETTLE_EVERY = timedelta(seconds=15)
"""How soon work that is in the way is settled again, where nothing else says that it is over."""
_GRACE = timedelta(minutes=10)


class OpenRollback(Light):
    """Opens the attempt of this run: from the form, or of a rollback that was asked for."""

    def execute(self, context: Any) -> str:
        """The attempt's id and what comes back, in words."""
        with translated():
            run = context["dag_run"]
            form: Mapping[str, Any] = context["params"]
            origin, actor = origin_of(run, context)
            asked = AskedRollback(
                service=form["service"],
                environment=form["environment"],
                version=form.get("version") or None,
                reason=form["reason"],
                may_ask_second=False,
            )
            request = RollbackRun(
                dag_id=run.dag_id,
                run_id=run.run_id,
                origin=origin,
                actor=actor,
                asked=asked,
                release_id=form.get("release_id") or None,
            )
            attempt = patiently(lambda: open_rollback(world(), request))
            return f"{attempt.id}: back to {attempt.service} {attempt.version} ({attempt.digest})"


class SecondPerson(Light):
    """Waits, deferred, for whoever must agree; marking it as a success changes nothing, the permit asks again."""

    def execute(self, context: Any) -> str:
        """Who agreed, or why one is enough."""
        with translated():
            attempt, actor = attempt_of(context), actor_of(context)
            awaited = patiently(lambda: await_second(world(), attempt.id, actor))
            if awaited.ending is not None:
                end_here(awaited.ending, awaited.detail)
            if awaited.until is not None:
                self.log.info("Waiting: %s", awaited.detail)
                self.defer(
                    trigger=SecondIsOver(
                        attempt_id=attempt.id, role=_role(context).value, until=awaited.until.isoformat()
                    ),
                    method_name="resume",
                    timeout=max(awaited.until - datetime.now(UTC), timedelta()) + _GRACE,
                )
            return awaited.detail

    def resume(self, context: Any, event: Any) -> str:
        """Something changed, or time is up: look again from the start."""
        return self.execute(context)


class TakeTurnBack(TakeTurn):
    """The turn of a return; a rescue needs none."""

    def execute(self, context: Any) -> str:
        """As for every stage."""
        self.stage_role = _role(context).value
        return super().execute(context)


class HoldSlotBack(HoldSlot):
    """The slot of a return."""

    def execute(self, context: Any) -> None:
        """As for every stage."""
        self.stage_role = _role(context).value
        super().execute(context)


class DeployBack(WorkStep):
    """Brings the earlier artefact back; waits, deferred, while its service is still at work."""

    def work(self, context: Any) -> str:
        """The use case."""
        self.stage_role = _role(context).value
        attempt, task, actor = attempt_of(context), task_of(context), actor_of(context)
        return patiently(lambda: roll_back(world(), attempt.id, task, actor))

    def _wait(self, context: Any) -> None:
        """For a rescue, till its service is free; for a return, as every stage waits for a rescue."""
        attempt_id = attempt_of(context).id
        if not patiently(lambda: is_rescue(world(), attempt_id)):
            super()._wait(context)
        until = datetime.now(UTC) + _SETTLE_EVERY
        self.defer(
            trigger=ServiceIsFree(attempt_id=attempt_id, role=self.stage_role, until=until.isoformat()),
            method_name="after_the_rescue",
            timeout=timedelta(days=30),
        )


class SmokeBack(Smoke):
    """The smoke suite of what came back."""

    def execute(self, context: Any) -> str:
        """As for every stage."""
        self.stage_role = _role(context).value
        return super().execute(context)


class FinishBack(FinishStage):
    """How it ended."""

    def execute(self, context: Any) -> str:
        """As for every stage."""
        self.stage_role = _role(context).value
        return super().execute(context)


def _role(context: Any) -> StageRole:
    """The stage that this run's rollback is of."""
    attempt = attempt_of(context)

    def read() -> StageRole:
        with world().store.transaction() as tx:
            return release_of(tx, attempt).to

    return patiently(read)
