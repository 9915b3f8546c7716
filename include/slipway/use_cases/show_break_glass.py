"""Break-glass as people and programs read it."""

from collections.abc import Sequence
from dataclasses import asdict

from slipway.domain.json_value import JsonObject
from slipway.ports.store import ReleaseStore


def show_break_glass(store: ReleaseStore) -> Sequence[JsonObject]:
    """Every opening, oldest first; `in_force` is true of one at most."""
    with store.transaction() as tx:
        now = tx.now
        return [{**asdict(one), "in_force": one.closed_at is None and one.until > now} for one in tx.break_glass.all()]
