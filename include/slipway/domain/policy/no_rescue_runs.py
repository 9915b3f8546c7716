"""While something is brought back on the live path, nothing new starts there; the rescue itself asks nobody (R18)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`rescue_running` for each, on the way to Preprod and Prod, emergencies too."""
    if not facts.stage.role.on_live_path:
        return
    for rescue in facts.rescues:
        yield Blocker(
            code="rescue_running",
            message=f"attempt {rescue.attempt_id} is bringing {rescue.service} in {rescue.environment} back to what ran"
            " before: nothing new starts beside it",
            cleared_by="its end, by itself; or the quarantine of its work, where the target does not answer",
        )
