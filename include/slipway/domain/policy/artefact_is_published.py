"""What the mirror gave out while GitHub was away must be what GitHub publishes, once that can be asked (R2, R23)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`artefact_differs`, everywhere; nobody can say that it may be released all the same."""
    if facts.differs_upstream is None:
        return
    yield Blocker(
        code="artefact_differs",
        message=f"{facts.attempt.version} is not what is published: {facts.differs_upstream}",
        cleared_by="a new version, built and published anew; second line finds out who changed which copy",
    )
