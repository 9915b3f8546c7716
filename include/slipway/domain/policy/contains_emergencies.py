"""The next ordinary release contains what emergencies and security releases before it brought to live (R20)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.containment import Contained, Containment, must_contain
from slipway.domain.policy.decision import Blocker, Facts

CODES = frozenset({"emergency_not_contained", "emergency_unknown"})
"""Blockers that no waiting clears."""


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`emergency_not_contained`: the repository says no. `emergency_unknown`: nothing says so, nor does anybody."""
    if must_contain(facts.release, facts.stage.role):
        yield from missing(facts.release.service, facts.emergencies)


def missing(service: str, found: tuple[Containment, ...]) -> Iterator[Blocker]:
    """One for each emergency that the version is not known to contain."""
    for one in found:
        if one.known:
            continue
        emergency = one.emergency
        rule = f"the next ordinary release of {service} must contain {emergency}, which went live"
        if one.answer is Contained.NO:
            yield Blocker(
                code="emergency_not_contained",
                message=f"{rule}; {one.source} says that this version does not, so to release it would take that change"
                " away again",
                cleared_by=f"a version with the commits of {emergency.version}: merge them, build it, and release that",
            )
        else:
            why = one.because or "nothing could be asked that knows"
            yield Blocker(
                code="emergency_unknown",
                message=f"{rule}; whether this version does is not known: {why}",
                cleared_by=f"whoever releases {service}, once they have seen that it does: slipway release or retry"
                f" with --contains {emergency.release_id}",
            )
