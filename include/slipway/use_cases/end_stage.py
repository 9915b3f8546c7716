"""Writes how a stage ended, what follows from it, and lets go of what it held."""

from slipway.domain import messages
from slipway.domain.release import Attempt, Release, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.stage_ending import Ending, why_bad
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import release_of
from slipway.use_cases.rollback_facts import attempt_rolled_back
from slipway.use_cases.what_failed import what_failed
from slipway.use_cases.world import PLATFORM


def record_ending(
    tx: Transaction, attempt: Attempt, stage: Stage, ending: Ending, actor: Actor, *, lease_stays: bool = False
) -> None:
    """Writes how a stage ended and all that follows from it, and lets go of lane and lease."""
    tx.stages.finish(attempt.id, stage.role, ending.outcome, ending.detail)
    payload = {"outcome": ending.outcome.value, "detail": ending.detail, "smoke": stage.smoke, "watch": stage.watched}
    tx.log("stage_finished", actor, attempt=attempt, environment=stage.environment, payload=payload)
    _consequences(tx, release_of(tx, attempt), attempt, stage, ending, actor)
    freed_lane = tx.turns.free(attempt.id, stage.role)
    freed_lease = not lease_stays and tx.leases.free(attempt.id, stage.role)
    if freed_lane or freed_lease:
        tx.log("lane_freed", actor, attempt=attempt, environment=stage.environment)
    if ending.outcome is not StageOutcome.NOT_STARTED:  # else the end of the attempt, which follows, says the same
        tx.tell(messages.releases.stage_ended(attempt, stage, ending))
    tx.wake()


def _consequences(
    tx: Transaction, release: Release, attempt: Attempt, stage: Stage, ending: Ending, actor: Actor
) -> None:
    """A version that a check or a person failed is marked bad; a service that failed in Prod is held."""
    if stage.said_no:
        because = f"{why_bad(stage, what_failed(tx, attempt, stage))}, in {stage.environment}"
        tx.records.mark_bad(attempt, because, actor.id)
        payload = {"digest": attempt.digest, "version": attempt.version, "because": because}
        tx.log("version_marked_bad", actor, attempt=attempt, payload=payload)
    held = {StageOutcome.UNDONE, StageOutcome.LIVE_UNCERTAIN, StageOutcome.UNVERIFIED}
    _tell_what_was_rolled_back(tx, release, attempt, stage, ending)
    if stage.role is StageRole.PROD and ending.outcome in held:
        failed = release.id if release.rollback is None else release.rollback.from_release
        if release.rollback is not None and tx.records.holds_of_failure(failed):
            return  # it stands since the rollback began
        hold_for_failure(
            tx, attempt, stage, failed, f"{attempt.version} ended in {stage.environment} as {ending.outcome}", actor
        )


def _tell_what_was_rolled_back(
    tx: Transaction, release: Release, attempt: Attempt, stage: Stage, ending: Ending
) -> None:
    """Else its own thread would go on to call it live."""
    rollback, is_live = release.rollback, stage.role is StageRole.PROD
    if rollback is None or not rollback.condemns or not is_live or tx.permits.find(attempt.id, stage.role) is None:
        return
    tx.tell(messages.rollbacks.ended(attempt, rollback, attempt_rolled_back(tx, rollback), ending.outcome))


def hold_for_failure(tx: Transaction, attempt: Attempt, stage: Stage, failed: str, reason: str, actor: Actor) -> None:
    """Holds the service for all but the next attempt, or the declared fix, of the release that failed."""
    hold = tx.records.place_hold("service", attempt.service, reason, PLATFORM.id, None, failed, absolute=True)
    placed = {"hold": hold, "scope": "service", "reason": reason, "absolute": True}
    tx.log("hold_placed", actor, attempt=attempt, environment=stage.environment, payload=placed)
    tx.tell(messages.holds.placed_for_failure(hold, service=attempt.service, failed=failed, reason=reason))
