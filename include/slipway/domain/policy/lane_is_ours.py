"""A permit needs the turn, and on the live path the parked slot of the pool (R12)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.activity import TurnState
from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`no_turn`, `slot_not_parked`."""
    turn = facts.turn
    if turn is None or turn.state is not TurnState.HOLDING:
        yield Blocker(
            code="no_turn",
            message=f"attempt {facts.attempt.id} does not hold the lane for {facts.stage.environment}",
            cleared_by="the platform, when its turn comes: slipway queue",
        )
    elif facts.stage.role.on_live_path and not turn.slot_parked:
        yield Blocker(
            code="slot_not_parked",
            message="the slot of the pool release_slot is not held for this release",
            cleared_by="the platform, within minutes; else the stage is refused: slipway retry",
        )
