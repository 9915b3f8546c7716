"""What only the rules about rollbacks look at."""

from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.domain.release import Attempt, Release
from slipway.domain.rollback import Rollback
from slipway.domain.service import StageRole
from slipway.domain.two_people import PendingAct, PendingState
from slipway.ports.store import Transaction


def named_before(tx: Transaction, release: Release) -> str | None:
    """What the grants of the stage that is rolled back name as the artefact to go back to."""
    if release.rollback is None or tx.permits.find(release.rollback.from_attempt, release.to) is None:
        return None
    return tx.stages.get(release.rollback.from_attempt, release.to).previous_digest


def attempt_rolled_back(tx: Transaction, rollback: Rollback) -> Attempt:
    """Whose work it takes back."""
    before = tx.releases.attempt(rollback.from_attempt)
    assert before is not None, "it was read when the rollback was asked for"
    return before


def seconding(tx: Transaction, release: Release) -> PendingAct | None:
    """The question for a second person, whatever became of it."""
    return tx.pending_acts.find(Action.ROLLBACK_ELSEWHERE, parameters_of(release))


def parameters_of(release: Release) -> JsonObject:
    """What names a rollback to the second person."""
    return {"release": release.id}


def seconded_by(tx: Transaction, release: Release) -> str | None:
    """Who agreed to it."""
    if release.rollback is None or not release.rollback.basis.needs_second:
        return None
    asked = seconding(tx, release)
    return asked.second if asked is not None and asked.state is PendingState.EFFECTIVE else None


def newer_attempt(tx: Transaction, release: Release) -> str | None:
    """An open attempt of the same service, beyond Dev, that was asked for since the return of Preprod was."""
    if release.rollback is None or release.rollback.is_rescue:
        return None
    for attempt in tx.releases.open_attempts(release.service):
        other = tx.releases.get(attempt.release_id)
        if other is not None and other.id != release.id and other.to is not StageRole.DEV:
            return attempt.id
    return None
