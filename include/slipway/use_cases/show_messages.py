"""What people were told, and what has not arrived."""

from slipway.domain.json_value import JsonObject
from slipway.ports.store import ReleaseStore


def show_messages(store: ReleaseStore, *, undelivered: bool, limit: int) -> JsonObject:
    """Messages, newest first, and the ways that do not work now."""
    with store.transaction() as tx:
        return {
            "messages": [one.as_json() for one in tx.deliveries.newest(limit, undelivered=undelivered)],
            "ways": [one.as_json() for one in tx.deliveries.ways()],
        }
