"""Work whose target does not answer, and that two people gave up on."""

from slipway.domain.activity import Quarantine
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel


def stands(quarantine: Quarantine, hours: int) -> Message:
    """A service is locked: told at once, and again for each hour that it stays so."""
    return Message(
        key=f"quarantine:{quarantine.activity_id}:{hours}",
        channel=MessageChannel.PAGE,
        text=f"{quarantine.service} in {quarantine.environment} is locked since {quarantine.at:%Y-%m-%d %H:%M} UTC:"
        f" activity {quarantine.activity_id} was quarantined by {quarantine.by} ({quarantine.reason}). Bring its"
        " target's answer back; it is asked once a minute, and what it says settles the activity. Where it never will:"
        f" `slipway activity settle {quarantine.activity_id} --as done|failed --reason …`",
    )


def ended(quarantine: Quarantine, *, succeeded: bool, because: str) -> Message:
    """A service is locked no longer."""
    outcome = "taken to run what it wanted" if succeeded else "taken not to run what it wanted"
    return Message(
        key=f"quarantine:{quarantine.activity_id}:ended",
        channel=MessageChannel.DEPLOY,
        text=f"{quarantine.service} in {quarantine.environment} is no longer quarantined, and {outcome}: {because}."
        " Holds that its failure placed still stand",
    )
