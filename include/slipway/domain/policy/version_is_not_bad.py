"""A version that a check or a person failed is not released again as it is."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`bad_version`, on the way to Preprod and Prod."""
    if facts.bad_version is not None and facts.stage.role.on_live_path:
        yield Blocker(
            code="bad_version",
            message=f"{facts.attempt.version} is marked bad: {facts.bad_version}",
            cleared_by="a senior or manager who says why it may be tried again",
        )
