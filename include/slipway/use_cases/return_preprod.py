"""Preprod goes back to live's artefact when a release ended for good without going live (`lifecycle.md`)."""

from collections.abc import Sequence

from slipway.domain import messages
from slipway.domain.left_in_preprod import LeftInPreprod
from slipway.domain.release import ChangeKind
from slipway.domain.rollback import Basis, Rollback
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import NewRelease
from slipway.use_cases.ask_rollback import as_payload
from slipway.use_cases.facts import release_of
from slipway.use_cases.in_place_of_nothing import stands_in
from slipway.use_cases.world import PLATFORM, World


def ask_returns(world: World) -> None:
    """The reconciler's look: each return that is due becomes a rollback of its own."""
    for left in _due(world):
        with world.store.transaction() as tx:
            if tx.releases.try_lock_service(left.service) and left in tx.preprods.beside_live(
                tx.policy(), left.service
            ):
                _ask(tx, left)


def _due(world: World) -> Sequence[LeftInPreprod]:
    with world.store.transaction() as tx:
        if tx.policies.activation() is None:
            return ()
        return [left for left in tx.preprods.beside_live(tx.policy()) if left.is_due(tx.now)]


def _ask(tx: Transaction, left: LeftInPreprod) -> None:
    attempt = tx.releases.attempt(left.attempt_id)
    assert attempt is not None, "a deployment refers to its attempt by foreign key"
    ended = tx.policy().governed.owned(release_of(tx, attempt))
    preprod = tx.stages.get(attempt.id, StageRole.PREPROD)
    live = tx.stages.get(attempt.id, StageRole.PROD)
    runs = tx.records.deployed(attempt.service, preprod.environment)
    wanted = tx.records.deployed(attempt.service, live.environment)
    if (preprod.environment, wanted.digest) != (left.environment, left.live_digest):
        return  # it was proven elsewhere than services go by now
    if wanted.version is None or wanted.digest is None or stands_in(live.definition, wanted.version):
        return  # nothing is live, or what is there in place of nothing
    rollback = Rollback(
        environment=preprod.environment,
        version=wanted.version,
        digest=wanted.digest,
        from_version=runs.version,
        from_digest=runs.digest,
        from_attempt=attempt.id,
        from_release=attempt.release_id,
        schema_too=wanted.digest == preprod.previous_digest,
        basis=Basis.RETURN,
        since=runs.since,
    )
    why = f"{ended.id} ended as {ended.outcome} without going live"
    release = tx.releases.create(
        NewRelease(
            service=attempt.service,
            team=ended.team,
            kind=ChangeKind.STANDARD,
            summary=f"{preprod.environment} goes back to what is live: {why}",
            rollback_plan="",
            to=StageRole.PREPROD,
            requested_by=PLATFORM.id,
            ticket=None,
            fixes=None,
            product_owner=ended.product_owner,
            extra={},
            rollback=rollback,
        )
    )
    payload = {**as_payload(rollback), "reason": why}
    tx.log(
        "rollback_asked",
        PLATFORM,
        release_id=release.id,
        service=release.service,
        environment=rollback.environment,
        payload=payload,
    )
    tx.tell(messages.rollbacks.preprod_returns(release, rollback, why))
    tx.wake()
