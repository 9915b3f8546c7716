"""What takes two people."""

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.two_people import PendingAct


def awaited(pending: PendingAct, words: str, needed: str) -> Message:
    """The first person asks.

    `words`: what they want to do. `needed`: who the two are."""
    return Message(
        key=f"pending:{pending.id}:awaited",
        channel=MessageChannel.DEPLOY,
        text=f"{pending.first} wants to {words}: {pending.reason}. It takes two ({needed}):"
        f" `slipway second {pending.id}` by {pending.expires_at:%H:%M} UTC",
    )


def seconded(pending: PendingAct, second: str, words: str, result: str) -> Message:
    """The second person agrees."""
    return Message(
        key=f"pending:{pending.id}:seconded",
        channel=MessageChannel.DEPLOY,
        text=f"{pending.first} and {second} {words}: {pending.reason}. {result}",
    )


def expired(pending: PendingAct, words: str, because: str) -> Message:
    """Nobody agrees in time, or it can take effect no more."""
    return Message(
        key=f"pending:{pending.id}:expired",
        channel=MessageChannel.DEPLOY,
        text=f"pending {pending.id} has expired: {pending.first} wanted to {words}. {because[:1].upper()}{because[1:]}",
    )
