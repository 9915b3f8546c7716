"""Waiting without a worker: triggers that look again whenever the release database says that something changed.

One LISTEN connection per triggerer wakes them all; each looks by itself every few seconds too, so that a lost
connection costs time and nothing else. The looking is done in a thread: it must not stall the shared loop.
"""

import asyncio
import contextvars
from abc import abstractmethod
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from airflow.triggers.base import BaseTrigger, TaskSkippedEvent, TriggerEvent

from slipway.airflow_edge.changes import changes
from slipway.airflow_edge.runs import world
from slipway.domain.errors import DatabaseUnavailableError
from slipway.domain.service import StageRole
from slipway.use_cases.await_act import act_is_over
from slipway.use_cases.await_rescue import may_start_again
from slipway.use_cases.await_second import second_is_over
from slipway.use_cases.park_slot import lane_is_freed, slot_is_parked
from slipway.use_cases.roll_back import is_service_free
from slipway.use_cases.take_turn import may_go_on
from slipway.use_cases.watch import look_at_live

LOOK_EVERY = 5.0
"""Seconds between two looks where no change was announced."""

_WATCHERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="watch")


class StageTrigger(BaseTrigger):
    """Looks until something about a stage is true."""

    def __init__(self, attempt_id: str, role: str, until: str | None = None) -> None:
        super().__init__()
        self.attempt_id = attempt_id
        self.role = role
        self.until = until

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """How Airflow keeps it."""
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"attempt_id": self.attempt_id, "role": self.role, "until": self.until}

    @abstractmethod
    def look(self) -> bool:
        """Whether the wait is over; called in a thread."""

    def event(self) -> TriggerEvent:
        """What ends the wait."""
        return TriggerEvent({"attempt_id": self.attempt_id, "role": self.role})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Fires once. Only reads, so a second copy in another triggerer does no harm."""
        watch = changes()
        while True:
            seen = watch.mark()
            if self._time_is_up() or await self._looked():
                yield self.event()
                return
            await watch.wait(seen, self._seconds_left())

    async def _looked(self) -> bool:
        try:
            return await asyncio.to_thread(self.look)
        except DatabaseUnavailableError:
            return False

    def _seconds_left(self) -> float:
        if self.until is None:
            return LOOK_EVERY
        left = (datetime.fromisoformat(self.until) - datetime.now(UTC)).total_seconds()
        return max(0.1, min(LOOK_EVERY, left))

    def _time_is_up(self) -> bool:
        return self.until is not None and datetime.now(UTC) >= datetime.fromisoformat(self.until)


class TurnCame(StageTrigger):
    """Fires when a waiting stage may go on or must end, or when something known changes at `until`."""

    def look(self) -> bool:
        """Whether the turn has come, or will never."""
        return may_go_on(world(), self.attempt_id, StageRole(self.role))


class SlotParked(StageTrigger):
    """Fires when the stage's slot is parked, or its turn is over."""

    def look(self) -> bool:
        """Whether there is nothing left to wait for."""
        return slot_is_parked(world(), self.attempt_id, StageRole(self.role))


class RescueOver(StageTrigger):
    """Fires when a start that a rescue held back may be tried again, or its stage must end."""

    def look(self) -> bool:
        """Whether there is nothing left to wait for."""
        return may_start_again(world(), self.attempt_id, StageRole(self.role))


class SecondIsOver(StageTrigger):
    """Fires when the second person of a rollback has agreed, when it must end, or when the time is up."""

    def look(self) -> bool:
        """Whether the wait is over."""
        return second_is_over(world(), self.attempt_id)


class ServiceIsFree(StageTrigger):
    """Fires when nothing works on the service of a rollback any more, or when it is time to settle that again."""

    def look(self) -> bool:
        """Whether the wait is over."""
        return is_service_free(world(), self.attempt_id)


class ActIsOver(StageTrigger):
    """Fires when whoever acts outside has reported, when there is nothing to wait for, or when the time is up."""

    def look(self) -> bool:
        """Whether the wait is over."""
        return act_is_over(world(), self.attempt_id)


class LiveWatched(StageTrigger):
    """Looks at live, round by round, until that decides or there is nothing to watch any more.

    It writes what it saw, at instants that are the same for every copy of it: a second one does no harm. It has
    threads of its own: a source that hangs keeps nobody else waiting.
    """

    def look(self) -> bool:
        """One round, if one is due. What came of it stands in the task's log while it waits."""
        progress = look_at_live(world(), self.attempt_id)
        if progress.says:
            self.log.info("Watched: %s", progress.says)
        return progress.over

    async def _looked(self) -> bool:
        try:
            context = contextvars.copy_context()
            return await asyncio.get_running_loop().run_in_executor(_WATCHERS, context.run, self.look)
        except DatabaseUnavailableError:
            return False


class LaneFreed(StageTrigger):
    """Ends `hold_slot` when the lane is freed; the task needs no slot again to resume.

    As skipped: where a task succeeds in the triggerer Airflow parses its DAG file twice, all services of it (ADR 0017).
    """

    def look(self) -> bool:
        """Whether the stage's turn is over."""
        return lane_is_freed(world(), self.attempt_id, StageRole(self.role))

    def event(self) -> TriggerEvent:
        """Ends the task in the triggerer."""
        return TaskSkippedEvent()
