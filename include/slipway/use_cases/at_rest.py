"""Looks at whoever holds a lane or a service: could it let go at once, for a release that goes first?"""

from slipway.domain.activity import Turn
from slipway.domain.overtaking import is_at_rest
from slipway.domain.policy.decision import LeaseHolder
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction


def may_overtake(tx: Transaction, release: Release, other: Turn | LeaseHolder | None) -> bool:
    """Whether this release is urgent, and the other only waits for time and people in Prod."""
    if other is None or not release.kind.rank:
        return False
    attempt, stage = stage_that_holds(tx, other)
    return is_at_rest(attempt, stage, tx.activities.of_stage(attempt.id, stage.role))


def stage_that_holds(tx: Transaction, holder: Turn | LeaseHolder) -> tuple[Attempt, Stage]:
    """The stage, with its attempt, that a turn or a lease is of."""
    attempt = tx.releases.attempt(holder.attempt_id)
    assert attempt is not None, "a turn and a lease refer to their attempt by foreign key"
    return attempt, tx.stages.get(holder.attempt_id, StageRole(holder.role))
