"""Second line's support."""

from slipway.domain.booking import Booking
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel


def booked(booking: Booking) -> Message:
    """A team asks for support."""
    return Message(
        key=f"support:{booking.id}:booked",
        channel=MessageChannel.DEPLOY,
        text=f"{booking.booked_by} asks for {booking}, for {booking.service}: {booking.reason}. Second line accepts"
        f" with: slipway support accept {booking.id}",
    )


def answered(booking: Booking, kind: str) -> Message:
    """Second line accepts it, or somebody waives it.

    `kind`: of its log entry."""
    return Message(
        key=f"support:{booking.id}:{kind}",
        channel=MessageChannel.DEPLOY,
        text=f"{booking}, for {booking.service} (booked by {booking.booked_by}) is {booking.state}",
    )
