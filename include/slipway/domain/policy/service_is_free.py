"""One attempt works on a service in an environment at a time."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`service_busy` while another attempt's lease is live, unless it is overtaken; a quarantined one is said there."""
    lease = None if facts.quarantine or facts.may_overtake_service else facts.lease
    if lease is not None and (lease.attempt_id, lease.role) != (facts.attempt.id, facts.stage.role):
        yield Blocker(
            code="service_busy",
            message=f"attempt {lease.attempt_id} works on {facts.release.service} in {facts.stage.environment}",
            cleared_by=f"the end of {lease.attempt_id}; where it is stuck, slipway lease break",
        )
