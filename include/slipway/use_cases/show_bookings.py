"""Booked support as people and programs read it."""

from collections.abc import Sequence

from slipway.domain.json_value import JsonObject
from slipway.ports.store import ReleaseStore


def show_bookings(store: ReleaseStore, *, with_past: bool = False) -> Sequence[JsonObject]:
    """The soonest first; those that are over only where asked for."""
    with store.transaction() as tx:
        return [
            {
                "id": booking.id,
                "service": booking.service,
                "begins": booking.begins,
                "ends": booking.ends,
                "state": booking.state,
                "booked_by": booking.booked_by,
                "accepted_by": booking.accepted_by,
                "waived_by": booking.waived_by,
                "reason": booking.reason,
            }
            for booking in tx.bookings.all()
            if with_past or booking.ends > tx.now
        ]
