"""What a release was declared to need is live before it goes live itself."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.service import StageRole


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`needs_other` for each need that is not met; in Prod only."""
    if facts.stage.role is not StageRole.PROD:
        return
    for state in facts.needs:
        if not state.live:
            need = state.need
            yield Blocker(
                code="needs_other",
                message=f"{facts.release.service} {facts.attempt.version} waits for {state}. Such a tie holds up both"
                " teams: better is a change that works whichever goes first",
                cleared_by=f"the end of release {state.coming}, live"
                if state.coming
                else f"a release of {need} to {need.environment}; or stop this one and ask without the need",
            )
