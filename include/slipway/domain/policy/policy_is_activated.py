"""Where the files say otherwise than the policy in effect, nothing goes on to Preprod or Prod (R26)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`policy_not_activated`, naming what differs for this service and environment."""
    if facts.not_activated and facts.stage.role.on_live_path:
        yield Blocker(
            code="policy_not_activated",
            message=f"the catalogue differs from the policy in effect: {'; '.join(facts.not_activated)}",
            cleared_by="`slipway policy propose`, then `slipway policy activate` by a manager who is somebody else;"
            " or the files as they were",
        )
