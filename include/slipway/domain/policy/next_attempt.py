"""How a blocker that stays for the rest of an attempt is cleared: which words fit depends on the release."""

from slipway.domain.policy.decision import Facts
from slipway.domain.release import ReleaseState


def by_next_attempt(facts: Facts) -> str:
    """A retry where the release awaits one; nobody can retry while an attempt is open, nor what has ended."""
    release = facts.release
    match release.state:
        case ReleaseState.AWAITING_RETRY:
            return f"a new attempt: slipway retry {release.id}"
        case ReleaseState.OPEN:
            return f"a new attempt, once the open one has ended: slipway status {release.id} then says what to do"
        case ReleaseState.ENDED:
            return "a new release: slipway release"
