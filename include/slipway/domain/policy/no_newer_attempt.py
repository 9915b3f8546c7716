"""Preprod is not returned to live's artefact while something newer of the same service is on its way there."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`newer_attempt`: the return is dropped, and what is newer sees to Preprod."""
    if facts.newer_attempt is not None:
        yield Blocker(
            code="newer_attempt",
            message=f"{facts.newer_attempt} is on its way to {facts.stage.environment}: it is not returned first",
            cleared_by="nothing: it is not needed any more",
        )
