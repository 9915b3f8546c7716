"""A release that nobody retries does not wait for ever: it expires, with an entry and a message (lifecycle.md)."""

from datetime import timedelta

from slipway.domain import messages
from slipway.domain.errors import SlipwayError
from slipway.domain.release import Attempt, Outcome, ReleaseState
from slipway.domain.service import StageRole
from slipway.ports.outside.surroundings import Scheduler
from slipway.ports.store import Transaction
from slipway.use_cases.facts import release_of
from slipway.use_cases.reconcile import gave_up, raise_all
from slipway.use_cases.world import PLATFORM, World


def expire_retries(world: World, scheduler: Scheduler) -> None:
    """The reconciler's look. A service that is busy has its next round. What is to be renewed waits for the platform
    itself, unless that gave up. Of Dev runs, which nobody misses, only the log tells."""
    with world.store.transaction() as tx:
        over = () if tx.policies.activation() is None else tx.releases.awaiting_retry_for(_life(tx))
        renewed = tx.releases.awaiting_renewal()
    problems = []
    for attempt in over:
        try:
            if attempt in renewed and not gave_up(scheduler, attempt):
                continue
        except SlipwayError as error:  # the others must not wait for this one
            problems.append(f"{attempt.release_id}: {error}")
            continue
        with world.store.transaction() as tx:
            if tx.releases.try_lock_service(attempt.service) and attempt in tx.releases.awaiting_retry_for(_life(tx)):
                _expire(tx, attempt)
    raise_all(problems)


def _life(tx: Transaction) -> timedelta:
    return timedelta(minutes=tx.policy().platform.retry_life_minutes)


def _expire(tx: Transaction, attempt: Attempt) -> None:
    assert attempt.outcome is not None, "only what has ended awaits a retry"
    tx.releases.set_state(attempt.release_id, ReleaseState.ENDED, Outcome.EXPIRED)
    payload = {"was": attempt.outcome.value, "after_minutes": tx.policy().platform.retry_life_minutes}
    tx.log("release_expired", PLATFORM, attempt=attempt, payload=payload)
    if release_of(tx, attempt).to is not StageRole.DEV:
        tx.tell(messages.releases.never_retried(attempt, attempt.outcome, _life(tx)))
    tx.wake()
