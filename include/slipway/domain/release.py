"""Release, attempt, stage: what they are and how they may end (`lifecycle.md`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slipway.domain.change import OutsideChange
from slipway.domain.needs import Need
from slipway.domain.rollback import Rollback
from slipway.domain.service import StageDefinition, StageRole


class ChangeKind(StrEnum):
    """How urgent a change is; later ones rank higher in the queue and may replace earlier ones."""

    STANDARD = "standard"
    SECURITY = "security"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for ordinary changes, 1 for those that go first."""
        return 0 if self is ChangeKind.STANDARD else 1


class Outcome(StrEnum):
    """How an attempt ended."""

    PROVEN = "proven"
    LIVE = "live"
    REFUSED = "refused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    RENEWED = "renewed"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    UNVERIFIED = "unverified"
    LIVE_UNCERTAIN = "live_uncertain"

    @property
    def is_green(self) -> bool:
        """Whether the run is shown as a success in Airflow: it did what people decided."""
        return self in _GREEN

    @property
    def awaits_retry(self) -> bool:
        """Whether the release stays open for another attempt."""
        return self in _AWAITS_RETRY


_GREEN = frozenset(
    {
        Outcome.PROVEN,
        Outcome.LIVE,
        Outcome.REJECTED,
        Outcome.WITHDRAWN,
        Outcome.SUPERSEDED,
        Outcome.EXPIRED,
        Outcome.RENEWED,
    }
)
_AWAITS_RETRY = frozenset({Outcome.REFUSED, Outcome.ROLLED_BACK, Outcome.FAILED, Outcome.RENEWED})


class StageOutcome(StrEnum):
    """How one stage of an attempt ended."""

    PASSED = "passed"
    CARRIED_OVER = "carried_over"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASKED = "not_asked"
    REFUSED = "refused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    RENEWED = "renewed"
    NOT_STARTED = "not_started"
    UNDONE = "undone"
    UNVERIFIED = "unverified"
    LIVE_UNCERTAIN = "live_uncertain"

    @property
    def lets_the_next_stage_start(self) -> bool:
        """Whether the stage after it may go on."""
        return self in _GOES_ON

    @property
    def has_no_work(self) -> bool:
        """Whether the stage's tasks end at once."""
        return self in _NO_WORK


_NO_WORK = frozenset({StageOutcome.CARRIED_OVER, StageOutcome.NOT_APPLICABLE, StageOutcome.NOT_ASKED})
_GOES_ON = _NO_WORK | {StageOutcome.PASSED}

_ATTEMPT_OUTCOME = {
    StageOutcome.REFUSED: Outcome.REFUSED,
    StageOutcome.REJECTED: Outcome.REJECTED,
    StageOutcome.WITHDRAWN: Outcome.WITHDRAWN,
    StageOutcome.SUPERSEDED: Outcome.SUPERSEDED,
    StageOutcome.EXPIRED: Outcome.EXPIRED,
    StageOutcome.RENEWED: Outcome.RENEWED,
    StageOutcome.NOT_STARTED: Outcome.FAILED,
    StageOutcome.UNVERIFIED: Outcome.UNVERIFIED,
    StageOutcome.LIVE_UNCERTAIN: Outcome.LIVE_UNCERTAIN,
}


def attempt_outcome(stages: Iterable[tuple[StageRole, StageOutcome]]) -> Outcome:
    """How an attempt ended, from its stages in order: the first that did not let the next start decides."""
    live = False
    for role, outcome in stages:
        if outcome is StageOutcome.UNDONE:
            return Outcome.ROLLED_BACK if role is StageRole.PROD else Outcome.FAILED
        if not outcome.lets_the_next_stage_start:
            return _ATTEMPT_OUTCOME[outcome]
        live = live or (role is StageRole.PROD and outcome is StageOutcome.PASSED)
    return Outcome.LIVE if live else Outcome.PROVEN


class Origin(StrEnum):
    """Who started an attempt."""

    PERSON = "person"
    SCHEDULE = "schedule"
    PIPELINE = "pipeline"
    PLATFORM = "platform"


