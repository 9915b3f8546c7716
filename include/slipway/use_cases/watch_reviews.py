"""A review that nobody closed in time is a finding: written and paged once."""

from slipway.domain import messages
from slipway.use_cases.world import PLATFORM, World


def watch_reviews(world: World) -> None:
    """The reconciler's look."""
    with world.store.transaction() as tx:
        for review in tx.reviews.all(open_only=True):
            due = review.due_at(tx.policy().platform)
            if due > tx.now or not tx.reviews.mark_overdue(review.id):
                continue
            payload = {"review": review.id, "kind": review.kind.value, "about": review.about, "due": due.isoformat()}
            tx.log("review_overdue", PLATFORM, release_id=review.release_id, service=review.service, payload=payload)
            tx.tell(messages.reviews.overdue(review, due))
            tx.wake()
