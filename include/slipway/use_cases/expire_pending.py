"""Acts that nobody seconded in time, or that can take effect no more, end with an entry and a message, once."""

from slipway.domain import messages
from slipway.domain.two_people import PendingAct, PendingState
from slipway.ports.store import Transaction
from slipway.use_cases.two_person_act import as_payload
from slipway.use_cases.two_person_acts import ACTS
from slipway.use_cases.world import PLATFORM, World


def expire_pending(world: World) -> None:
    """The reconciler's look."""
    with world.store.transaction() as tx:
        expire_due(tx)
        for pending in tx.pending_acts.waiting():
            end_if_never(tx, pending)


def expire_due(tx: Transaction) -> None:
    """Ends those whose time is over."""
    for pending in tx.pending_acts.due():
        _end(tx, pending, "nobody seconded it in time")


def end_if_never(tx: Transaction, pending: PendingAct) -> str | None:
    """Why it can take effect no more, and it is ended; None: it goes on waiting."""
    because = ACTS[pending.action].why_never(tx, pending.parameters)
    if because is not None:
        _end(tx, pending, because)
    return because


def _end(tx: Transaction, pending: PendingAct, because: str) -> None:
    subject = ACTS[pending.action].about(tx, pending.parameters)
    tx.pending_acts.end(pending.id, PendingState.EXPIRED, None, because)
    tx.log(
        "second_expired",
        PLATFORM,
        attempt=subject.attempt,
        environment=subject.environment,
        payload={**as_payload(pending), "because": because},
    )
    tx.tell(messages.two_people.expired(pending, subject.words, because))
    tx.wake()
