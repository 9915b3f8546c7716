"""Making a change by hand is agreed until a day; after it nothing starts on that agreement (R10)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`exception_over`."""
    change = facts.release.change
    until = change.by_hand_until if change is not None else None
    if until is not None and now.astimezone(facts.calendar.zone).date() > until:
        yield Blocker(
            code="exception_over",
            message=f"making it by hand was agreed until {until} only",
            cleared_by="asking for the change anew, with a later day that a manager agrees to",
        )
