"""An emergency or security release takes lane, and service, from one that is only watched in Prod (R20)."""

from slipway.domain import messages
from slipway.domain.activity import Turn
from slipway.domain.overtaking import how_the_overtaken_ends, why_urgent
from slipway.domain.policy.decision import Facts, LeaseHolder
from slipway.domain.release import Attempt, StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.at_rest import stage_that_holds
from slipway.use_cases.end_stage import record_ending
from slipway.use_cases.facts import release_of


def lock_to_overtake(tx: Transaction, attempt: Attempt, other: Turn | LeaseHolder | None) -> None:
    """Till the end of the transaction no undo begins on the stage that this attempt may be about to overtake."""
    if other is not None and other.attempt_id != attempt.id and release_of(tx, attempt).kind.rank:
        tx.stages.lock(other.attempt_id, StageRole(other.role))


def overtake_lane(tx: Transaction, facts: Facts, mine: Turn, holder: Turn, actor: Actor) -> None:
    """The lane is free for `mine`; the holder's stage keeps its service, and goes on without the lane."""
    attempt, stage = stage_that_holds(tx, holder)
    because = why_urgent(facts.release)
    tx.turns.overtake(holder.id, mine.id, because)
    payload = {"by": facts.attempt.id, "because": because, "lane": holder.lane, "fencing": holder.fencing}
    tx.log("lane_overtaken", actor, attempt=attempt, environment=stage.environment, payload=payload)
    tx.tell(messages.queue.overtaken(attempt, stage.role, because))
    tx.wake()


def overtake_service(tx: Transaction, facts: Facts, actor: Actor) -> str | None:
    """The service is free for this stage; the one that was watched ends, undone by nobody. Its attempt, if any."""
    lease = facts.lease
    if lease is None or lease.attempt_id == facts.attempt.id:
        return None
    attempt, stage = stage_that_holds(tx, lease)
    activities = tx.activities.of_stage(attempt.id, stage.role)
    ending = how_the_overtaken_ends(attempt, stage, activities, facts.attempt)
    if ending.outcome is StageOutcome.SUPERSEDED:
        tx.stages.set_ending(attempt.id, stage.role, ending.outcome, ending.detail)
    payload = {"by": facts.attempt.id, "because": why_urgent(facts.release), "outcome": ending.outcome.value}
    tx.log("lease_overtaken", actor, attempt=attempt, environment=stage.environment, payload=payload)
    record_ending(tx, attempt, stage, ending, actor)
    return attempt.id
