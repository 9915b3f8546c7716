"""Nobody is asked again while what stands in the way has no known end: the renewal waits until it clears."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain import messages
from slipway.domain.policy import no_hold, proof_holds, window_is_open
from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.release import Attempt, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.use_cases.facts import gather


def must_wait(tx: Transaction, attempt: Attempt) -> bool:
    """Whether what a renewal would ask for could not start, nobody knows until when; said once."""
    endless = {blocker.message: blocker for facts in _asked_anew(tx, attempt) for blocker in _endless(facts, tx.now)}
    if not endless:
        return False
    tx.tell(messages.approvals.not_asked_again(attempt, tuple(endless)))
    return True


def _asked_anew(tx: Transaction, attempt: Attempt) -> Iterator[Facts]:
    """The stage that was renewed, and Preprod where Prod needs a new proof first."""
    for stage in tx.stages.of_attempt(attempt.id):
        if stage.outcome is StageOutcome.RENEWED:
            facts = gather(tx, attempt, stage.role)
            yield facts
            if stage.role is StageRole.PROD and _is_proven_anew(facts, tx.now):
                yield gather(tx, attempt, StageRole.PREPROD)


def _is_proven_anew(facts: Facts, now: datetime) -> bool:
    before = next(stage for stage in facts.stages_before if stage.role is StageRole.PREPROD)
    runs_it = facts.runs_before.get(before.environment) == facts.attempt.digest
    return not runs_it or any(blocker.code in proof_holds.REPROVED for blocker in proof_holds.check(facts, now))


def _endless(facts: Facts, now: datetime) -> Iterator[Blocker]:
    for rule in (no_hold.check, window_is_open.check):
        yield from (blocker for blocker in rule(facts, now) if blocker.clears_at is None)
