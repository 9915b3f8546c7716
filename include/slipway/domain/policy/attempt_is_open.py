"""An attempt that ended, was stopped, or whose stage already ended, starts nothing."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.policy.next_attempt import by_next_attempt


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`attempt_ended`, `stage_ended`, `stopped`."""
    if facts.attempt.outcome is not None:
        yield Blocker(
            code="attempt_ended",
            message=f"attempt {facts.attempt.id} has ended: {facts.attempt.outcome}",
            cleared_by=by_next_attempt(facts),
        )
    over = facts.stage.outcome or facts.stage.ending
    if over is not None:
        yield Blocker(
            code="stage_ended",
            message=f"the {facts.stage.environment} stage has ended: {over}",
            cleared_by=by_next_attempt(facts),
        )
    if facts.attempt.stop_requested_by is not None:
        yield Blocker(
            code="stopped",
            message=f"{facts.attempt.stop_requested_by} stopped it: {facts.attempt.stop_reason}",
            cleared_by=by_next_attempt(facts),
        )
