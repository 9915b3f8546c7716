"""Which check found that a stage's version does not work, for whoever reads how the stage ended."""

from slipway.domain.proof import in_few_words
from slipway.domain.release import Attempt, Stage
from slipway.domain.verdict import Verdict
from slipway.ports.store import Transaction
from slipway.use_cases.show_watch import show_watch


def what_failed(tx: Transaction, attempt: Attempt, stage: Stage) -> str:
    """The first check that decided against it, with what it said; empty: there is none."""
    if stage.smoke in {Verdict.FAIL, Verdict.UNKNOWN}:
        proof = tx.records.latest_proof(attempt.service, stage.environment, attempt.digest)
        return proof.failed if proof else ""
    watch = show_watch(tx, stage) if stage.watched == Verdict.FAIL else None
    failed = (one for one in (watch.checks if watch else ()) if one.verdict is Verdict.FAIL)
    return next((in_few_words(one.name, one.detail) for one in failed), "")
