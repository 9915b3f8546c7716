"""A hold on everything, on the environment or on the service stops what has not started (R15)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`hold` for each standing hold that binds this release."""
    for hold in facts.holds:
        if hold.until is None or hold.until > now:
            yield Blocker(
                code="hold",
                message=f"hold {hold.id} on {hold.scope} by {hold.placed_by}: {hold.reason}",
                clears_at=hold.until,
                cleared_by=f"{hold.placed_by}, a senior, a manager or second line",
            )
