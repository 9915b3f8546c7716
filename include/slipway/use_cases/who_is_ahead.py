"""Who keeps a stage from its lane: the holder, or whoever is in line before it (R12)."""

from slipway.domain.activity import lane_of
from slipway.domain.policy.decide import decide
from slipway.domain.policy.decision import Blocker, Facts
from slipway.ports.store import Transaction
from slipway.use_cases.at_rest import may_overtake
from slipway.use_cases.facts import gather


def who_is_ahead(tx: Transaction, facts: Facts) -> tuple[Blocker, ...]:
    """The holder, unless it may be overtaken, or the first in the queue who could go."""
    lane = lane_of(facts.stage.role, facts.release.service)
    mine, holder = (facts.attempt.id, facts.stage.role), facts.lane_holder
    if holder is not None and (holder.attempt_id, holder.role) == mine:
        return ()
    if holder is not None and not may_overtake(tx, facts.release, holder):
        message = f"attempt {holder.attempt_id} holds the lane {lane} ({holder.role})"
        return (
            Blocker(
                code="lane_busy",
                message=message,
                cleared_by=f"the end of {holder.attempt_id}; slipway queue says when to expect it",
            ),
        )
    for turn in tx.turns.waiting(lane):
        if (turn.attempt_id, turn.role) == mine:
            return ()
        other = tx.releases.attempt(turn.attempt_id)
        if other is not None and decide(gather(tx, other, turn.role), tx.now).allowed:
            message = f"attempt {turn.attempt_id} is ahead in the queue"
            return (
                Blocker(
                    code="queued_behind",
                    message=message,
                    cleared_by=f"the turn of {turn.attempt_id}; slipway queue says when to expect it",
                ),
            )
    return ()
