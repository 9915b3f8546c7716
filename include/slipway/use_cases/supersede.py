"""A person's newer request replaces a pending one of the same service, before its permit, and says so."""

from slipway.domain.release import Attempt, Release, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import release_of


def supersede_pending(tx: Transaction, newer: Release, actor: Actor) -> list[str]:
    """Ends what is pending on the way to Preprod or Prod; returns the attempts' ids. Never by a Dev-only run."""
    if newer.to is StageRole.DEV:
        return []
    superseded = []
    for attempt in tx.releases.open_attempts(newer.service):
        release = release_of(tx, attempt)
        if release.id == newer.id or release.to is StageRole.DEV or release.kind.rank > newer.kind.rank:
            continue
        if not _alike(release, newer):
            continue
        if tx.releases.lock_attempt(attempt.id).outcome is not None:
            continue
        stage = _pending(tx, attempt)
        if stage is None or stage.ending is not None:
            continue
        detail = f"replaced by {newer.id}, asked for by {actor.id}"
        tx.stages.set_ending(attempt.id, stage.role, StageOutcome.SUPERSEDED, detail)
        payload = {"by": newer.id, "detail": detail}
        tx.log("superseded", actor, attempt=attempt, environment=stage.environment, payload=payload)
        superseded.append(attempt.id)
    return superseded


def newer_request(tx: Transaction, release: Release) -> Release | None:
    """What somebody asked for since, of the same service and no less urgent, on the way to Preprod or Prod."""
    for attempt in tx.releases.open_attempts(release.service):
        other = release_of(tx, attempt)
        later = other.requested_at > release.requested_at and other.kind.rank >= release.kind.rank
        if other.id != release.id and other.to is not StageRole.DEV and later and _alike(release, other):
            return other
    return None


def _alike(one: Release, other: Release) -> bool:
    """Artefacts replace artefacts, builds of a static app each other; what is done by hand or brought back nothing."""
    if one.rollback is not None or other.rollback is not None:
        return False
    if one.change is None or other.change is None:
        return one.change is other.change
    return one.change.sort.by_pipeline and other.change.sort.by_pipeline


def _pending(tx: Transaction, attempt: Attempt) -> Stage | None:
    """The first stage that has no permit yet; None once work on the way to live has begun, or nothing is to come.

    Dev's work goes on."""
    for stage in tx.stages.of_attempt(attempt.id):
        if stage.outcome is None:
            if tx.permits.find(attempt.id, stage.role) is None:
                return stage
            if stage.role.on_live_path:
                return None
        elif not stage.outcome.lets_the_next_stage_start:
            return None
    return None
