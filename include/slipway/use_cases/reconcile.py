"""What nobody else is left to do: finish orphaned attempts, withdraw dead questions, start due attempts."""

from collections.abc import Sequence

from slipway.domain import messages
from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt, Outcome, Release, ReleaseState, StageOutcome
from slipway.ports.outside.surroundings import RunState, Scheduler
from slipway.ports.store import Transaction
from slipway.use_cases.ask_again_later import must_wait
from slipway.use_cases.change_stages import CHANGE_DAG, change_form
from slipway.use_cases.close_attempt import close_attempt
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.facts import release_of
from slipway.use_cases.supersede import newer_request
from slipway.use_cases.world import PLATFORM, World

ASKED_ONE_BY_ONE = 4
"""So few runs cost Airflow less than a list, for which it goes through the rights on every DAG."""
RENEWAL_TRIES = 5
"""Runs that the platform starts for one renewal; a person looks at it after that."""


def orphans(world: World, scheduler: Scheduler) -> tuple[list[Attempt], list[str]]:
    """Open attempts whose run has ended or was deleted, and in words those whose run cannot be asked about."""
    found, problems = [], []
    attempts = _open_attempts(world)
    active = _surely_active(scheduler) if len(attempts) > ASKED_ONE_BY_ONE else frozenset()
    for attempt in attempts:
        if (attempt.dag_id, attempt.run_id) in active:
            continue
        try:
            if scheduler.run_state(attempt.dag_id, attempt.run_id) is not RunState.ACTIVE:
                found.append(attempt)
        except SlipwayError as error:  # the others' lanes must not wait for this one
            problems.append(f"{attempt.id}: {error}")
    return found, problems


def _surely_active(scheduler: Scheduler) -> frozenset[tuple[str, str]]:
    """None where they cannot be listed: then each is asked about by itself, so that one keeps no other waiting."""
    try:
        return scheduler.active_runs()
    except SlipwayError:
        return frozenset()


def finish_orphans(world: World, attempts: Sequence[Attempt], task: TaskWorker) -> None:
    """Closes them, which may take as long as an undo does. Raises SlipwayError for what is not settled yet."""
    unsettled = []
    for attempt in attempts:
        try:
            closing = close_attempt(world, attempt.id, task, PLATFORM)
        except SlipwayError as error:  # the next one must not wait for this one
            unsettled.append(f"{attempt.id}: {error}")
            continue
        if closing.outcome is None:
            unsettled.append(f"{attempt.id}: {closing.detail}")
    raise_all(unsettled)


def withdraw_dead_questions(world: World, scheduler: Scheduler) -> None:
    """Who waits for people in vain is told so, with the answer that grants nothing: stopped, superseded, found bad."""
    problems = []
    for attempt, has_ended in _who_may_ask(world):
        with world.store.transaction() as tx:
            over = has_ended or attempt.stop_requested_by is not None or _has_ended_early(tx, attempt)
        if over:
            try:
                scheduler.withdraw_requests(attempt.dag_id, attempt.run_id)
            except SlipwayError as error:
                problems.append(f"{attempt.id}: {error}")
    raise_all(problems)


def start_renewals(world: World, scheduler: Scheduler) -> None:
    """A grant or proof grew old: the same artefact goes on as a new attempt, which keeps its place in the queue."""
    problems = []
    for attempt in _awaiting_renewal(world):
        try:
            if _is_due(world, attempt):
                _start_renewal(world, scheduler, attempt)
        except SlipwayError as error:  # the others' must not wait for this one
            problems.append(f"{attempt.release_id}: {error}")
    raise_all(problems)


def _awaiting_renewal(world: World) -> Sequence[Attempt]:
    with world.store.transaction() as tx:
        return tx.releases.awaiting_renewal()


def _is_due(world: World, attempt: Attempt) -> bool:
    """Not if somebody asked for something newer: then it ends as replaced. A service that is busy has its next round,
    and so has what nobody need be asked about yet.

    Each in a transaction of its own, and without waiting: whoever opens an attempt may keep its service for long."""
    with world.store.transaction() as tx:
        if not tx.releases.try_lock_service(attempt.service):
            return False
        release = release_of(tx, attempt)
        if release.state is not ReleaseState.AWAITING_RETRY or _is_replaced(tx, attempt, release):
            return False
        return not must_wait(tx, attempt)


