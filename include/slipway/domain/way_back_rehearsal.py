"""Going back, tried in Preprod before anyone needs it: new, the one before, new again, under one permit (R18). Pure."""

from dataclasses import dataclass

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.migration_proof import MigrationProof
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.service import StageRole
from slipway.domain.way_back import may_stay

FORTH, BACK, FORTH_AGAIN = 1, 2, 3
"""The numbers of the three deploys."""
_SAYS = {BACK: "the rehearsed way back (deploy 2)", FORTH_AGAIN: "coming forth again after it (deploy 3)"}


def is_asked_for(release: Release, stage: Stage) -> bool:
    """By the service, or by whoever says that the change is risky; only in Preprod, where the platform deploys it."""
    ours = stage.role is StageRole.PREPROD and stage.definition.target is not None and release.rollback is None
    return ours and (stage.definition.rehearse_rollback or release.problematic)


def why_not(attempt: Attempt, stage: Stage, proof: MigrationProof | None) -> str | None:
    """Why going back cannot be tried; None where it can. `proof` None: the stage migrates nothing."""
    if stage.previous_digest == attempt.digest:
        return f"{attempt.version} ran there before: there is nothing else to go back to"
    if proof is not None and not may_stay(proof):
        return (
            f"{proof.old_version} was not seen to run on the new schema, and the schema is taken back only when the"
            " stage is undone"
        )
    return None


def is_way_back(activity: Activity) -> bool:
    """Whether it brings what ran before, and not the attempt's artefact."""
    return activity.kind is ActivityKind.DEPLOY and activity.number == BACK


def brought_by(attempt: Attempt, stage: Stage, kind: ActivityKind, number: int) -> str | None:
    """The digest that a piece of work brings; None: it removes what runs."""
    is_back = kind is ActivityKind.DEPLOY and number == BACK
    return stage.previous_digest if is_back else attempt.digest


def in_words(activity: Activity) -> str:
    """Which piece of work, for those who read how a stage ended."""
    return _SAYS.get(activity.number, "deploy") if activity.kind is ActivityKind.DEPLOY else activity.kind.value


@dataclass(frozen=True, kw_only=True)
class WayBackTried:
    """What became of a rehearsal that was asked for. `because` says why there was none; empty where there was."""

    environment: str
    version: str
    back_to: str | None
    """None: nothing ran there before, so it was removed and brought again."""
    seconds: float = 0.0
    """How long the way back took."""
    because: str = ""

    @property
    def line(self) -> str:
        """For the form of those who decide about Prod."""
        if self.because:
            return f"- Going back was asked to be rehearsed in {self.environment}, and was **not**: {self.because}"
        back = self.back_to or "nothing, as before it"
        return (
            f"- Going back was rehearsed in {self.environment}: {self.version}, back to {back} in"
            f" {self.seconds:.1f} seconds, and {self.version} again"
        )
