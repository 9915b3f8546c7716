"""The platform's own rules as the catalogue gives them: environments, release window, lives, and who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from slipway.domain.message_routes import MessageRoutes
from slipway.domain.people import People, Person, Team, TeamRole
from slipway.domain.release_window import ReleaseWindow
from slipway.domain.repository import ArtefactSources
from slipway.domain.service import Service, StageRole

_DEMANDS_BY_ROLE = {
    TeamRole.RELEASER: "a releaser",
    TeamRole.SENIOR: "a senior",
    TeamRole.MANAGER: "a manager",
}


class Action(StrEnum):
    """The rows of the authority table: everything a person may do, or ask for."""

    REQUEST_RELEASE = "request_release"
    APPROVE_PREPROD = "approve_preprod"
    AUTHORISE_PROD = "authorise_prod"
    SIGN_OFF_PROD = "sign_off_prod"
    STOP = "stop"
    ROLLBACK = "rollback"
    ROLLBACK_ELSEWHERE = "rollback_elsewhere"
    CONFIRM = "confirm"
    WAIVE_CONFIRM = "waive_confirm"
    VERDICT = "verdict"
    HOLD_PLACE = "hold_place"
    HOLD_LIFT_OWN = "hold_lift_own"
    HOLD_LIFT = "hold_lift"
    HOLD_ABSOLUTE = "hold_absolute"
    RETRY_BAD_VERSION = "retry_bad_version"
    DECLARE_EMERGENCY = "declare_emergency"
    CLOSE_REVIEW = "close_review"
    WAIVE_MIGRATION = "waive_migration"
    EXPLAIN_DRIFT = "explain_drift"
    CLOSE_FINDING = "close_finding"
    BREAK_LEASE = "break_lease"
    QUARANTINE_ACTIVITY = "quarantine_activity"
    SETTLE_ACTIVITY = "settle_activity"
    ACTIVATE_POLICY = "activate_policy"
    ISSUE_TOKEN = "issue_token"  # noqa: S105 - an action's name, not a secret
    BREAK_GLASS = "break_glass"
    READ_EVERYTHING = "read_everything"
    READ_SECURITY = "read_security"
    SUPPORT_BOOK = "support_book"
    SUPPORT_ACCEPT = "support_accept"
    SUPPORT_WAIVE = "support_waive"
    ACKNOWLEDGE_UNDELIVERED = "acknowledge_undelivered"


class Duty(StrEnum):
    """What a person may be apart from a team's roles."""

    SECOND_LINE = "second_line"
    PRODUCT_OWNER = "product_owner"
    PLATFORM = "platform"
    AUDITOR = "auditor"
    DISCLOSURE = "disclosure"


class Party(StrEnum):
    """The part somebody already played in the matter at hand."""

    REQUESTER = "requester"
    APPROVER = "approver"
    AUTHORISER = "authoriser"
    AUTHOR = "author"
    DECLARER = "declarer"
    PROPOSER = "proposer"
    PLACER = "placer"


@dataclass(frozen=True, kw_only=True)
class Eligibility:
    """Who is meant: a role or above in the owning team, the same in any team, or a duty. Nobody if empty."""

    own_team: TeamRole | None = None
    any_team: TeamRole | None = None
    also: frozenset[Duty] = frozenset()

    def admits(self, person: Person, *, team: str | None, product_owner: str | None = None) -> bool:
        """Whether this person is meant in a matter of `team`; None where no team owns it (a hold on all)."""
        if self.own_team and team is not None and person.has_role(team, self.own_team):
            return True
        if self.any_team and person.has_role_anywhere(self.any_team):
            return True
        return bool(self.also & duties_of(person, product_owner))

    def describe(self) -> str:
        """The same in words, for refusals and forms."""
        parts = [f"{_DEMANDS_BY_ROLE[self.own_team]} of the owning team or above"] if self.own_team else []
        parts += [f"{_DEMANDS_BY_ROLE[self.any_team]} of any team or above"] if self.any_team else []
        parts += [duty.replace("_", " ") for duty in Duty if duty in self.also]
        return ", or ".join(parts) or "nobody"


