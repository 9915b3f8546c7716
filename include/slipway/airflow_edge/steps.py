"""The operators of a release's machine steps: each calls one use case and says what came of it."""

import time
from abc import abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from slipway.airflow_edge.light import Light
from slipway.airflow_edge.outcomes import end_here, translated
from slipway.airflow_edge.runs import actor_of, attempt_of, patiently, task_of, world
from slipway.airflow_edge.triggers import LiveWatched, RescueOver, SlotParked
from slipway.domain.errors import HeldBackError
from slipway.domain.service import StageRole
from slipway.use_cases.await_rescue import is_held_back
from slipway.use_cases.close_attempt import Closing, close_attempt
from slipway.use_cases.deploy import deploy
from slipway.use_cases.finish_stage import Finish, finish_stage
from slipway.use_cases.migrate import migrate
from slipway.use_cases.park_slot import slot_is_parked
from slipway.use_cases.prove_migrations import prove_migrations
from slipway.use_cases.smoke import smoke
from slipway.use_cases.watch import WatchIsOverError, watch

_SLOT_GLANCE_SECONDS = 3.0
"""The slot is parked by a task that starts beside this one: worth a glance before deferring for it."""
_FINISH_SECONDS = 90.0
"""How long a teardown waits for an activity to be over; after that the reconciler goes on with it."""

_GRACE = timedelta(minutes=10)
"""How much longer than its deadline Airflow lets a watch wait: the trigger ends it well before."""


