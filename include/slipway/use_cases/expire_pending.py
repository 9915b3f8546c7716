"""Acts that nobody seconded in time expire, with an entry and a message, once."""

from slipway.domain import messages
from slipway.domain.two_people import PendingState
from slipway.ports.store import Transaction
from slipway.use_cases.two_person_act import as_payload
from slipway.use_cases.two_person_acts import ACTS
from slipway.use_cases.world import PLATFORM, World


def expire_pending(world: World) -> None:
    """The reconciler's look."""
    with world.store.transaction() as tx:
        expire_due(tx)


def expire_due(tx: Transaction) -> None:
    """Ends those whose time is over."""
    for pending in tx.pending_acts.due():
        subject = ACTS[pending.action].about(tx, pending.parameters)
        tx.pending_acts.end(pending.id, PendingState.EXPIRED, None, "nobody seconded it in time")
        tx.log(
            "second_expired",
            PLATFORM,
            attempt=subject.attempt,
            environment=subject.environment,
            payload=as_payload(pending),
        )
        tx.tell(messages.two_people.expired(pending, subject.words))
