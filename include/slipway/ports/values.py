"""What is handed to the release database, and what it hands back, where no rule needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from slipway.domain.change import OutsideChange
from slipway.domain.governed import Governed, Ownership
from slipway.domain.json_value import JsonObject
from slipway.domain.needs import Need
from slipway.domain.people import People
from slipway.domain.platform import Platform
from slipway.domain.release import (
    BadAgain,
    ChangeKind,
    Origin,
    StageOutcome,
)
from slipway.domain.release_window import Calendar
from slipway.domain.rollback import Rollback
from slipway.domain.service import StageDefinition, StageRole


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does something, and which way it came."""

    id: str
    via: str


@dataclass(frozen=True, kw_only=True)
class NewRelease:
    """What a release is made of when it is first asked for."""

    service: str
    team: str
    kind: ChangeKind
    summary: str
    rollback_plan: str
    to: StageRole
    requested_by: str
    ticket: str | None
    fixes: str | None
    product_owner: str | None
    extra: JsonObject
    needs: Sequence[Need] = ()
    change: OutsideChange | None = None
    rollback: Rollback | None = None
    for_team: str | None = None
    attended_by: str | None = None
    booking: int | None = None
    proof_in: str | None = None


@dataclass(frozen=True, kw_only=True)
class NewAttempt:
    """What an attempt is made of; `stages` in order, each with the outcome it has from the start, if any."""

    release_id: str
    dag_id: str
    run_id: str
    version: str
    digest: str
    origin: Origin
    actor: str
    stages: Sequence["NewStage"]
    depends_on: Sequence[str] = ()
    bad_again: BadAgain | None = None


@dataclass(frozen=True, kw_only=True)
class NewStage:
    """A stage as `open` resolved it."""

    definition: StageDefinition
    policy_hash: str
    outcome: StageOutcome | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicyInEffect:
    """The people and the platform's rules that count now; `digest` names them."""

    digest: str
    platform: Platform
    people: People
    calendar: Calendar
    services: Mapping[str, Ownership]
    """Who owns what. Whoever is not in it gets no further than Dev."""

    @cached_property
    def governed(self) -> Governed:
        """The same as one value, to compare with a proposal or with the files."""
        return Governed(platform=self.platform, people=self.people, services=self.services)


@dataclass(frozen=True, kw_only=True)
class Activation:
    """How the policy in effect came to be so."""

    digest: str
    activated_by: str
    activated_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A policy that somebody wants in effect, with what it changes."""

    digest: str
    governed: Governed
    differences: Sequence[str]
    proposers: frozenset[str]
    """Everybody who proposed just this."""
    proposed_at: datetime
    outdated: bool
    """Another policy was activated since: `differences` compares with what is not in effect any more."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What the log says runs in an environment."""

    version: str | None
    digest: str | None
    row: int | None = field(default=None, compare=False)
    """Which row of the log's view says so; None where nothing was ever deployed."""
    attempt: str | None = field(default=None, compare=False)
    """Whose work brought it."""
    brought_back: bool = field(default=False, compare=False)
    """Whether that work was to undo a stage."""
    since: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class EndedHold:
    """A hold that ended by itself, and why."""

    id: int
    scope: str
    name: str | None
    placed_by: str
    reason: str
    because: str
