"""The act of a person or a pipeline outside: until when it may last. Pure."""

from datetime import datetime, timedelta

from slipway.domain.activity import Turn, TurnState
from slipway.domain.service import StageDefinition

OUTSIDE = "outside"
"""In place of a host: no process of ours does it, so only a report or the deadline ends it."""


def act_until(definition: StageDefinition, turn: Turn | None) -> datetime | None:
    """The deadline to act and to report it, counted from the turn; None without a turn."""
    if definition.act is None or turn is None or turn.state is not TurnState.HOLDING or turn.taken_at is None:
        return None
    return turn.taken_at + timedelta(minutes=definition.act.deadline_minutes)


def act_needs(definition: StageDefinition, turn: Turn | None, now: datetime) -> timedelta:
    """What remains of the stage: the time left to act, and the check after it (R13)."""
    assert definition.act is not None, "asked of stages that are acted on outside"
    check = timedelta(seconds=definition.smoke.deadline_seconds if definition.smoke else 0)
    until = act_until(definition, turn)
    if until is None:
        return timedelta(minutes=definition.act.deadline_minutes) + check
    return max(until - now, timedelta()) + check