def _is_replaced(tx: Transaction, attempt: Attempt, release: Release) -> bool:
    newer = newer_request(tx, release)
    if newer is None:
        return False
    tx.releases.set_state(release.id, ReleaseState.ENDED, Outcome.SUPERSEDED)
    payload = {"by": newer.id, "detail": f"replaced by {newer.id}, asked for by {newer.requested_by}"}
    tx.log("superseded", PLATFORM, attempt=attempt, payload=payload)
    tx.tell(messages.releases.replaced(attempt, newer))
    return True


def _start_renewal(world: World, scheduler: Scheduler, attempt: Attempt) -> None:
    with world.store.transaction() as tx:
        release = release_of(tx, attempt)
    conf = {
        "version": attempt.version,
        "summary": release.summary,
        "rollback_plan": release.rollback_plan,
        "change_kind": release.kind.value,
        "to": release.to.value,
        "release_id": release.id,
        "resume_of": attempt.id,
    }
    conf.update(change_form(release))
    start_once(scheduler, attempt.dag_id, release, attempt.number + 1, conf)


def start_asked_changes(world: World, scheduler: Scheduler) -> None:
    """What the pipeline of a static app asked for gets its run; one that cannot be started is tried again."""
    with world.store.transaction() as tx:
        asked = tx.releases.awaiting_first_run()
    problems = []
    for release in asked:
        conf = {**change_form(release), "rollback_plan": release.rollback_plan, "release_id": release.id}
        try:
            start_once(scheduler, CHANGE_DAG, release, 1, conf)
        except SlipwayError as error:  # the others' must not wait for this one
            problems.append(f"{release.id}: {error}")
    raise_all(problems)


def start_once(scheduler: Scheduler, dag_id: str, release: Release, number: int, conf: JsonObject) -> None:
    """Starts this attempt's run unless it was started before; one that came to nothing is started again."""
    first, *more = _runs_of(release.id, number)
    for run_id in (first, *more):
        match scheduler.run_state(dag_id, run_id):
            case RunState.GONE:
                return scheduler.start_run(dag_id, run_id, conf)
            case RunState.ACTIVE:
                return None
            case RunState.ENDED:  # it came to nothing, or was somebody else's of that name
                continue
    raise SlipwayError(f"{RENEWAL_TRIES} runs that should have gone on with {release.id} came to nothing: see {first}")


def gave_up(scheduler: Scheduler, renewed: Attempt) -> bool:
    """Whether every run that could go on with it came to nothing."""
    runs = _runs_of(renewed.release_id, renewed.number + 1)
    return all(scheduler.run_state(renewed.dag_id, run_id) is RunState.ENDED for run_id in runs)


def _runs_of(release_id: str, number: int) -> list[str]:
    """In the order in which they are tried."""
    first = f"{release_id}-attempt-{number}"
    return [first, *(f"{first}.{again}" for again in range(2, RENEWAL_TRIES + 1))]


def raise_all(problems: Sequence[str]) -> None:
    """All complaints in one."""
    if problems:
        raise SlipwayError("; ".join(problems))


def _open_attempts(world: World) -> list[Attempt]:
    with world.store.transaction() as tx:
        return list(tx.releases.open_attempts())


def _who_may_ask(world: World) -> list[tuple[Attempt, bool]]:
    """Attempts that may wait for an answer; True: they have ended, so that none counts any more."""
    found = [(attempt, False) for attempt in _open_attempts(world)]
    with world.store.transaction() as tx:
        ended = [tx.releases.attempt(attempt_id) for attempt_id in tx.grants.asked_after_the_end()]
    return [*found, *((attempt, True) for attempt in ended if attempt is not None)]


def _has_ended_early(tx: Transaction, attempt: Attempt) -> bool:
    """Superseded, or found not to work: what else is asked about live has no answer that counts."""
    stages = tx.stages.of_attempt(attempt.id)
    return any(stage.ending is StageOutcome.SUPERSEDED or stage.said_no for stage in stages)
