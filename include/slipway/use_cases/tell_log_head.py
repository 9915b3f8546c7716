"""Tells number and hash of the log's last entry once a day: who has the message finds a log that was rewritten (R5)."""

from slipway.domain import messages
from slipway.use_cases.world import World


def tell_log_head(world: World) -> None:
    """The reconciler's look. Days are those of UTC; one on which the platform never ran has no head."""
    with world.store.transaction() as tx:
        message = messages.evidence.log_head(tx.now, *tx.log_head())
        if not tx.outbox.has(message.key):
            tx.tell(message)
