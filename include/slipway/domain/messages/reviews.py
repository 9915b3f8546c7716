"""Reviews."""

from datetime import datetime

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.review import Review


def opened(review: Review, due: datetime) -> Message:
    """What skipped the ordinary waits is to be looked at."""
    return Message(
        key=f"review:{review.id}:opened",
        channel=MessageChannel.DEPLOY,
        text=f"review {review.id} is open: {review.about}. A manager who had no part in it closes it by"
        f" {due:%Y-%m-%d %H:%M} UTC",
        release_id=review.release_id,
    )


def overdue(review: Review, due: datetime) -> Message:
    """Nobody has closed a review in time."""
    return Message(
        key=f"review:{review.id}:overdue",
        channel=MessageChannel.PAGE,
        text=f"review {review.id} is overdue since {due:%Y-%m-%d %H:%M} UTC: {review.about}. See slipway review list",
    )


def closed(review: Review, by: str, reason: str) -> Message:
    """Somebody closes a review."""
    return Message(
        key=f"review:{review.id}:closed",
        channel=MessageChannel.DEPLOY,
        text=f"{by} closes review {review.id} ({review.about}): {reason}",
    )