class ReleaseState(StrEnum):
    """Where a release stands as a whole."""

    OPEN = "open"
    AWAITING_RETRY = "awaiting_retry"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Release:
    """One intent: this service, this change, for this reason, owned by one team, asked for by one person."""

    id: str
    service: str
    team: str
    kind: ChangeKind
    summary: str
    rollback_plan: str
    to: StageRole
    requested_by: str
    requesters: frozenset[str]
    """Everyone who ever asked, retried, edited or declared: never an approver of it (R6)."""
    state: ReleaseState
    outcome: Outcome | None
    requested_at: datetime
    ticket: str | None = None
    fixes: str | None = None
    product_owner: str | None = None
    """Of the service, as its definition said when the release was asked for."""
    needs: tuple[Need, ...] = ()
    """What must be live before it goes live."""
    change: OutsideChange | None = None
    """What somebody outside is to do; None: an artefact is released."""
    rollback: Rollback | None = None
    """What it brings back; None: it is no rollback."""
    for_team: str | None = None
    """The owning team, where somebody who is not of it asks on its behalf."""
    attended_by: str | None = None
    """Who stays around afterwards."""
    booking: int | None = None
    """The support of second line that it asked for."""
    proof_in: str | None = None
    """The pre-production environment that proves it instead of Preprod, which is down."""
    problematic: bool = False
    """Whether who asked for it expects trouble."""


@dataclass(frozen=True, kw_only=True)
class BadAgain:
    """Why a version that is marked bad is tried again, and who answers for it."""

    reason: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One DAG run of a release, for one version."""

    id: str
    release_id: str
    number: int
    service: str
    dag_id: str
    run_id: str
    version: str
    digest: str
    origin: Origin
    actor: str
    opened_at: datetime
    outcome: Outcome | None
    stop_requested_by: str | None = None
    stop_reason: str | None = None
    depends_on: tuple[str, ...] = ()
    """Services whose change in Preprod voids a proof of this one, as the definition said when it was opened."""
    bad_again: BadAgain | None = None
    is_rollback: bool = False
    kind: ChangeKind = ChangeKind.STANDARD
    """Of its release."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One environment of an attempt."""

    attempt_id: str
    role: StageRole
    definition: StageDefinition
    policy_hash: str
    ending: StageOutcome | None
    """What a step before any work decided (rejected, expired, …); `finish_stage` makes it the outcome."""
    ending_detail: str
    smoke: str | None
    """Verdict of the smoke suite: pass, fail, unknown, or None while it has not run."""
    confirmed: str | None
    """Answer of the person who confirms the new functionality in live: pass, fail, or None; waived: nobody is asked."""
    previous_digest: str | None
    previous_version: str | None
    previous_revision: str | None
    """What ran before the stage's first activity: what undo brings back."""
    outcome: StageOutcome | None
    detail: str
    watch_began_at: datetime | None = None
    attend_until: datetime | None = None
    """In Prod: by when watch, confirmation and verdict must be in."""
    watched: str | None = None
    """Verdict of the watch: pass, fail, unknown, or None while there is none."""
    judged: str | None = None
    """What a person made of a watch that was not clear: pass, fail, or None."""
    confirmation_waiver: int | None = None
    """Number of the one that those who authorised it were told of, for Prod: nobody is to be asked to confirm it."""

    @property
    def said_no(self) -> bool:
        """Whether a check or a person found that it does not work."""
        return "fail" in (self.smoke, self.confirmed, self.watched, self.judged)

    @property
    def is_confirmed(self) -> bool:
        """Whether a person said that it works, or a manager that nobody need say so."""
        return self.confirmed in {"pass", "waived"}

    @property
    def watch_is_settled(self) -> bool:
        """Whether there was nothing to watch, or it is known to be good."""
        return self.definition.watch is None or "pass" in (self.watched, self.judged)

    @property
    def environment(self) -> str:
        """The environment's own name."""
        return self.definition.environment
