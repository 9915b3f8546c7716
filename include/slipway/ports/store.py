"""The release database, as the use cases see it. Facts and their log entries are written in one transaction."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from slipway.domain.activity import (
    Activity,
    ActivityKind,
    ActivityState,
    Overtaken,
    Permit,
    Quarantine,
    Rescue,
    Turn,
    Worker,
)
from slipway.domain.arrival import Arrival
from slipway.domain.audit import RecordedRequest, RunName
from slipway.domain.booking import Booking
from slipway.domain.change import OutsideChange
from slipway.domain.disclosure import Disclosure
from slipway.domain.governed import Governed, Ownership
from slipway.domain.grant import Answer, ApprovalRequest, Grant, Step
from slipway.domain.identities import Identity
from slipway.domain.json_value import JsonObject
from slipway.domain.needs import Build, Need, NeedState
from slipway.domain.people import People, Person
from slipway.domain.platform import Action, Platform
from slipway.domain.policy.decision import LeaseHolder, StandingHold
from slipway.domain.proof import Change, Proof
from slipway.domain.release import (
    Attempt,
    BadAgain,
    ChangeKind,
    Origin,
    Outcome,
    Release,
    ReleaseState,
    Stage,
    StageOutcome,
)
from slipway.domain.release_window import Calendar
from slipway.domain.review import Review, ReviewKind
from slipway.domain.service import StageDefinition, StageRole
from slipway.domain.service_token import ServiceToken
from slipway.domain.two_people import PendingAct, PendingState
from slipway.ports.outside import Message


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


@dataclass(frozen=True, kw_only=True)
class EndedHold:
    """A hold that ended by itself, and why."""

    id: int
    scope: str
    name: str | None
    placed_by: str
    reason: str
    because: str


class Releases(Protocol):
    """Releases and their attempts."""

    def lock_service(self, service: str) -> None: ...
    def try_lock_service(self, service: str) -> bool: ...
    def lock_needs(self) -> None: ...
    def declared_needs(self, besides: str) -> Sequence[tuple[Build, Sequence[Need]]]: ...
    def create(self, new: NewRelease) -> Release: ...
    def get(self, release_id: str) -> Release | None: ...
    def add_requester(self, release_id: str, person: str) -> None: ...
    def set_state(self, release_id: str, state: ReleaseState, outcome: Outcome | None) -> None: ...
    def open_attempt(self, new: NewAttempt) -> Attempt: ...
    def attempt(self, attempt_id: str) -> Attempt | None: ...
    def lock_attempt(self, attempt_id: str) -> Attempt: ...
    def attempt_of_run(self, dag_id: str, run_id: str) -> Attempt | None: ...
    def attempts(self, release_id: str) -> Sequence[Attempt]: ...
    def open_attempts(self, service: str | None = None) -> Sequence[Attempt]: ...
    def awaiting_renewal(self) -> Sequence[Attempt]: ...
    def awaiting_first_run(self) -> Sequence[Release]: ...
    def end_attempt(self, attempt_id: str, outcome: Outcome) -> None: ...
    def request_stop(self, attempt_id: str, by: str, reason: str) -> None: ...


class Stages(Protocol):
    """Stages of attempts."""

    def get(self, attempt_id: str, role: StageRole) -> Stage: ...
    def lock(self, attempt_id: str, role: StageRole) -> Stage: ...
    def of_attempt(self, attempt_id: str) -> Sequence[Stage]: ...
    def set_ending(self, attempt_id: str, role: StageRole, ending: StageOutcome, detail: str) -> None: ...
    def set_smoke(self, attempt_id: str, role: StageRole, verdict: str) -> None: ...
    def set_confirmed(self, attempt_id: str, role: StageRole, verdict: str) -> None: ...
    def set_previous(self, attempt_id: str, role: StageRole, deployed: Deployed) -> None: ...
    def set_previous_revision(self, attempt_id: str, role: StageRole, revision: str) -> None: ...
    def finish(self, attempt_id: str, role: StageRole, outcome: StageOutcome, detail: str) -> None: ...
    def seconds_taken(self, service: str, environment: str) -> Sequence[float]: ...


class Turns(Protocol):
    """The queue of a lane and its holder."""

    def lock_lane(self, lane: str) -> None: ...
    def enqueue(self, lane: str, attempt_id: str, role: StageRole, rank: int, ready_at: datetime) -> Turn: ...
    def find(self, attempt_id: str, role: StageRole) -> Turn | None: ...
    def waiting(self, lane: str) -> Sequence[Turn]: ...
    def holder(self, lane: str) -> Turn | None: ...
    def seconds_held(self, service: str, environment: str) -> Sequence[float]: ...
    def take(self, turn_id: int) -> Turn: ...
    def park(self, turn_id: int) -> bool: ...
    def overtake(self, turn_id: int, by: int, because: str) -> None: ...
    def overtaken_by(self, turn_id: int) -> Sequence[Overtaken]: ...
    def free(self, attempt_id: str, role: StageRole) -> bool: ...


class Leases(Protocol):
    """Who works on a service in an environment."""

    def live(self, service: str, environment: str) -> LeaseHolder | None: ...
    def take(self, service: str, environment: str, permit: Permit) -> None: ...
    def free(self, attempt_id: str, role: StageRole) -> bool: ...


class Permits(Protocol):
    """Permits and the activities under them."""

    def find(self, attempt_id: str, role: StageRole) -> Permit | None: ...
    def issue(self, stage: Stage, digest: str, fencing: int, grants: Sequence[Grant]) -> Permit: ...
    def next_fencing(self) -> int: ...


class Activities(Protocol):
    """Outside work, open and closed."""

    def open(
        self,
        permit: Permit,
        activity_id: str,
        kind: ActivityKind,
        number: int,
        digest: str | None,
        worker: Worker,
        deadline: datetime,
    ) -> Activity: ...
    def get(self, activity_id: str) -> Activity | None: ...
    def lock(self, activity_id: str) -> Activity: ...
    def of_stage(self, attempt_id: str, role: StageRole) -> Sequence[Activity]: ...
    def rescues(self) -> Sequence[Rescue]: ...
    def close(self, activity_id: str, state: ActivityState, detail: str) -> None: ...


class Grants(Protocol):
    """Questions put to people, and the answers that count."""

    def ask(self, request: ApprovalRequest, task_instance: str) -> int: ...
    def request(self, attempt_id: str, step: Step) -> ApprovalRequest | None: ...
    def of_attempt(self, attempt_id: str) -> Sequence[Grant]: ...
    def write(
        self,
        request: ApprovalRequest,
        stage: Stage,
        attempt: Attempt,
        person: Person,
        answer: Answer,
        life: datetime,
    ) -> Grant: ...
    def first_authorised(self, release_id: str, environment: str) -> datetime | None: ...


class Records(Protocol):
    """Proofs, deployments, bad versions and holds."""

    def add_proof(self, attempt: Attempt, stage: Stage, verdict: str, checks: Sequence[JsonObject]) -> None: ...
    def latest_proof(self, service: str, environment: str, digest: str) -> Proof | None: ...
    def arrival(self, service: str, digest: str) -> Arrival | None: ...
    def changes_of_others(self, service: str, environments: Sequence[str], since: datetime) -> Sequence[Change]: ...
    def need_state(self, need: Need) -> NeedState: ...
    def void_proof(self, service: str, environment: str, digest: str, because: str) -> None: ...
    def add_deployment(self, attempt: Attempt, environment: str, deployed: Deployed, kind: str) -> None: ...
    def deployed(self, service: str, environment: str) -> Deployed: ...
    def mark_bad(self, attempt: Attempt, because: str, by: str) -> None: ...
    def why_bad(self, service: str, digest: str) -> str | None: ...
    def place_hold(
        self,
        scope: str,
        name: str | None,
        reason: str,
        by: str,
        until: datetime | None,
        exempt: str | None,
        *,
        absolute: bool = False,
        ends_with_release: bool = False,
    ) -> int: ...
    def end_holds(self) -> Sequence[EndedHold]: ...
    def lift_hold(self, hold_id: int, by: str, because: str) -> bool: ...
    def standing_holds(self, service: str, environment: str, release: Release) -> Sequence[StandingHold]: ...


class Quarantines(Protocol):
    """Activities that were given up on, while their services stay locked."""

    def begin(self, activity_id: str, service: str, environment: str, by: str, reason: str) -> Quarantine: ...
    def of_service(self, service: str, environment: str) -> Quarantine | None: ...
    def standing(self) -> Sequence[Quarantine]: ...
    def asked(self, activity_id: str) -> None: ...
    def end(self, activity_id: str) -> None: ...


class Reviews(Protocol):
    """What was done in a hurry, to be looked at afterwards."""

    def open(self, kind: ReviewKind, about: str, by: str, release: Release | None) -> Review: ...
    def lock(self, number: int) -> Review: ...
    def all(self, *, open_only: bool) -> Sequence[Review]: ...
    def mark_overdue(self, number: int) -> bool: ...
    def close(self, number: int, by: str, because: str) -> Review: ...


class Disclosures(Protocol):
    """The texts of security releases."""

    def file(self, service: str, summary: str, rollback_plan: str, salt: str, by: str) -> Disclosure: ...
    def lock(self, reference: str) -> Disclosure: ...
    def claim(self, reference: str, release_id: str) -> None: ...
    def publish(self, reference: str, by: str, because: str) -> Disclosure: ...


class Bookings(Protocol):
    """Second line's support for agreed times."""

    def book(self, service: str, begins: datetime, ends: datetime, reason: str, by: str) -> Booking: ...
    def get(self, number: int) -> Booking: ...
    def lock(self, number: int) -> Booking: ...
    def all(self) -> Sequence[Booking]: ...
    def accept(self, number: int, by: str) -> Booking: ...
    def waive(self, number: int, by: str, because: str) -> Booking: ...


