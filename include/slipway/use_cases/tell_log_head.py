"""Tells number and hash of the log's last entry once a day: who has the message finds a log that was rewritten (R5)."""

from slipway.domain.message_routes import MessageChannel
from slipway.ports.outside import Message
from slipway.use_cases.world import World


def tell_log_head(world: World) -> None:
    """The reconciler's look. Days are those of UTC; one on which the platform never ran has no head."""
    with world.store.transaction() as tx:
        day = f"{tx.now:%Y-%m-%d}"
        key = f"log_head:{day}"
        if tx.outbox.has(key):
            return
        number, digest = tx.log_head()
        text = (
            f"Head of the release log on {day}: {number}:{digest}. Keep this message: with it, nobody rewrites what was"
            f" before it unseen (slipway log verify --published {number}:{digest})."
        )
        tx.tell(Message(key=key, channel=MessageChannel.EVIDENCE, text=text))
