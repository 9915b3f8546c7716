"""Who has nobody asked to confirm a service in live, as people and programs read it."""

from collections.abc import Sequence

from slipway.domain.json_value import JsonObject
from slipway.ports.store import ReleaseStore


def show_confirmation_waivers(store: ReleaseStore, *, with_past: bool = False) -> Sequence[JsonObject]:
    """The newest first; those that do not count any more only where asked for."""
    with store.transaction() as tx:
        return [
            {
                "id": waiver.id,
                "service": waiver.service,
                "by": waiver.by,
                "at": waiver.at,
                "expires_at": waiver.expires_at,
                "state": waiver.state(tx.now),
                "reason": waiver.reason,
            }
            for waiver in tx.confirmation_waivers.all()
            if with_past or waiver.stands(tx.now)
        ]
