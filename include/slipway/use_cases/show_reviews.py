"""Reviews as people and programs read them; one that is open for too long is marked as a finding."""

from collections.abc import Sequence

from slipway.domain.json_value import JsonObject
from slipway.ports.store import ReleaseStore

OVERDUE = "review_overdue"


def show_reviews(store: ReleaseStore, *, open_only: bool = True) -> Sequence[JsonObject]:
    """Oldest first."""
    with store.transaction() as tx:
        platform = tx.policy().platform
        return [
            {
                "id": review.id,
                "kind": review.kind.value,
                "about": review.about,
                "release_id": review.release_id,
                "service": review.service,
                "opened_by": review.opened_by,
                "at": review.opened_at,
                "due_at": review.due_at(platform),
                "overdue": review.closed_by is None and review.due_at(platform) <= tx.now,
                "closed_by": review.closed_by,
            }
            for review in tx.reviews.all(open_only=open_only)
        ]


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