class StageStep(Light):
    """A step of one stage."""

    def __init__(self, *, role: StageRole, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stage_role = role.value

    @property
    def role(self) -> StageRole:
        """The stage's role."""
        return StageRole(self.stage_role)


class CheckMigrations(StageStep):
    """Proves the stage's migrations on a copy of its database; a blocking verdict ends the stage."""

    def execute(self, context: Any) -> str:
        """The verdict, or why there is nothing to prove."""
        with translated():
            attempt_id, actor = attempt_of(context).id, actor_of(context)
            checked = patiently(lambda: prove_migrations(world(), attempt_id, self.role, actor))
            if checked.outcome is not None:
                end_here(checked.outcome, checked.detail)
            return checked.detail


class WorkStep(StageStep):
    """May be the first work of its stage, which a rescue holds back: the task is deferred then, and takes no worker."""

    def execute(self, context: Any) -> str:
        """What was done, in words."""
        with translated():
            return self.begin(context)

    def after_the_rescue(self, context: Any, event: Any) -> str:
        """The rescue has ended, or the stage must: everything is checked again."""
        with translated():
            return self.begin(context)

    def begin(self, context: Any) -> str:
        """Does the work, or waits for its turn after a rescue."""
        try:
            return self.work(context)
        except HeldBackError as held:
            self.log.info("Waiting: %s", held)
            self._wait(context)
            return str(held)  # never: deferring leaves the task

    def _wait(self, context: Any) -> None:
        """Leaves the task until the rescue is over."""
        self.defer(
            trigger=RescueOver(attempt_id=attempt_of(context).id, role=self.stage_role),
            method_name="after_the_rescue",
            timeout=timedelta(days=30),
        )

    @abstractmethod
    def work(self, context: Any) -> str:
        """The use case."""


class Migrate(WorkStep):
    """Waits for the parked slot, and for rescues, then brings the service's database to what the artefact needs."""

    def execute(self, context: Any) -> str:
        """What was applied, in words."""
        with translated():
            attempt_id = attempt_of(context).id
            if self.role.on_live_path and not _glance(lambda: slot_is_parked(world(), attempt_id, self.role)):
                seconds = patiently(_park_seconds)
                until = datetime.now(UTC) + timedelta(seconds=seconds)
                self.defer(
                    trigger=SlotParked(attempt_id=attempt_id, role=self.stage_role, until=until.isoformat()),
                    method_name="after_the_wait",
                    timeout=timedelta(seconds=seconds + 60),
                )
            return self.begin(context)

    def after_the_wait(self, context: Any, event: Any) -> str:
        """The slot is parked, or was not in time: then the permit is refused, which ends the stage."""
        with translated():
            return self.begin(context)

    def begin(self, context: Any) -> str:
        """Waits for a rescue even where nothing is migrated: Airflow may start this task anew, but not deploy."""
        attempt_id, actor = attempt_of(context).id, actor_of(context)
        if self.role.on_live_path and patiently(lambda: is_held_back(world(), attempt_id, self.role, actor)):
            self._wait(context)
        return super().begin(context)

    def work(self, context: Any) -> str:
        """The use case."""
        attempt_id = attempt_of(context).id
        task, actor = task_of(context), actor_of(context)
        return patiently(lambda: migrate(world(), attempt_id, self.role, task, actor))


class Deploy(WorkStep):
    """Deploys the artefact."""

    def work(self, context: Any) -> str:
        """The use case."""
        attempt_id = attempt_of(context).id
        task, actor = task_of(context), actor_of(context)
        return patiently(lambda: deploy(world(), attempt_id, self.role, task, actor))


class Smoke(StageStep):
    """Runs the smoke suite; anything but a pass fails the task, and `finish_stage` undoes the stage."""

    def execute(self, context: Any) -> str:
        """Every check and how it ended."""
        with translated():
            attempt_id, actor = attempt_of(context).id, actor_of(context)
            return patiently(lambda: smoke(world(), attempt_id, self.role, actor))


class Watch(StageStep):
    """Watches live, deferred; a fail fails the task, and `finish_stage` undoes the stage at once (R17)."""

    def execute(self, context: Any) -> str:
        """The verdict, once there is one; deferred until then."""
        with translated():
            attempt_id, actor = attempt_of(context).id, actor_of(context)
            try:
                watched = patiently(lambda: watch(world(), attempt_id, actor))
            except WatchIsOverError as error:
                end_here(error.ending, str(error))
                raise
            if watched.until is not None:
                self.log.info("Watching: %s", watched.detail)
                self.defer(
                    trigger=LiveWatched(attempt_id=attempt_id, role=self.stage_role, until=watched.until.isoformat()),
                    method_name="resume",
                    timeout=max(watched.until - datetime.now(UTC), timedelta()) + _GRACE,
                )
            return watched.detail

    def resume(self, context: Any, event: Any) -> str:
        """It is decided, or time is up: look again from the start."""
        return self.execute(context)


class FinishStage(StageStep):
    """Settles, undoes where needed, records the outcome, frees the lane. The stage's only teardown."""

    def execute(self, context: Any) -> str:
        """The outcome; a stage that did not pass ends this task likewise, so that the next stage does not start."""
        with translated():
            attempt_id = attempt_of(context).id
            task, actor = task_of(context), actor_of(context)
            finish = _until_known(lambda: patiently(lambda: finish_stage(world(), attempt_id, self.role, task, actor)))
            if finish.outcome is None or not finish.outcome.lets_the_next_stage_start:
                end_here(finish.outcome, finish.detail)
            return f"{finish.outcome}: {finish.detail}"


class Close(Light):
    """Writes how the attempt ended, and gives the run its colour."""

    def execute(self, context: Any) -> str:
        """The outcome; red ones raise."""
        with translated():
            attempt_id = attempt_of(context).id
            task, actor = task_of(context), actor_of(context)
            closing = _until_known(lambda: patiently(lambda: close_attempt(world(), attempt_id, task, actor)))
            if closing.outcome is None or not closing.outcome.is_green:
                end_here(None, f"{closing.outcome or 'not settled yet; the reconciler goes on'}: {closing.detail}")
            return f"{closing.outcome}: {closing.detail}"


def _park_seconds() -> int:
    with world().store.transaction() as tx:
        return tx.policy().platform.slot_park_seconds


def _glance(is_true: Callable[[], bool]) -> bool:
    until = time.monotonic() + _SLOT_GLANCE_SECONDS
    while not patiently(is_true):
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)
    return True


Known = TypeVar("Known", Finish, Closing)


def _until_known(look: Callable[[], Known]) -> Known:
    until = time.monotonic() + _FINISH_SECONDS
    known = look()
    while known.outcome is None and time.monotonic() < until:
        time.sleep(0.5)
        known = look()
    return known
