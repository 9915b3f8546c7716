"""Sends what is in the outbox. A channel that is down delays a message and never a release (R14)."""

from slipway.domain.errors import SlipwayError
from slipway.ports.messages import Notifier, Sending
from slipway.use_cases.world import World

BATCH = 50


def send_outbox(world: World, notifier: Notifier) -> int:
    """How many messages went out. A message may go out twice after a crash, never not at all."""
    with world.store.transaction() as tx:
        unsent, now = tx.outbox.unsent(BATCH), tx.now
    sent = 0
    for number, message in unsent:
        try:
            notifier.send(Sending(message=message, told_at=now))
        except SlipwayError as error:
            with world.store.transaction() as tx:
                tx.outbox.failed(number, str(error))
            continue
        with world.store.transaction() as tx:
            tx.outbox.sent(number)
        sent += 1
    return sent
