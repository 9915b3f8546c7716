"""That nobody is asked to confirm a service in live, for a time."""

from slipway.domain.confirmation_waiver import ConfirmationWaiver
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.release import Attempt


def waived(waiver: ConfirmationWaiver) -> Message:
    """A manager turns the question off."""
    return Message(
        key=f"confirmation_waiver:{waiver.id}:waived",
        channel=MessageChannel.DEPLOY,
        text=f"Nobody is asked to confirm {waiver.service} in live until {waiver.expires_at:%Y-%m-%d %H:%M} UTC, says"
        f" {waiver.by}: {waiver.reason}. To have it asked again: slipway confirmation require {waiver.id}",
    )


def required_again(waiver: ConfirmationWaiver) -> Message:
    """Somebody turns it on again."""
    return Message(
        key=f"confirmation_waiver:{waiver.id}:required",
        channel=MessageChannel.DEPLOY,
        text=f"Somebody is asked again to confirm {waiver.service} in live, says {waiver.ended_by}:"
        f" {waiver.ended_because}",
    )


def left_out(attempt: Attempt, environment: str, waiver: ConfirmationWaiver) -> Message:
    """A release goes on without it."""
    return Message(
        key=f"{attempt.id}:confirm:left_out",
        channel=MessageChannel.DEPLOY,
        text=f"Nobody is asked to confirm {attempt.service} {attempt.version} in {environment}: {waiver}, because"
        f" {waiver.reason}",
        release_id=attempt.release_id,
    )
