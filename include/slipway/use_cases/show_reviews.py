"""Reviews as people and programs read them; one that is open for too long is marked as a finding."""

from collections.abc import Sequence
from datetime import datetime

from slipway.domain.break_glass import Opening
from slipway.domain.json_value import JsonObject
from slipway.domain.review import Review, ReviewKind
from slipway.ports.store import ReleaseStore, Transaction

OVERDUE = "review_overdue"


def show_reviews(store: ReleaseStore, *, open_only: bool = True) -> Sequence[JsonObject]:
    """Oldest first."""
    with store.transaction() as tx:
        platform = tx.policy().platform
        found = tx.reviews.all(open_only=open_only)
        openings = {one.id: _opening(tx, one) for one in found}
        return [
            {
                "id": review.id,
                "kind": review.kind.value,
                "about": review.about + _how_it_ended(openings[review.id], tx.now),
                "release_id": review.release_id,
                "service": review.service,
                "opened_by": _who_opened(review, openings[review.id]),
                "at": review.opened_at,
                "due_at": review.due_at(platform),
                "overdue": review.closed_by is None and review.due_at(platform) <= tx.now,
                "closed_by": review.closed_by,
            }
            for review in found
        ]


def _opening(tx: Transaction, review: Review) -> Opening | None:
    return tx.break_glass.of_review(review.id) if review.kind is ReviewKind.BREAK_GLASS else None


def _who_opened(review: Review, opening: Opening | None) -> str:
    """Both of two people."""
    return review.opened_by if opening is None else f"{opening.asked_by} and {opening.activated_by}"


def _how_it_ended(opening: Opening | None, now: datetime) -> str:
    """Of break-glass: what came of it, which nobody knew when the review was opened."""
    if opening is None:
        return ""
    if opening.closed_at is not None and opening.closed_by is not None:
        return f". {opening.closed_by} closed it at {opening.closed_at:%Y-%m-%d %H:%M} UTC"
    return f". It {'is open until' if now < opening.until else 'ended at'} {opening.until:%Y-%m-%d %H:%M} UTC"


def overdue_reviews(store: ReleaseStore) -> Sequence[JsonObject]:
    """Findings in the form of log entries, so that an audit lists them beside the others; gone when they are closed."""
    return [
        {
            "seq": None,
            "kind": OVERDUE,
            "at": review["due_at"],
            "release_id": review["release_id"],
            "service": review["service"],
            "actor": review["opened_by"],
            "via": None,
            "payload": {"what": f"review {review['id']} is overdue: {review['about']}", "review": review["id"]},
        }
        for review in show_reviews(store)
        if review["overdue"]
    ]
