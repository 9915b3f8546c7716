"""A rollback to a version that no grant names waits for its second person before anything is touched (R18)."""

from dataclasses import dataclass
from datetime import datetime

from slipway.domain.release import Attempt, Release, StageOutcome
from slipway.domain.rollback import Basis, Rollback
from slipway.domain.two_people import PendingState
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import release_of
from slipway.use_cases.rollback_facts import seconding
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """`until`: wait, at most so long. `ending`: it ends here. Neither: go on."""

    detail: str
    until: datetime | None = None
    ending: StageOutcome | None = None


def await_second(world: World, attempt_id: str, actor: Actor) -> Awaited:
    """Whether the rollback may go on. What nobody seconded in time ends as expired."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        release = release_of(tx, attempt)
        stage = tx.stages.get(attempt_id, release.to)
        awaited = _awaited(tx, attempt, release)
        over = stage.outcome or stage.ending
        if over is not None:
            return Awaited(detail=stage.detail or stage.ending_detail, ending=over)
        if awaited.ending is not None:
            tx.stages.set_ending(attempt.id, stage.role, awaited.ending, awaited.detail)
            payload = {"ending": awaited.ending.value, "blockers": [f"second_missing: {awaited.detail}"]}
            tx.log("turn_ended", actor, attempt=attempt, environment=stage.environment, payload=payload)
            tx.wake()
        return awaited


def second_is_over(world: World, attempt_id: str) -> bool:
    """Whether there is nothing left to wait for. Reads only."""
    with world.store.transaction() as tx:
        attempt = tx.releases.attempt(attempt_id)
        return attempt is None or _awaited(tx, attempt, release_of(tx, attempt)).until is None


def _awaited(tx: Transaction, attempt: Attempt, release: Release) -> Awaited:
    rollback = release.rollback
    assert rollback is not None, "only rollbacks wait here"
    if attempt.stop_requested_by is not None:
        detail = f"stopped by {attempt.stop_requested_by}: {attempt.stop_reason}"
        return Awaited(detail=detail, ending=StageOutcome.WITHDRAWN)
    asked = seconding(tx, release)
    if not rollback.basis.needs_second:
        return Awaited(detail=_enough(rollback))
    if asked is not None and asked.state is PendingState.EFFECTIVE:
        return Awaited(detail=f"asked for by {asked.first}, seconded by {asked.second}")
    if rollback.basis is Basis.INCIDENT:
        return Awaited(detail="an incident: its second person is owed, and that is an open finding until then")
    if asked is not None and asked.state is PendingState.WAITING and asked.expires_at > tx.now:
        return Awaited(detail=f"`slipway second {asked.id}` by {asked.expires_at:%H:%M} UTC", until=asked.expires_at)
    because = "nobody seconded it in time" if asked is None or not asked.result else asked.result
    return Awaited(detail=f"{because}: nothing was touched", ending=StageOutcome.EXPIRED)


def _enough(rollback: Rollback) -> str:
    if rollback.is_rescue:
        return f"the grants of {rollback.from_version} name {rollback.version}: one person is enough"
    return f"the grant for {rollback.environment} says that it may go back"
