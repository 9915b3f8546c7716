"""What Preprod still runs where it did not go back to what is live, so that somebody is told."""

from slipway.domain.left_in_preprod import LeftInPreprod
from slipway.domain.release import Attempt, Outcome
from slipway.ports.store import Transaction
from slipway.use_cases.facts import release_of

_TOLD_ELSEWHERE = frozenset({Outcome.PROVEN, Outcome.SUPERSEDED, Outcome.LIVE_UNCERTAIN})
"""It worked; something newer goes there; or second line is paged with what runs."""


def stays_in_preprod(tx: Transaction, attempt: Attempt, outcome: Outcome) -> LeftInPreprod | None:
    """None where that is no news: of every attempt but that of a return, and where its end says it."""
    rollback = release_of(tx, attempt).rollback if attempt.is_rollback else None
    if rollback is None or rollback.is_rescue or outcome in _TOLD_ELSEWHERE:
        return None
    known = tx.preprods.beside_live(tx.policy(), attempt.service)
    return next((left for left in known if left.attempt_id == rollback.from_attempt), None)
