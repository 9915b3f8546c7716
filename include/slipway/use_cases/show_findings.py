"""What the audit found, and nobody closed yet, as people and programs read it."""

from collections.abc import Sequence

from slipway.domain.json_value import JsonObject
from slipway.ports.store import ReleaseStore


def show_findings(store: ReleaseStore, *, open_only: bool = True, limit: int) -> Sequence[JsonObject]:
    """The newest, oldest of them first."""
    with store.transaction() as tx:
        return [finding.as_json() for finding in tx.findings.newest(open_only=open_only, limit=limit)]
