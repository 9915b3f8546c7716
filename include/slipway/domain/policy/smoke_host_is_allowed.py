"""Nothing is deployed whose smoke checks could not be sent: their host is one that the policy names (R16, R26)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.address import host_of
from slipway.domain.allowed_hosts import asked_host, is_allowed
from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`smoke_host_not_allowed`, for Dev and emergencies too; the policy may have changed since the attempt began."""
    suite = facts.stage.definition.smoke
    if suite is None or is_allowed(asked_host(suite.url), facts.platform.smoke_hosts):
        return
    yield Blocker(
        code="smoke_host_not_allowed",
        message=f"its smoke checks would ask {asked_host(suite.url) or host_of(suite.url)}, which is none of"
        " `smoke_hosts` of the policy in effect",
        cleared_by="a change of the policy that adds the host: `slipway policy propose`, then `slipway policy activate`"
        " by a manager who is somebody else; or another `url` in the service's file, and a new attempt",
    )
