"""What a stage's proofs rest on, as the release database has it."""

from collections.abc import Sequence

from slipway.domain.platform import Platform
from slipway.domain.proof import Change, Proof
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction


def changes_since(tx: Transaction, platform: Platform, service: str, proofs: Sequence[Proof]) -> tuple[Change, ...]:
    """What else changed in pre-production since the oldest of these proofs, newest first."""
    if not proofs:
        return ()
    places = sorted(name for name, settings in platform.environments.items() if settings.role is StageRole.PREPROD)
    return tuple(tx.records.changes_of_others(service, places, min(proof.at for proof in proofs)))
