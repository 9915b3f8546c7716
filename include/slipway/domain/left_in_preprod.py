"""What runs in pre-production and not in live: on every form, and what of it the platform takes back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slipway.domain.release import Outcome, ReleaseState

AGAIN_AFTER = timedelta(hours=1)
"""What kept a return away may be over by then."""
TRIES = 3
"""Returns that came to nothing by themselves; after that a person looks at it."""
_WITHOUT_GOING_LIVE = frozenset({Outcome.REJECTED, Outcome.WITHDRAWN, Outcome.SUPERSEDED, Outcome.EXPIRED})
_LEFT_TO_PEOPLE = frozenset({Outcome.WITHDRAWN, Outcome.LIVE_UNCERTAIN})
"""A person stopped the return, or was paged for it."""


@dataclass(frozen=True, kw_only=True)
class Return:
    """One that was asked for: back to what live ran. `outcome` None: it is under way."""

    release_id: str
    outcome: Outcome | None
    ended_at: datetime
    """When it was asked for, as long as none of its work has ended."""

    @property
    def came_to_nothing(self) -> bool:
        """By itself: it was not dropped for something newer, nor left to people."""
        return self.outcome is not None and self.outcome not in {*_LEFT_TO_PEOPLE, Outcome.SUPERSEDED, Outcome.PROVEN}


@dataclass(frozen=True, kw_only=True)
class LeftInPreprod:
    """A service of which a pre-production environment runs something else than live, as the log says."""

    service: str
    environment: str
    version: str | None
    digest: str | None
    """What runs there; None: nothing."""
    attempt_id: str
    """Whose work brought it."""
    release_id: str
    state: ReleaseState
    outcome: Outcome | None
    is_rollback: bool
    live_version: str | None
    live_digest: str | None
    busy: bool
    """Whether a rollback of the service, or a release of it beyond Dev, has not ended."""
    returns: Sequence[Return] = ()
    """Of this very artefact, oldest first."""

    def is_due(self, now: datetime) -> bool:
        """Whether the platform asks for its return, at first or again."""
        ended = self.state is ReleaseState.ENDED and self.outcome in _WITHOUT_GOING_LIVE and not self.is_rollback
        if not ended or self.busy or self.digest is None or self.live_digest is None:
            return False
        vain = (one.ended_at for one in self.returns if one.came_to_nothing)
        return self.is_asked_again and all(ended_at + AGAIN_AFTER <= now for ended_at in vain)

    @property
    def is_asked_again(self) -> bool:
        """Whether another return follows those that there were."""
        if any(one.outcome in _LEFT_TO_PEOPLE for one in self.returns):
            return False
        return sum(one.came_to_nothing for one in self.returns) < TRIES

    def __str__(self) -> str:
        here = f"{self.service} runs {self.version or 'nothing'} there"
        under_way = next((one for one in self.returns if one.outcome is None), None)
        if under_way is not None:
            return f"{here}, and goes back to {self.live_version} ({under_way.release_id})"
        return f"{here}, and {self.live_version or 'nothing'} is live: {self._why()}"

    def _why(self) -> str:
        if self.state is ReleaseState.AWAITING_RETRY:
            return f"{self.release_id} awaits a retry"
        if self.state is ReleaseState.OPEN:
            return f"{self.release_id} has not ended"
        last = (
            f"; going back ended as {self.returns[-1].outcome} ({self.returns[-1].release_id})" if self.returns else ""
        )
        return f"{self.release_id} ended as {self.outcome}{last}"
