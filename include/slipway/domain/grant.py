"""Approvals as grants: for one artefact, one environment and one policy, with an expiry (`lifecycle.md`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slipway.domain.service import StageRole

PLATFORM_ACCOUNT = "platform"
"""The account that only withdraws questions; it belongs to nobody."""
NOTHING_TO_PROVE = "nothing to prove"
"""What a grant is bound to where no migration runs."""


class Step(StrEnum):
    """The questions a release puts to people; each is an Airflow task of that name."""

    APPROVE = "approve"
    AUTHORISE = "authorise"
    SIGN_OFF = "sign_off"
    CONFIRM = "confirm"
    VERDICT = "verdict"

    @property
    def role(self) -> StageRole:
        """The stage it belongs to."""
        return StageRole.PREPROD if self is Step.APPROVE else StageRole.PROD

    @property
    def action(self) -> str:
        """The row of the authority table that says who may answer."""
        return _ACTIONS[self]

    @property
    def needed_to_approve(self) -> Mapping[str, str]:
        """What must be filled in to approve: the field's name, and what it asks."""
        return _LOOK if self in {Step.AUTHORISE, Step.CONFIRM, Step.VERDICT} else {}


_LOOK: Mapping[str, str] = {
    "looked_by": "Who looked at the new functionality?",
    "looked_at": "At what did they look?",
}

_ACTIONS: Mapping[Step, str] = {
    Step.APPROVE: "approve_preprod",
    Step.AUTHORISE: "authorise_prod",
    Step.SIGN_OFF: "sign_off_prod",
    Step.CONFIRM: "confirm",
    Step.VERDICT: "verdict",
}

STEPS_BEFORE: Mapping[StageRole, tuple[Step, ...]] = {
    StageRole.DEV: (),
    StageRole.PREPROD: (Step.APPROVE,),
    StageRole.PROD: (Step.AUTHORISE, Step.SIGN_OFF),
}
"""The grants a stage's permit needs."""


class Decision(StrEnum):
    """What a person answered."""

    APPROVE = "Approve"
    REJECT = "Reject"
    WITHDRAWN = "Withdrawn"
    """Only the platform's own account may choose it; it grants nothing."""


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """A question put to people, with the evidence exactly as they are shown it."""

    attempt_id: str
    step: Step
    evidence: str
    evidence_hash: str
    eligible: tuple[str, ...]
    """Ids of the people who may answer."""
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """A question that nobody has answered, and of which it is time to remind those who may."""

    attempt_id: str
    step: Step
    eligible: tuple[str, ...]
    expires_at: datetime
    reminder_key: str
    """Of the message that is due: there is one of each."""
    is_last: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer as Airflow keeps it (`hitl_detail`), re-read by the API server."""

    hitl_id: str
    person: str | None
    decision: str
    comment: str
    looked_by: str
    looked_at: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A person's decision that counts."""

    id: int
    release_id: str
    attempt_id: str
    step: Step
    person: str
    decision: Decision
    digest: str
    environment: str
    policy_hash: str
    evidence_hash: str
    granted_at: datetime
    expires_at: datetime
    voided_because: str | None
    migration_proof: str = NOTHING_TO_PROVE
    """Id of the proof that the person was shown."""
    looked_by: str = ""
    looked_at: str = ""
