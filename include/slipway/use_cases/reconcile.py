"""What nobody else is left to do: finish orphaned attempts, withdraw dead questions, start due attempts."""

from slipway.domain.errors import SlipwayError
from slipway.domain.release import Attempt, StageOutcome
from slipway.ports.outside import RunState, Scheduler
from slipway.ports.store import Transaction
from slipway.use_cases.close_attempt import close_attempt
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.facts import release_of
from slipway.use_cases.world import PLATFORM, World


def finish_orphans(world: World, scheduler: Scheduler, task: TaskWorker) -> list[str]:
    """Closes open attempts whose run has ended or was deleted; returns what could not be settled yet."""
    unsettled = []
    for attempt in _open_attempts(world):
        if scheduler.run_state(attempt.dag_id, attempt.run_id) is RunState.ACTIVE:
            continue
        try:
            closing = close_attempt(world, attempt.id, task, PLATFORM)
        except SlipwayError as error:  # the others' lanes must not wait for this one
            unsettled.append(f"{attempt.id}: {error}")
            continue
        if closing.outcome is None:
            unsettled.append(f"{attempt.id}: {closing.detail}")
    return unsettled


def withdraw_dead_questions(world: World, scheduler: Scheduler) -> None:
    """A stopped or superseded attempt that waits for people is told so, with the answer that grants nothing."""
    for attempt in _open_attempts(world):
        with world.store.transaction() as tx:
            over = attempt.stop_requested_by is not None or _has_ended_early(tx, attempt)
        if over:
            scheduler.withdraw_requests(attempt.dag_id, attempt.run_id)


def start_renewals(world: World, scheduler: Scheduler) -> None:
    """A grant or proof grew old: the same artefact goes on as a new attempt, which keeps its place in the queue."""
    with world.store.transaction() as tx:
        due = [(attempt, release_of(tx, attempt)) for attempt in tx.releases.awaiting_renewal()]
    for attempt, release in due:
        conf = {
            "version": attempt.version,
            "summary": release.summary,
            "rollback_plan": release.rollback_plan,
            "change_kind": release.kind.value,
            "to": release.to.value,
            "release_id": release.id,
            "resume_of": attempt.id,
        }
        run_id = f"{release.id}-attempt-{attempt.number + 1}"
        scheduler.start_run(f"release__{release.service}", run_id, conf)


def _open_attempts(world: World) -> list[Attempt]:
    with world.store.transaction() as tx:
        return list(tx.releases.open_attempts())


def _has_ended_early(tx: Transaction, attempt: Attempt) -> bool:
    return any(stage.ending is StageOutcome.SUPERSEDED for stage in tx.stages.of_attempt(attempt.id))
