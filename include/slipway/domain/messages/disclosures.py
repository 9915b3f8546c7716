"""Texts of security releases, once they are secret no longer."""

from slipway.domain.disclosure import Disclosure
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel


def published(disclosure: Disclosure, by: str, reason: str) -> Message:
    """Somebody publishes the texts of a security release."""
    of = f" of {disclosure.release_id}" if disclosure.release_id else ""
    return Message(
        key=f"disclosure:{disclosure.reference}:published",
        channel=MessageChannel.DEPLOY,
        text=f"{by} publishes the texts {disclosure.reference}{of} ({disclosure.service}): {reason}",
    )