class PendingActs(Protocol):
    """Acts that wait for a second person."""

    def ask(
        self, action: Action, parameters: JsonObject, reason: str, first: str, expires_at: datetime
    ) -> tuple[PendingAct, bool]: ...
    def lock(self, number: int) -> PendingAct: ...
    def due(self) -> Sequence[PendingAct]: ...
    def end(self, number: int, state: PendingState, second: str | None, result: str) -> None: ...


class ServiceTokens(Protocol):
    """Tokens of build pipelines, by their hashes."""

    def issue(self, service: str, hashed: str, by: Sequence[str], expires_at: datetime) -> ServiceToken: ...
    def by_hash(self, hashed: str) -> ServiceToken | None: ...
    def lock(self, number: int) -> ServiceToken: ...
    def shorten(self, number: int, expires_at: datetime) -> None: ...
    def revoke(self, number: int, by: str, because: str) -> None: ...


class KeyedRequests(Protocol):
    """What pipelines asked by key, and how it was answered."""

    def answered(self, scope: str, key: str) -> tuple[str, JsonObject] | None: ...
    def keep(self, scope: str, key: str, body_hash: str, answer: JsonObject) -> None: ...


class Outbox(Protocol):
    """Messages on their way to people."""

    def unsent(self, limit: int) -> Sequence[tuple[int, Message]]: ...
    def sent(self, number: int) -> None: ...
    def failed(self, number: int, problem: str) -> None: ...


