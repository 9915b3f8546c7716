"""What a decision is made of: facts in, blockers out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from slipway.domain.activity import Quarantine, Rescue, Turn
from slipway.domain.announcement import Acknowledgement, Announcement
from slipway.domain.booking import Booking
from slipway.domain.confirmation_waiver import ConfirmationWaiver
from slipway.domain.containment import Containment
from slipway.domain.grant import NOTHING_TO_PROVE, Grant
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.needs import NeedState
from slipway.domain.people import People
from slipway.domain.platform import Platform
from slipway.domain.proof import Change, Proof
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.release_window import Calendar
from slipway.domain.sighting import Sighting


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """One reason why not. `clears_at` None: nobody knows when."""

    code: str
    message: str
    clears_at: datetime | None = None
    cleared_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """May it start now? Every blocker at once."""

    blockers: tuple[Blocker, ...]

    @property
    def allowed(self) -> bool:
        """True if nothing stands in the way."""
        return not self.blockers

    def has(self, *codes: str) -> bool:
        """Whether one of these codes is among the blockers."""
        return any(blocker.code in codes for blocker in self.blockers)

    def __str__(self) -> str:
        return "; ".join(f"{blocker.code}: {blocker.message}" for blocker in self.blockers) or "allowed"


@dataclass(frozen=True, kw_only=True)
class StandingHold:
    """A hold that applies to the service and environment in question."""

    id: int
    scope: str
    reason: str
    placed_by: str
    until: datetime | None
    absolute: bool = False
    """Binds emergency and security changes too; never a rescue."""
    unverified: str | None = None
    """The release that is live without a verdict, where that is why the hold was placed."""
    failed: str | None = None
    """The release whose failure or rollback placed it; it binds neither its next attempt nor what fixes it."""


@dataclass(frozen=True, kw_only=True)
class LeaseHolder:
    """Who works on the service in this environment."""

    attempt_id: str
    role: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything the rules look at, read in one transaction."""

    platform: Platform
    people: People
    policy_hash: str
    """Of the policy in effect now for this service and environment."""
    release: Release
    attempt: Attempt
    stage: Stage
    calendar: Calendar
    """The release window in effect."""
    stage_needs: timedelta
    """How long this stage is expected to need, time to go back included, waits for people left out."""
    product_owner: str | None
    stages_before: tuple[Stage, ...]
    grants: tuple[Grant, ...]
    """Of this attempt, for this stage's steps; rejections and voided ones included."""
    holds: tuple[StandingHold, ...] = ()
    lease: LeaseHolder | None = None
    may_overtake_service: bool = False
    """Whether this release goes first, and whoever has the lease is only watched in Prod."""
    rescues: tuple[Rescue, ...] = ()
    """What is being brought back on the live path right now, of whatever service."""
    quarantine: Quarantine | None = None
    """The oldest that stands for this service in this environment."""
    turn: Turn | None = None
    lane_holder: Turn | None = None
    bad_version: str | None = None
    emergencies: tuple[Containment, ...] = ()
    """What an ordinary release must contain before it goes on, and what is known of it."""
    differs_upstream: str | None = None
    """How the artefact, which came from a mirror, differs from what is published."""
    not_activated: tuple[str, ...] = ()
    """What the catalogue on disk says otherwise than the policy in effect, about this service and environment."""
    runs_before: dict[str, str | None] = field(default_factory=dict)
    """Environment → digest that the log says runs there, for the environments of the stages before."""
    proofs: dict[str, Proof] = field(default_factory=dict)
    """Environment → the latest proof of this artefact there: for Prod, of what is before it on the live path."""
    changes: tuple[Change, ...] = ()
    """What else changed in pre-production since the oldest of these proofs, newest first."""
    needs: tuple[NeedState, ...] = ()
    """What the release needs to be live first, and how far it is."""
    booking: Booking | None = None
    """The support of second line that the release asked for."""
    confirmation_waiver: ConfirmationWaiver | None = None
    """For Prod: by which nobody is to be asked to confirm it, as those who authorise it are told."""
    announcement: Announcement | None = None
    """For Prod: what was told beforehand of this version, where the release is potentially problematic."""
    acknowledged: tuple[Acknowledgement, ...] = ()
    """Who has seen that this version is on its way, first one first."""
    sightings: tuple[Sighting, ...] = ()
    """What the targets answered just before the permit; nobody asks them for less."""
    named_before: str | None = None
    """For a rollback: the digest that the grants of what it takes back name as the one to go back to."""
    seconded_by: str | None = None
    """Who agreed to a rollback as the second person."""
    newer_attempt: str | None = None
    """For the return of Preprod: what of the same service is on its way there."""
    migration: MigrationCheck | None = None
    """What its migrations were found to be; None before that, and where the service has no database there."""

    @property
    def migration_proof(self) -> str:
        """What grants are bound to."""
        return NOTHING_TO_PROVE if self.migration is None else self.migration.bound
