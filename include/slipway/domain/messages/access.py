"""Break-glass and service tokens."""

from slipway.domain.break_glass import Opening
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel


def opened(opening: Opening) -> Message:
    """Two people open Airflow to one."""
    return Message(
        key=f"break_glass:{opening.id}:opened",
        channel=MessageChannel.PAGE,
        text=f"{opening.asked_by} and {opening.activated_by} open Airflow to {opening.person} by break-glass until"
        f" {opening.until:%H:%M} UTC: {opening.reason}. It makes no grants and no permits. `slipway break-glass close`"
        " ends it at once",
    )


def closed(opening: Opening, by: str, because: str) -> Message:
    """It is closed again."""
    return Message(
        key=f"break_glass:{opening.id}:closed",
        channel=MessageChannel.PAGE,
        text=f"break-glass {opening.id} for {opening.person} is closed by {by}: {because}",
    )


def token_revoked(token: int, service: str, by: str, reason: str) -> Message:
    """Somebody revokes the token of a service."""
    return Message(
        key=f"token:{token}:revoked",
        channel=MessageChannel.DEPLOY,
        text=f"{by} revoked service token {token} of {service}: {reason}",
    )