class Audits(Protocol):
    """What cross-checks need of the release database, and what they have judged."""

    def look_from(self) -> datetime: ...
    def runs_to_find(self) -> Sequence[RunName]: ...
    def requests(self, since: datetime) -> Sequence[RecordedRequest]: ...
    def judge_once(self, key: str, *, found: bool) -> bool: ...
    def finished(self, began: datetime) -> None: ...


class Policies(Protocol):
    """The policy in effect, proposals, and the catalogue as it was last seen on disk."""

    def lock(self) -> None: ...
    def activation(self) -> Activation | None: ...
    def activate(self, governed: Governed, by: str, reason: str) -> None: ...
    def propose(self, governed: Governed, differences: Sequence[str], by: str) -> None: ...
    def proposal(self, digest: str) -> Proposal | None: ...
    def open_proposals(self) -> Sequence[Proposal]: ...
    def identities(self) -> Sequence[Identity]: ...
    def seen(self) -> Governed | None: ...
    def note_seen(self, governed: Governed) -> None: ...


class Accounts(Protocol):
    """Which people Airflow's accounts were last brought to."""

    def lock(self) -> None: ...
    def follow(self) -> str | None: ...
    def now_follow(self, people: str) -> None: ...


class Transaction(Protocol):
    """One transaction; commits when its block ends well, rolls back whole when it raises."""

    @property
    def releases(self) -> Releases: ...
    @property
    def stages(self) -> Stages: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def permits(self) -> Permits: ...
    @property
    def activities(self) -> Activities: ...
    @property
    def grants(self) -> Grants: ...
    @property
    def records(self) -> Records: ...
    @property
    def pending_acts(self) -> PendingActs: ...
    @property
    def quarantines(self) -> Quarantines: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def disclosures(self) -> Disclosures: ...
    @property
    def bookings(self) -> Bookings: ...
    @property
    def tokens(self) -> ServiceTokens: ...
    @property
    def keyed_requests(self) -> KeyedRequests: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def audits(self) -> Audits: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def accounts(self) -> Accounts: ...

    @property
    def now(self) -> datetime:
        """The database's clock at the start of the transaction, aware UTC."""

    def policy(self) -> PolicyInEffect:
        """Who may do what now. Raises NotFoundError before the first activation."""

    def log(
        self,
        kind: str,
        actor: Actor,
        *,
        attempt: Attempt | None = None,
        release_id: str | None = None,
        service: str | None = None,
        environment: str | None = None,
        payload: JsonObject | None = None,
    ) -> None:
        """Appends an entry; written at commit, in order, after everything else of the transaction."""

    def tell(self, message: Message) -> None:
        """Puts a message into the outbox; a key already there is left alone."""

    def wake(self) -> None:
        """Tells whoever waits (triggers, the reconciler) to look again, at commit."""


class ReleaseStore(Protocol):
    """The release database."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Raises DatabaseUnavailableError where it does not answer."""
