"""How far a schema may go back when its stage is undone: as far as was proven, losing the least (R18). Pure."""

from enum import StrEnum

from slipway.domain.migration_proof import MigrationProof, ProofVerdict


class WayBack(StrEnum):
    """What becomes of the schema."""

    DOWNGRADE = "downgrade"
    TRY = "try"
    """The downgrade refuses, and changes nothing, where rows of the new form exist: then the schema stays."""
    STAY = "stay"
    """The previous version was seen to run on the new schema, and nothing that was written since is lost."""
    STOP = "stop"
    """Neither is proven: people decide."""


def way_back(proof: MigrationProof) -> WayBack:
    """Which way what was proven leaves open. Nothing is lost without need: staying goes before losing new data."""
    match proof.verdict:
        case ProofVerdict.REVERSIBLE:
            return WayBack.DOWNGRADE
        case ProofVerdict.NEW_DATA_LOST:
            return WayBack.STAY if may_stay(proof) else WayBack.DOWNGRADE
        case ProofVerdict.CONDITIONAL:
            return WayBack.TRY
        case _:
            return WayBack.STAY if may_stay(proof) else WayBack.STOP


def may_stay(proof: MigrationProof) -> bool:
    """Whether what ran before runs on the new schema. Where nothing ran, nothing has to."""
    return proof.old_digest is None or proof.serves_old_version


def in_words(proof: MigrationProof) -> str:
    """For those who are asked, before it happens."""
    lost = "; ".join(proof.rehearsed.lost_on_reverse) or "what is written in the new form"
    before = proof.old_version or "nothing"
    match way_back(proof):
        case WayBack.DOWNGRADE if proof.verdict is ProofVerdict.NEW_DATA_LOST:
            return f"the schema goes back, and this is lost with it: {lost}"
        case WayBack.DOWNGRADE:
            return "the schema goes back, and nothing is lost"
        case WayBack.TRY:
            stays = f"then it stays, and {before} runs on it" if may_stay(proof) else "then the release stops there"
            return f"the schema goes back unless rows of the new form exist; {stays}"
        case WayBack.STAY if proof.old_digest is None:
            return "the schema stays as it will be: nothing ran there before"
        case WayBack.STAY:
            return f"the schema stays as it will be, and {before} runs on it: that was tried"
        case WayBack.STOP:
            return (
                f"**there is no proven way back**: neither does the schema go back, nor was {before} seen to run on it"
            )
