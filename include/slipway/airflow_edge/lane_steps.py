"""Taking the turn, and holding the pool's slot for as long as the lane is held."""

from datetime import timedelta
from typing import Any

from airflow.sdk.bases.branch import BranchMixIn

from slipway.airflow_edge.outcomes import end_here, translated
from slipway.airflow_edge.runs import actor_of, attempt_of, patiently, world
from slipway.airflow_edge.steps import StageStep
from slipway.airflow_edge.triggers import LaneFreed, TurnCame
from slipway.use_cases.park_slot import park_slot
from slipway.use_cases.take_turn import TurnAnswer, TurnResult, take_turn


class TakeTurn(StageStep, BranchMixIn):
    """Waits, deferred, till it is this stage's turn; where no lane is needed, `hold_slot` is left out."""

    inherits_from_skipmixin = True

    def __init__(self, *, goes_on_with: str, holds_slot_in: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.goes_on_with = goes_on_with
        self.holds_slot_in = holds_slot_in

    def execute(self, context: Any) -> str:
        """The turn's answer, once there is one; deferred until then."""
        with translated():
            attempt_id, actor = attempt_of(context).id, actor_of(context)
            result = patiently(lambda: take_turn(world(), attempt_id, self.role, actor))
            if result.answer is TurnAnswer.WAIT:
                self._wait(attempt_id, result)
            if result.answer is TurnAnswer.ENDED:
                end_here(result.outcome, _words(result))
            needed = result.answer is TurnAnswer.TAKEN
            if self.holds_slot_in is not None and not needed:
                self.do_branch(context, [self.goes_on_with])
            return f"{result.answer}: {result.lane}"

    def resume(self, context: Any, event: Any) -> str:
        """Something changed: ask again from the start."""
        return self.execute(context)

    def _wait(self, attempt_id: str, result: TurnResult) -> None:
        self.log.info("Waiting: %s", _words(result))
        until = result.look_again_at.isoformat() if result.look_again_at else None
        self.defer(
            trigger=TurnCame(attempt_id=attempt_id, role=self.stage_role, until=until),
            method_name="resume",
            timeout=timedelta(days=30),
        )


class HoldSlot(StageStep):
    """Stays deferred in the pool's one slot as long as the stage holds the lane (R12)."""

    def execute(self, context: Any) -> None:
        """Records that the slot is parked, then holds it; the trigger ends the task when the lane is freed."""
        with translated():
            attempt_id, actor = attempt_of(context).id, actor_of(context)
            if not patiently(lambda: park_slot(world(), attempt_id, self.role, actor)):
                self.log.info("The lane is not held any more: the slot is let go at once")
                return
            self.defer(
                trigger=LaneFreed(attempt_id=attempt_id, role=self.stage_role),
                method_name="ended_without_the_trigger",
                timeout=timedelta(days=30),
            )

    def ended_without_the_trigger(self, context: Any, event: Any) -> None:
        """Reached only if Airflow stops ending tasks from triggers: hold on as long as the lane is held."""
        self.execute(context)


def _words(result: TurnResult) -> str:
    return "; ".join(f"{blocker.code}: {blocker.message}" for blocker in result.blockers)
