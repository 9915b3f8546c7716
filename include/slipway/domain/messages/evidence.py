"""The release log, as evidence."""

from datetime import datetime

from slipway.domain.log_entry import Break
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel


def log_head(day: datetime, number: int, digest: str) -> Message:
    """Once a day: the last entry of the release log."""
    date = f"{day:%Y-%m-%d}"
    return Message(
        key=f"log_head:{date}",
        channel=MessageChannel.EVIDENCE,
        text=f"Head of the release log on {date}: {number}:{digest}. Keep this message: with it, nobody rewrites what"
        f" was before it unseen (slipway log verify --published {number}:{digest}).",
    )


def log_broken(broken: Break) -> Message:
    """The chain of the release log does not hold."""
    return Message(
        key=f"audit:log:{broken.seq}",
        channel=MessageChannel.PAGE,
        text=f"the release log does not hold at entry {broken.seq}: {broken.what}. Compare it with a head that was"
        " published (`slipway log verify --published SEQ:HASH`) and with the last export",
    )
