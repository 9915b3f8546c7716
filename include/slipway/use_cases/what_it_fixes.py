"""What a release says that it fixes must have gone wrong: saying so lets it through that one's hold (R18)."""

from slipway.domain.errors import RefusedError
from slipway.domain.release import Attempt, Outcome, Release, ReleaseState, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction

_WRONG = frozenset({Outcome.FAILED, Outcome.ROLLED_BACK, Outcome.UNVERIFIED, Outcome.LIVE_UNCERTAIN})
_STAGE_WRONG = frozenset({StageOutcome.UNDONE, StageOutcome.UNVERIFIED, StageOutcome.LIVE_UNCERTAIN})


def refuse_what_needs_no_fix(tx: Transaction, service: str, fixes: str | None) -> None:
    """Raises RefusedError for no release of that service, or one that nothing is wrong with."""
    if fixes is None:
        return
    named = tx.releases.get(fixes)
    if named is None or named.service != service:
        raise RefusedError("fixes_unknown", f"there is no release {fixes} of {service} that this one could fix")
    if not _went_wrong(tx, named):
        raise RefusedError(
            "fixes_nothing",
            f"{named.id} did not fail and was not rolled back: it is {named.outcome or named.state}."
            " Ask without saying that this fixes it, or name the release that failed",
        )


def _went_wrong(tx: Transaction, release: Release) -> bool:
    if release.state is ReleaseState.AWAITING_RETRY or tx.records.holds_of_failure(release.id):
        return True
    back = (one.rollback for one in tx.releases.open_rollbacks(release.service))
    if any(one is not None and one.is_rescue and one.from_release == release.id for one in back):
        return True
    return any(_attempt_went_wrong(tx, attempt) for attempt in tx.releases.attempts(release.id))


def _attempt_went_wrong(tx: Transaction, attempt: Attempt) -> bool:
    """Or may yet: what is at work in Prod fails there while its fix is on the way."""
    if attempt.outcome in _WRONG or tx.records.why_bad(attempt.service, attempt.digest) is not None:
        return True
    stages = tx.stages.of_attempt(attempt.id)
    if any(stage.outcome in _STAGE_WRONG for stage in stages):
        return True
    prod = next((stage for stage in stages if stage.role is StageRole.PROD), None)
    return prod is not None and prod.outcome is None and tx.permits.find(attempt.id, StageRole.PROD) is not None
