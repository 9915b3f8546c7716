"""What `check_migrations` found for one stage: a proof with its waivers, or that there is nothing to prove."""

from dataclasses import dataclass

from slipway.domain.grant import NOTHING_TO_PROVE
from slipway.domain.migration_proof import MigrationProof
from slipway.domain.migration_waiver import MigrationWaiver


@dataclass(frozen=True, kw_only=True)
class MigrationCheck:
    """`proof` None: `detail` says why there is nothing to prove."""

    detail: str
    proof: MigrationProof | None = None
    waivers: tuple[MigrationWaiver, ...] = ()

    @property
    def bound(self) -> str:
        """What a grant is bound to."""
        return NOTHING_TO_PROVE if self.proof is None else self.proof.id
