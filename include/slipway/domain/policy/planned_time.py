"""A change whose people are ready later does not take the lane before (R10, R12)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`too_early`, until the time that was planned."""
    change = facts.release.change
    if change is not None and change.not_before is not None and now < change.not_before:
        yield Blocker(
            code="too_early",
            message=f"it is planned for {change.planned}",
            clears_at=change.not_before,
            cleared_by="time",
        )