@dataclass(frozen=True, kw_only=True)
class AuthorityRule:
    """One row of the authority table. With `second`, two different people are needed, in either order."""

    who: Eligibility
    differs_from: frozenset[Party] = frozenset()
    """The person must not be any of these in the same matter."""
    same_as: frozenset[Party] = frozenset()
    """The person must be one of these; empty: no such demand."""
    one_of_own_team: frozenset[Party] = frozenset()
    """The person, or one of these, must be of the owning team; empty: no such demand (R6)."""
    second: Eligibility | None = None
    reason_required: bool = False
    gains_nothing: bool = False
    """The person may not gain a role by the act (R26)."""


def duties_of(person: Person, product_owner: str | None = None) -> frozenset[Duty]:
    """The person's duties, product owner being one for the service in question only."""
    held = {
        Duty.SECOND_LINE: person.second_line,
        Duty.PRODUCT_OWNER: product_owner is not None and person.id == product_owner,
        Duty.PLATFORM: person.platform_engineer,
        Duty.AUDITOR: person.auditor,
        Duty.DISCLOSURE: person.disclosure,
    }
    return frozenset(duty for duty, has in held.items() if has)


@dataclass(frozen=True, kw_only=True)
class EnvironmentSettings:
    """A place that services run in; `label` is what people call it."""

    name: str
    role: StageRole
    label: str


@dataclass(frozen=True, kw_only=True)
class ApprovalLife:
    """How long a question waits for its answer, and how long the answer then holds: minutes by the clock."""

    request_minutes: int
    grant_minutes: int


@dataclass(frozen=True, kw_only=True)
class Platform:
    """`platform.yaml` as values."""

    time_zone: str
    environments: Mapping[str, EnvironmentSettings]
    authority: Mapping[Action, AuthorityRule]
    """One rule for every action that was known when it was written."""
    window: ReleaseWindow = field(default_factory=ReleaseWindow)
    """For Preprod and Prod only (R13)."""
    stage_minutes: int = 15
    """How long a stage is taken to need, time to go back included, until enough of them were seen."""
    approval_life: Mapping[StageRole, ApprovalLife] = field(default_factory=dict)
    """For Preprod and Prod, both always there."""
    proof_life_minutes: int = 7 * 24 * 60
    """How long a proof in Preprod counts for Prod: minutes by the clock."""
    review_life_minutes: int = 7 * 24 * 60
    """How long a review may stay open before it is a finding: minutes by the clock."""
    retry_life_minutes: int = 7 * 24 * 60
    """How long a release that did not pass awaits its retry before it expires: minutes by the clock."""
    dev_slots: int = 4
    slot_park_seconds: int = 300
    """How long a stage's first activity waits for its parked slot before the stage is refused."""
    target_patience_seconds: int = 60
    """How long a target that does not answer is asked again before the permit; then the stage ends."""
    attend_minutes: int = 60
    """How long somebody stays with a release in Prod, counted from its smoke tests (R17)."""
    smoke_hosts: tuple[str, ...] = ()
    """The only hosts that smoke checks may ask: see `allowed_hosts` (R16). A policy from before there were any has
    none."""
    watch_hosts: tuple[str, ...] = ()
    """The only hosts that a watch may ask (R17)."""
    artefact_sources: ArtefactSources = field(default_factory=ArtefactSources)
    """Where versions that the store does not have may come from (R23)."""
    messages: MessageRoutes = field(default_factory=MessageRoutes)
    """Where messages to people go (R14)."""

    @cached_property
    def effective_hashes(self) -> dict[tuple[str, str], str]:
        """By team and environment: what `policy_hash` has worked out already."""
        return {}

    def rule(self, action: str) -> AuthorityRule:
        """The row for an action, by `Action` or its text. Raises ValueError for what isn't one.

        A policy from before there was such a row gives it to nobody.
        """
        return self.authority.get(Action(action), AuthorityRule(who=Eligibility()))


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Everything the catalogue says, checked."""

    platform: Platform
    people: People
    teams: Mapping[str, Team]
    services: Mapping[str, Service]
