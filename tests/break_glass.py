"""Break-glass as two people would open it, for tests of what comes after that."""

from datetime import timedelta

from slipway.domain.break_glass import MOST_MINUTES
from slipway.domain.review import ReviewKind
from slipway.ports.store import ReleaseStore
from slipway.use_cases.close_break_glass import end_what_is_over


def keep_open(store: ReleaseStore, person: str) -> None:
    """Open to this person, for as long as it can be, unless it is open already. Nobody is told."""
    with store.transaction() as tx:
        end_what_is_over(tx)
        if tx.break_glass.in_force() is None:
            review = tx.reviews.open(ReviewKind.BREAK_GLASS, "a test", "mona", None)
            until = tx.now + timedelta(minutes=MOST_MINUTES)
            tx.break_glass.open(person, "a test", (person, "mona"), until, review.id)
