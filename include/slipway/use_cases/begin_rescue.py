"""What follows at once from a rollback that is authorised: who works on its service stops, and a review is owed."""

from slipway.domain import messages
from slipway.domain.platform import Action
from slipway.domain.release import Release
from slipway.domain.review import ReviewKind
from slipway.domain.rollback import Basis
from slipway.domain.two_people import needed
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.open_review import open_review


def begin_rescue(tx: Transaction, release: Release, actor: Actor) -> None:
    """Part of the transaction that authorises it."""
    rollback = release.rollback
    assert rollback is not None, "only rollbacks are begun"
    stop_who_works_there(tx, release, actor)
    about = f"rollback {release.id} of {release.service} in {rollback}, asked for by {release.requested_by}"
    open_review(tx, ReviewKind.ROLLBACK, about, actor, release)
    if rollback.basis is Basis.INCIDENT:
        takes = needed(tx.policy().platform.rule(Action.ROLLBACK_ELSEWHERE))
        open_review(
            tx, ReviewKind.ROLLBACK_ALONE, f"{about} alone: its second person is owed ({takes})", actor, release
        )


def stop_who_works_there(tx: Transaction, release: Release, actor: Actor) -> None:
    """A rescue takes its service from nobody: who has it is told to stop, and is settled and undone first."""
    rollback = release.rollback
    assert rollback is not None, "only rollbacks are begun"
    lease = tx.leases.live(release.service, rollback.environment)
    other = None if lease is None else tx.releases.lock_attempt(lease.attempt_id)
    if other is None or other.release_id == release.id or other.outcome is not None:
        return
    if other.stop_requested_by is None:
        reason = f"{release.id} rolls back {rollback}: {release.summary}"
        tx.releases.request_stop(other.id, release.requested_by, reason)
        tx.log("stop_requested", actor, attempt=other, payload={"reason": reason})
        tx.tell(messages.releases.stopped(other, release.requested_by, reason))
    tx.wake()
