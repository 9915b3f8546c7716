"""What to do next about a release, for whoever asks: the same words on every path (`lifecycle.md`)."""

from slipway.domain.release import Outcome, ReleaseState


def next_step(release_id: str, state: ReleaseState, outcome: Outcome | None) -> str:
    """One sentence without a full stop."""
    if state is ReleaseState.AWAITING_RETRY:
        if outcome is Outcome.RENEWED:
            return "The platform asks again by itself"
        return f"Next: slipway retry {release_id}, or slipway stop {release_id} --reason …"
    if state is ReleaseState.OPEN:
        return f"Next: slipway queue says who waits; slipway stop {release_id} --reason … calls it off"
    return f"Outcome: {outcome}. slipway log list --release {release_id} says why"
