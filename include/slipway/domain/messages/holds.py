"""Holds."""

from datetime import UTC, datetime

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.text_limits import says_nothing


def placed(
    hold: int,
    *,
    by: str,
    scope: str,
    name: str | None,
    reason: str,
    absolute: bool = False,
    until: datetime | None = None,
    during: str | None = None,
    objects_to: str | None = None,
) -> Message:
    """Somebody places a hold.

    `during`: the release with which it ends. `objects_to`: the one that is objected to, which its thread has too."""
    absolutely = ", emergencies too," if absolute else ""
    ends = [f"{until.astimezone(UTC):%Y-%m-%d %H:%M} UTC"] if until else []
    ends += [f"release {during} has ended"] if during else []
    how_long = f" until {' or '.join(ends)}" if ends else ""
    return Message(
        key=f"hold:{hold}:placed",
        channel=MessageChannel.DEPLOY,
        text=f"{by} holds {_what(scope, name)}{absolutely}{how_long}: {reason} (hold {hold})",
        release_id=objects_to,
        loud=objects_to is not None,
    )


def placed_for_failure(hold: int, *, service: str, failed: str, reason: str) -> Message:
    """A release went wrong in Prod.

    `failed`: that release."""
    return Message(
        key=f"hold:{hold}:placed",
        channel=MessageChannel.DEPLOY,
        text=f"The platform holds service {service}, emergencies too: {reason} (hold {hold}). The next attempt of"
        f" {failed} passes it, and a release that is asked for with `--fixes {failed}`. To lift it: slipway hold lift"
        f" {hold} --reason …",
    )


def lifted(hold: int, *, by: str, placed_by: str, reason: str) -> Message:
    """Somebody lifts a hold.

    `reason`: may say nothing, where the hold is their own."""
    why = "" if says_nothing(reason) else f": {reason}"
    return Message(
        key=f"hold:{hold}:lifted",
        channel=MessageChannel.DEPLOY,
        text=f"{by} lifts hold {hold} of {placed_by}{why}",
    )


def ended(hold: int, *, placed_by: str, scope: str, name: str | None, because: str, reason: str) -> Message:
    """A hold ends by itself: its time is over, or its release has ended."""
    return Message(
        key=f"hold:{hold}:ended",
        channel=MessageChannel.DEPLOY,
        text=f"hold {hold} of {placed_by} on {_what(scope, name)} has ended: {because} ({reason})",
    )


def _what(scope: str, name: str | None) -> str:
    return "everything" if name is None else f"{scope} {name}"
