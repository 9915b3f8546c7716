"""A hold on everything, on the environment or on the service stops what has not started (R15, R20)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts, StandingHold


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`hold` for each standing hold that binds this release."""
    for hold in facts.holds:
        if (hold.until is None or hold.until > now) and not _passes(facts, hold):
            absolute = "absolute " if hold.absolute else ""
            yield Blocker(
                code="hold",
                message=f"{absolute}hold {hold.id} on {hold.scope} by {hold.placed_by}: {hold.reason}",
                clears_at=hold.until,
                cleared_by=f"{hold.placed_by}, a senior, a manager or second line",
            )


def passed_holds(facts: Facts) -> tuple[int, ...]:
    """Holds that stand and do not bind this release, because it is an emergency or a security change."""
    return tuple(hold.id for hold in facts.holds if _passes(facts, hold))


def _passes(facts: Facts, hold: StandingHold) -> bool:
    return bool(facts.release.kind.rank) and not hold.absolute
