"""Opens a review of what skipped the ordinary waits: part of the transaction that lets it (R20)."""

from slipway.domain import messages
from slipway.domain.release import Release
from slipway.domain.review import Review, ReviewKind
from slipway.ports.store import Transaction
from slipway.ports.values import Actor


def open_review(tx: Transaction, kind: ReviewKind, about: str, actor: Actor, release: Release | None = None) -> Review:
    """A review that stays open until a manager who had no part in it closes it."""
    review = tx.reviews.open(kind, about, actor.id, release)
    due = review.due_at(tx.policy().platform)
    payload = {"review": review.id, "kind": kind.value, "about": about, "due_at": due.isoformat()}
    tx.log("review_opened", actor, release_id=review.release_id, service=review.service, payload=payload)
    tx.tell(messages.reviews.opened(review, due))
    return review
