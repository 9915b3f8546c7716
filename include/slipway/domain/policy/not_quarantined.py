"""A service with quarantined work stays locked in that environment, for emergencies too, until its target answers."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`quarantined`."""
    quarantine = facts.quarantine
    if quarantine is not None:
        yield Blocker(
            code="quarantined",
            message=f"activity {quarantine.activity_id} on {quarantine.service} in {quarantine.environment} was given"
            f" up on by {quarantine.by} ({quarantine.reason}): nobody knows what it did",
            cleared_by="the target's answer, asked for once a minute; where it never comes, slipway activity settle",
        )
