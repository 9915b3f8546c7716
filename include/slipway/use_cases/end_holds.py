"""A hold whose time is over, or whose release has ended, ends by itself: written and told once (R15)."""

from slipway.domain import messages
from slipway.use_cases.world import PLATFORM, World


def end_holds(world: World) -> None:
    """The reconciler's look."""
    with world.store.transaction() as tx:
        for hold in tx.records.end_holds():
            payload = {"hold": hold.id, "placed_by": hold.placed_by, "because": hold.because}
            service = hold.name if hold.scope == "service" else None
            environment = hold.name if hold.scope == "environment" else None
            tx.log("hold_ended", PLATFORM, service=service, environment=environment, payload=payload)
            tx.tell(
                messages.holds.ended(
                    hold.id,
                    placed_by=hold.placed_by,
                    scope=hold.scope,
                    name=hold.name,
                    because=hold.because,
                    reason=hold.reason,
                )
            )
            tx.wake()
