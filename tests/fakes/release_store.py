"""The release database in memory, as far as releases in the lane need it: quick enough for thousands of histories.

The same histories are played on the real one (`tests/integration/interleavings`), and must come out the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from slipway.domain.activity import (
    Activity,
    ActivityKind,
    ActivityState,
    Overtaken,
    Permit,
    Rescue,
    Turn,
    TurnState,
    Worker,
)
from slipway.domain.announcement import Acknowledgement, Announcement, Told, announcement_key, is_announcement
from slipway.domain.confirmation_waiver import ConfirmationWaiver
from slipway.domain.containment import LiveEmergency
from slipway.domain.errors import NotFoundError
from slipway.domain.governed import Governed
from slipway.domain.grant import STEPS_BEFORE, Answer, ApprovalRequest, Decision, Grant, Step
from slipway.domain.json_value import JsonObject, canonical
from slipway.domain.last_day import LastDay
from slipway.domain.left_in_preprod import LeftInPreprod
from slipway.domain.log_entry import GENESIS, LogEntry
from slipway.domain.message import Message
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.open_finding import LoggedFinding, Said
from slipway.domain.people import Person
from slipway.domain.policy.decision import LeaseHolder, StandingHold
from slipway.domain.proof import Change, Proof, proof_of
from slipway.domain.release import Attempt, ChangeKind, Outcome, Release, ReleaseState, Stage, StageOutcome
from slipway.domain.release_window import Calendar
from slipway.domain.restored import Objection
from slipway.domain.review import Review, ReviewKind
from slipway.domain.service import StageRole
from slipway.ports.messages import Claim, Receipt, Sending
from slipway.ports.values import Actor, Deployed, NewAttempt, NewRelease, PolicyInEffect

Key = tuple[str, StageRole]
K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")
ROLES = tuple(StageRole)
KINDS = list(ActivityKind)


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A row of the table of holds."""

    standing: StandingHold
    name: str | None
    exempt: str | None
    ends_with_release: bool
    lifted: bool = False


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A live lease."""

    holder: LeaseHolder
    fencing: int


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message by one way. `outcome` None: it is on its way."""

    problem: str = ""
    outcome: str | None = None
    ended_at: datetime | None = None


class Rows(dict[K, V]):
    """A table by key. What is written is noted, to be taken back."""

    def __init__(self, undo: list[Callable[[], object]]) -> None:
        super().__init__()
        self._undo = undo

    def __setitem__(self, key: K, value: V) -> None:
        self._undo.append(
            partial(dict.__setitem__, self, key, self[key]) if key in self else partial(dict.pop, self, key)
        )
        super().__setitem__(key, value)

    def __delitem__(self, key: K) -> None:
        self._undo.append(partial(dict.__setitem__, self, key, self[key]))
        super().__delitem__(key)


class Entries(list[V]):
    """A table that grows. What is written is noted, to be taken back."""

    def __init__(self, undo: list[Callable[[], object]]) -> None:
        super().__init__()
        self._undo = undo

    def append(self, value: V) -> None:
        self._undo.append(partial(list.pop, self))
        super().append(value)

    def replace(self, index: int, value: V) -> None:
        self._undo.append(partial(list.__setitem__, self, index, self[index]))
        super().__setitem__(index, value)


class Tables:
    """All rows, and how to take back what the transaction that is open wrote. Values are replaced, never changed."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.undo: list[Callable[[], object]] = []
        self.releases: Rows[str, Release] = Rows(self.undo)
        self.attempts: Rows[str, Attempt] = Rows(self.undo)
        self.stages: Rows[Key, Stage] = Rows(self.undo)
        self.turns: Rows[int, Turn] = Rows(self.undo)
        self.overtaken: Rows[int, tuple[int, str]] = Rows(self.undo)
        self.leases: Rows[tuple[str, str], Lease] = Rows(self.undo)
        self.permits: Rows[Key, Permit] = Rows(self.undo)
        self.activities: Rows[str, Activity] = Rows(self.undo)
        self.requests: Rows[tuple[str, Step], ApprovalRequest] = Rows(self.undo)
        self.grants: Rows[tuple[str, Step], Grant] = Rows(self.undo)
        self.proofs: Entries[tuple[str, str, str, str, Proof]] = Entries(self.undo)
        self.deployments: Entries[tuple[str, str, Deployed, datetime]] = Entries(self.undo)
        self.bad: Rows[tuple[str, str], str] = Rows(self.undo)
        self.holds: Rows[int, Hold] = Rows(self.undo)
        self.checks: Rows[Key, MigrationCheck] = Rows(self.undo)
        self.policies: Entries[PolicyInEffect] = Entries(self.undo)
        self.outbox: Entries[tuple[Message, datetime]] = Entries(self.undo)
        """Announcements only: of other messages nobody asks what became of them."""
        self.routed: Rows[int, bool] = Rows(self.undo)
        self.deliveries: Rows[tuple[int, str], Delivery] = Rows(self.undo)
        self.acknowledged: Rows[tuple[str, str, str], Acknowledgement] = Rows(self.undo)
        self.log: Entries[tuple[str, str | None]] = Entries(self.undo)
        """Kind and attempt of each entry."""
        self.refused_answers: Entries[tuple[str | None, str, JsonObject]] = Entries(self.undo)
        """Attempt, person and payload of each answer that the log says does not count."""
        self.confirmation_waivers: Rows[int, ConfirmationWaiver] = Rows(self.undo)
        self.findings: Rows[int, LoggedFinding] = Rows(self.undo)
        """Unauthorised changes by the number of their log entry."""
        self.fencing = 0
        """As a sequence of the database: what was drawn is never given again."""


class GuardError(Exception):
    """What the real database refuses whatever the code above does."""


class MemoryStore:
    """`ReleaseStore` in memory. One transaction at a time; what raises leaves nothing behind."""

    def __init__(self, now: datetime) -> None:
        self.tables = Tables(now)
        self._transaction = MemoryTransaction(self.tables)

    def set_clock(self, now: datetime) -> None:
        """The database's own."""
        self.tables.now = now

    @contextmanager
    def transaction(self) -> Iterator["MemoryTransaction"]:
        """A transaction, taken back unless its block ends well."""
        undo = self.tables.undo
        assert not undo, "another transaction is open"
        try:
            yield self._transaction
        except BaseException:
            while undo:
                undo.pop()()
            raise
        undo.clear()


class MemoryTransaction:
    """The tables under the names that the use cases know them by."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.releases = MemoryReleases(tables)
        self.stages = MemoryStages(tables)
        self.turns = MemoryTurns(tables)
        self.leases = MemoryLeases(tables)
        self.permits = MemoryPermits(tables)
        self.activities = MemoryActivities(tables)
        self.grants = MemoryGrants(tables)
        self.records = MemoryRecords(tables)
        self.quarantines = NoQuarantines()
        self.containments = NothingOwed()
        self.reviews = MemoryReviews(tables)
        self.findings = MemoryFindings(tables)
        self.policies = MemoryPolicies(tables)
        self.mirrored_copies = NoMirroredCopies()
        self.migrations = MemoryChecks(tables)
        self.outbox = MemoryOutbox(tables)
        self.deliveries = MemoryDeliveries(tables)
        self.announcements = MemoryAnnouncements(tables)
        self.last_days = QuietDays()
        self.confirmation_waivers = MemoryConfirmationWaivers(tables)
        self.preprods = NothingLeft()

    @property
    def now(self) -> datetime:
        """The database's clock."""
        return self._tables.now

    def policy(self) -> PolicyInEffect:
        """The newest."""
        return self._tables.policies[-1]

    def log(self, kind: str, actor: Actor, *, attempt: Attempt | None = None, **more: Any) -> None:
        """Kind and attempt are kept; of answers that don't count, which ones."""
        self._tables.log.append((kind, attempt.id if attempt else None))
        if kind == "answer_refused":
            self._tables.refused_answers.append((attempt.id if attempt else None, actor.id, more["payload"]))
        if kind == "unauthorised_change":
            self.findings.add(actor, attempt, more)

    def tell(self, message: Message) -> None:
        """Nobody listens, unless a release waits for that."""
        if is_announcement(message.key) and all(known.key != message.key for known, _ in self._tables.outbox):
            self._tables.outbox.append((message, self._tables.now))

    def wake(self) -> None:
        """Nobody sleeps."""


class NoMirroredCopies:
    """Nothing comes from a mirror."""

    def why_differs(self, _service: str, _digest: str) -> str | None:
        return None


class _Table:
    def __init__(self, tables: Tables) -> None:
        self._all = tables

    @property
    def _now(self) -> datetime:
        return self._all.now


def changed(row: T, /, **values: Any) -> T:
    """As `dataclasses.replace`, without asking each of twenty fields for its value: rows check nothing when made."""
    made = object.__new__(type(row))
    made.__dict__.update(row.__dict__, **values)
    return made


class MemoryOutbox(_Table):
    """`Outbox`; a message's number is its place in it."""

    def unsent(self, limit: int) -> Sequence[tuple[int, Message]]:
        known = enumerate(self._all.outbox)
        return [(number, message) for number, (message, _) in known if number not in self._all.routed][:limit]

    def route(self, number: int, ways: Sequence[str]) -> None:
        self._all.routed[number] = True
        for way in ways:
            if (number, way) not in self._all.deliveries:
                self._all.deliveries[number, way] = Delivery()


class MemoryDeliveries(_Table):
    """`Deliveries`, without waits: what failed may be tried again at once."""

    def claim(self, way: str) -> Claim | None:
        waiting = [number for (number, its), row in self._all.deliveries.items() if its == way and row.outcome is None]
        if not waiting:
            return None
        message, told_at = self._all.outbox[min(waiting)]
        return Claim(number=min(waiting), way=way, sending=Sending(message=message, told_at=told_at), refusals=0)

    def delivered(self, claim: Claim, _receipt: Receipt) -> None:
        self._change(claim.number, claim.way, outcome="delivered", ended_at=self._now)

    def failed(self, claim: Claim, problem: str, _wait: timedelta, *, in_doubt: bool, refused: bool) -> None:
        self._change(claim.number, claim.way, problem=problem)

    def give_up(self, number: int, way: str) -> None:
        self._change(number, way, outcome="given_up", ended_at=self._now)

    def _change(self, number: int, way: str, **values: Any) -> None:
        self._all.deliveries[number, way] = changed(self._all.deliveries[number, way], **values)


class MemoryAnnouncements(_Table):
    """`Announcements`."""

    def find(self, release_id: str, version: str) -> Announcement | None:
        key = announcement_key(release_id, version)
        found = [(number, at) for number, (message, at) in enumerate(self._all.outbox) if message.key == key]
        if not found:
            return None
        number, told_at = found[0]
        ways = sorted((way, row) for (its, way), row in self._all.deliveries.items() if its == number)
        return Announcement(
            told_at=told_at,
            told=tuple(_told(way, row) for way, row in ways),
            acknowledged=tuple(self.acknowledged(release_id, version)),
        )

    def acknowledged(self, release_id: str, version: str) -> Sequence[Acknowledgement]:
        seen = [row for (its, what, _), row in self._all.acknowledged.items() if (its, what) == (release_id, version)]
        return sorted(seen, key=lambda one: (one.at, one.person))

    def acknowledge(self, release_id: str, version: str, person: Person, comment: str) -> None:
        if (release_id, version, person.id) not in self._all.acknowledged:
            row = Acknowledgement(person=person.id, name=person.name, at=self._now, comment=comment)
            self._all.acknowledged[release_id, version, person.id] = row


def _told(way: str, row: Delivery) -> Told:
    given_up = ["given up"] if row.outcome == "given_up" else []
    problem = ", ".join(filter(None, [row.problem, *given_up]))
    return Told(way=way, at=row.ended_at if row.outcome == "delivered" else None, problem=problem)


class MemoryChecks(_Table):
    """No service has a database, so nothing is ever proven."""

    def note_check(self, attempt_id: str, role: StageRole, proof_id: str | None, detail: str) -> None:
        assert proof_id is None
        self._all.checks[attempt_id, role] = MigrationCheck(detail=detail)

    def checked(self, attempt_id: str, role: StageRole) -> MigrationCheck | None:
        return self._all.checks.get((attempt_id, role))


class MemoryReleases(_Table):
    """`Releases`."""

    def lock_service(self, _service: str) -> None:
        """Nobody else is there."""

    def try_lock_service(self, _service: str) -> bool:
        """Nobody else is there."""
        return True

    def create(self, new: NewRelease) -> Release:
        release = Release(
            id=f"r{len(self._all.releases) + 1}",
            service=new.service,
            team=new.team,
            kind=new.kind,
            summary=new.summary,
            rollback_plan=new.rollback_plan,
            to=new.to,
            requested_by=new.requested_by,
            requesters=frozenset({new.requested_by}),
            state=ReleaseState.OPEN,
            outcome=None,
            requested_at=self._now,
            ticket=new.ticket,
            fixes=new.fixes,
            product_owner=new.product_owner,
            needs=tuple(new.needs),
            problematic=new.extra.get("problematic") == "true",
        )
        self._all.releases[release.id] = release
        return release

    def get(self, release_id: str) -> Release | None:
        return self._all.releases.get(release_id)

    def add_requester(self, release_id: str, person: str) -> None:
        release = self._all.releases[release_id]
        self._all.releases[release_id] = changed(release, requesters=release.requesters | {person})

    def set_state(self, release_id: str, state: ReleaseState, outcome: Outcome | None) -> None:
        self._all.releases[release_id] = changed(self._all.releases[release_id], state=state, outcome=outcome)

    def open_attempt(self, new: NewAttempt) -> Attempt:
        number = 1 + len(self.attempts(new.release_id))
        if any(other.outcome is None for other in self.attempts(new.release_id)):
            raise GuardError(f"two open attempts of {new.release_id}")
        attempt = Attempt(
            id=f"{new.release_id}.{number}",
            release_id=new.release_id,
            number=number,
            service=self._all.releases[new.release_id].service,
            dag_id=new.dag_id,
            run_id=new.run_id,
            version=new.version,
            digest=new.digest,
            origin=new.origin,
            actor=new.actor,
            opened_at=self._now,
            outcome=None,
            depends_on=tuple(new.depends_on),
            kind=self._all.releases[new.release_id].kind,
        )
        self._all.attempts[attempt.id] = attempt
        for stage in new.stages:
            self._all.stages[attempt.id, stage.definition.role] = Stage(
                attempt_id=attempt.id,
                role=stage.definition.role,
                definition=stage.definition,
                policy_hash=stage.policy_hash,
                ending=None,
                ending_detail="",
                smoke=None,
                confirmed=None,
                previous_digest=None,
                previous_version=None,
                previous_revision=None,
                outcome=stage.outcome,
                detail=stage.detail,
            )
        return attempt

    def attempt(self, attempt_id: str) -> Attempt | None:
        return self._all.attempts.get(attempt_id)

    def lock_attempt(self, attempt_id: str) -> Attempt:
        return self._all.attempts[attempt_id]

    def attempt_of_run(self, dag_id: str, run_id: str) -> Attempt | None:
        known = self._all.attempts.values()
        return next((one for one in known if (one.dag_id, one.run_id) == (dag_id, run_id)), None)

    def attempts(self, release_id: str) -> Sequence[Attempt]:
        return [one for one in self._all.attempts.values() if one.release_id == release_id]

    def secret_of(self, service: str) -> Release | None:
        known = (one for one in self._all.releases.values() if one.service == service)
        secret = (one for one in known if one.kind is ChangeKind.SECURITY and one.state is not ReleaseState.ENDED)
        return next(reversed(list(secret)), None)

    def open_attempts(self, service: str | None = None) -> Sequence[Attempt]:
        known = [one for one in self._all.attempts.values() if one.outcome is None and service in {None, one.service}]
        return sorted(known, key=lambda one: (one.opened_at, one.id))

    def fixed_and_awaiting_retry(self, release: Release) -> Sequence[Release]:
        fixed = self._all.releases.get(release.fixes or "")
        if fixed is None:
            return []
        mine = [fixed] if fixed.state is ReleaseState.AWAITING_RETRY else []
        return [*self.fixed_and_awaiting_retry(fixed), *mine]

    def awaiting_renewal(self) -> Sequence[Attempt]:
        last = {one.release_id: one for one in self._all.attempts.values()}
        states = {release.id: release.state for release in self._all.releases.values()}
        return sorted(
            (
                one
                for one in last.values()
                if one.outcome is Outcome.RENEWED
                and states[one.release_id] is ReleaseState.AWAITING_RETRY
                and one.stop_requested_by is None
            ),
            key=lambda one: one.id,
        )

    def end_attempt(self, attempt_id: str, outcome: Outcome) -> None:
        attempt = self._all.attempts[attempt_id]
        if attempt.outcome is None:
            self._all.attempts[attempt_id] = changed(attempt, outcome=outcome)

    def request_stop(self, attempt_id: str, by: str, reason: str) -> None:
        attempt = self._all.attempts[attempt_id]
        if attempt.stop_requested_by is None:
            self._all.attempts[attempt_id] = changed(attempt, stop_requested_by=by, stop_reason=reason)


class MemoryStages(_Table):
    """`Stages`."""

    def get(self, attempt_id: str, role: StageRole) -> Stage:
        return self._all.stages[attempt_id, role]

    lock = get

    def of_attempt(self, attempt_id: str) -> Sequence[Stage]:
        return [self._all.stages[attempt_id, role] for role in ROLES]

    def set_ending(self, attempt_id: str, role: StageRole, ending: StageOutcome, detail: str) -> None:
        stage = self.get(attempt_id, role)
        if stage.ending is None and stage.outcome is None:
            self._set(stage, ending=ending, ending_detail=detail)

    def set_smoke(self, attempt_id: str, role: StageRole, verdict: str) -> None:
        stage = self.get(attempt_id, role)
        if stage.outcome is None and stage.smoke != "fail":
            self._set(stage, smoke=verdict)

    def set_confirmed(self, attempt_id: str, role: StageRole, verdict: str) -> None:
        stage = self.get(attempt_id, role)
        if stage.outcome is None and stage.confirmed != "fail":
            self._set(stage, confirmed=verdict)

    def note_confirmation_waiver(self, attempt_id: str, role: StageRole, number: int | None) -> None:
        stage = self.get(attempt_id, role)
        if stage.outcome is None and stage.confirmed is None:
            self._set(stage, confirmation_waiver=number)

    def set_verdict(self, attempt_id: str, role: StageRole, verdict: str) -> None:
        stage = self.get(attempt_id, role)
        if stage.outcome is None and stage.judged is None:
            self._set(stage, judged=verdict)

    def attend(self, attempt_id: str, role: StageRole, until: datetime) -> datetime:
        due = self.get(attempt_id, role).attend_until or until
        self._set(self.get(attempt_id, role), attend_until=due)
        return due

    def set_previous(self, attempt_id: str, role: StageRole, deployed: Deployed) -> None:
        stage = self.get(attempt_id, role)
        self._set(stage, previous_digest=deployed.digest, previous_version=deployed.version)

    def finish(self, attempt_id: str, role: StageRole, outcome: StageOutcome, detail: str) -> None:
        stage = self.get(attempt_id, role)
        if stage.outcome is None:
            self._set(stage, outcome=outcome, detail=detail)

    def seconds_taken(self, service: str, environment: str) -> Sequence[float]:
        taken = []
        for name, place, _, attempt_id, proof in reversed(self._all.proofs):
            if (name, place, proof.verdict) == (service, environment, "pass"):
                stage = next(s for s in self.of_attempt(attempt_id) if s.environment == environment)
                permit = self._all.permits[attempt_id, stage.role]
                taken.append(max(0.0, (proof.at - permit.issued_at).total_seconds()))
        return taken[:20]

    def objections(self, _attempt_id: str, _role: StageRole) -> Sequence[Objection]:
        """The log in memory has no times."""
        return ()

    def _set(self, stage: Stage, **changes: Any) -> None:
        self._all.stages[stage.attempt_id, stage.role] = changed(stage, **changes)


class MemoryTurns(_Table):
    """`Turns`, with the guards of the real table."""

    def lock_lane(self, _lane: str) -> None:
        """Nobody else is there."""

    def enqueue(self, lane: str, attempt_id: str, role: StageRole, rank: int, ready_at: datetime) -> Turn:
        known = self.find(attempt_id, role)
        if known is not None and known.state is not TurnState.FREED:
            return known
        turn = Turn(
            id=1 + len(self._all.turns),
            lane=lane,
            attempt_id=attempt_id,
            role=role,
            state=TurnState.WAITING,
            rank=rank,
            ready_at=ready_at,
            fencing=None,
            slot_parked=False,
        )
        self._all.turns[turn.id] = turn
        return turn

    def find(self, attempt_id: str, role: StageRole) -> Turn | None:
        mine = [turn for turn in self._all.turns.values() if (turn.attempt_id, turn.role) == (attempt_id, role)]
        return mine[-1] if mine else None

    def waiting(self, lane: str) -> Sequence[Turn]:
        known = [one for one in self._all.turns.values() if one.lane == lane and one.state is TurnState.WAITING]
        return sorted(known, key=lambda one: (-one.rank, one.ready_at, one.id))

    def holder(self, lane: str) -> Turn | None:
        return next((t for t in self._all.turns.values() if t.lane == lane and t.state is TurnState.HOLDING), None)

    def seconds_held(self, _service: str, _environment: str) -> Sequence[float]:
        return []

    def take(self, turn_id: int) -> Turn:
        turn = self._all.turns[turn_id]
        if turn.state is not TurnState.WAITING or self.holder(turn.lane) is not None:
            raise GuardError(f"two hold the lane {turn.lane}")
        self._all.fencing += 1
        self._all.turns[turn_id] = changed(turn, state=TurnState.HOLDING, fencing=self._all.fencing, taken_at=self._now)
        return self._all.turns[turn_id]

    def park(self, turn_id: int) -> bool:
        turn = self._all.turns[turn_id]
        if turn.state is not TurnState.HOLDING:
            return False
        self._all.turns[turn_id] = changed(turn, slot_parked=True)
        return True

    def overtake(self, turn_id: int, by: int, because: str) -> None:
        turn = self._all.turns[turn_id]
        refuse_over_open_work(self._all, turn.attempt_id, turn.role)
        self._all.turns[turn_id] = changed(turn, state=TurnState.FREED)
        self._all.overtaken[turn_id] = (by, because)

    def overtaken_by(self, turn_id: int) -> Sequence[Overtaken]:
        found = [
            (self._all.turns[turn], because) for turn, (by, because) in self._all.overtaken.items() if by == turn_id
        ]
        return [Overtaken(attempt_id=turn.attempt_id, because=because) for turn, because in found]

    def free(self, attempt_id: str, role: StageRole) -> bool:
        turn = self.find(attempt_id, role)
        if turn is None or turn.state is TurnState.FREED:
            return False
        if turn.state is TurnState.HOLDING:
            refuse_over_open_work(self._all, attempt_id, role)
        self._all.turns[turn.id] = changed(turn, state=TurnState.FREED)
        return True


def refuse_over_open_work(tables: Tables, attempt_id: str, role: StageRole) -> None:
    """As the triggers of turn and service_lease do."""
    for one in tables.activities.values():
        if (one.attempt_id, one.role, one.state) == (attempt_id, role, ActivityState.OPEN):
            raise GuardError(f"an activity of {attempt_id} {role} is open")


class MemoryLeases(_Table):
    """`Leases`."""

    def live(self, service: str, environment: str) -> LeaseHolder | None:
        lease = self._all.leases.get((service, environment))
        return None if lease is None else lease.holder

    def take(self, service: str, environment: str, permit: Permit) -> None:
        if (service, environment) in self._all.leases:
            raise GuardError(f"two leases of {service} in {environment}")
        holder = LeaseHolder(attempt_id=permit.attempt_id, role=permit.role)
        self._all.leases[service, environment] = Lease(holder=holder, fencing=permit.fencing)

    def free(self, attempt_id: str, role: StageRole) -> bool:
        for place, lease in list(self._all.leases.items()):
            if (lease.holder.attempt_id, lease.holder.role) == (attempt_id, role):
                refuse_over_open_work(self._all, attempt_id, role)
                del self._all.leases[place]
                return True
        return False


class MemoryPermits(_Table):
    """`Permits`."""

    def find(self, attempt_id: str, role: StageRole) -> Permit | None:
        return self._all.permits.get((attempt_id, role))

    def issue(self, stage: Stage, digest: str, fencing: int, _grants: Sequence[Grant]) -> Permit:
        if (stage.attempt_id, stage.role) in self._all.permits:
            raise GuardError(f"two permits of {stage.attempt_id} {stage.role}")
        permit = Permit(
            id=1 + len(self._all.permits),
            attempt_id=stage.attempt_id,
            role=stage.role,
            digest=digest,
            policy_hash=stage.policy_hash,
            fencing=fencing,
            issued_at=self._now,
        )
        self._all.permits[stage.attempt_id, stage.role] = permit
        return permit


class MemoryActivities(_Table):
    """`Activities`."""

    def open(
        self,
        permit: Permit,
        activity_id: str,
        kind: ActivityKind,
        number: int,
        digest: str | None,
        worker: Worker,
        deadline: datetime,
    ) -> Activity:
        if not any(lease.fencing == permit.fencing for lease in self._all.leases.values()):
            raise GuardError(f"{permit.attempt_id} {permit.role} holds no lease")
        activity = Activity(
            id=activity_id,
            attempt_id=permit.attempt_id,
            role=permit.role,
            kind=kind,
            number=number,
            state=ActivityState.OPEN,
            worker=worker,
            fencing=permit.fencing,
            digest=digest,
            opened_at=self._now,
            deadline=deadline,
            detail="",
        )
        self._all.activities[activity_id] = activity
        return activity

    def get(self, activity_id: str) -> Activity | None:
        return self._all.activities.get(activity_id)

    def lock(self, activity_id: str) -> Activity:
        return self._all.activities[activity_id]

    def of_stage(self, attempt_id: str, role: StageRole) -> Sequence[Activity]:
        mine = [one for one in self._all.activities.values() if (one.attempt_id, one.role) == (attempt_id, role)]
        return sorted(mine, key=lambda one: (KINDS.index(one.kind), one.number))

    def rescues(self) -> Sequence[Rescue]:
        begun = [one for one in self._all.activities.values() if one.kind is ActivityKind.UNDO and one.number == 1]
        return [
            Rescue(
                attempt_id=one.attempt_id,
                service=self._all.attempts[one.attempt_id].service,
                environment=self._all.stages[one.attempt_id, one.role].environment,
            )
            for one in begun
            if self._all.stages[one.attempt_id, one.role].outcome is None
        ]

    def close(self, activity_id: str, state: ActivityState, detail: str) -> None:
        activity = self._all.activities[activity_id]
        if activity.state is ActivityState.OPEN:
            self._all.activities[activity_id] = changed(activity, state=state, detail=detail, closed_at=self._now)


class MemoryGrants(_Table):
    """`Grants`."""

    def ask(self, request: ApprovalRequest, _task_instance: str) -> int:
        before = self._all.requests.get((request.attempt_id, request.step))
        kept = request if before is None else changed(request, expires_at=before.expires_at)
        self._all.requests[request.attempt_id, request.step] = kept
        return 1 if before is None else 2

    def close_request(self, attempt_id: str, step: Step) -> None:
        """Whether a question still waits is nothing that these histories look at."""

    def request(self, attempt_id: str, step: Step) -> ApprovalRequest | None:
        return self._all.requests.get((attempt_id, step))

    def refused_before(self, attempt_id: str, actor: Actor, answer: JsonObject) -> bool:
        known = ((one, who, payload) for one, who, payload in self._all.refused_answers if one == attempt_id)
        return any(who == actor.id and answer.items() <= payload.items() for _, who, payload in known)

    def of_attempt(self, attempt_id: str) -> Sequence[Grant]:
        return [grant for grant in self._all.grants.values() if grant.attempt_id == attempt_id]

    def write(
        self,
        request: ApprovalRequest,
        stage: Stage,
        attempt: Attempt,
        person: Person,
        answer: Answer,
        life: datetime,
        migration_proof: str,
    ) -> Grant:
        grant = Grant(
            id=1 + len(self._all.grants),
            release_id=attempt.release_id,
            attempt_id=attempt.id,
            step=request.step,
            person=person.id,
            decision=Decision(answer.decision),
            digest=attempt.digest,
            environment=stage.environment,
            policy_hash=stage.policy_hash,
            evidence_hash=request.evidence_hash,
            granted_at=self._now,
            expires_at=life,
            voided_because=None,
            migration_proof=migration_proof,
            looked_by=answer.looked_by,
            looked_at=answer.looked_at,
        )
        self._all.grants[attempt.id, request.step] = grant
        return grant

    def first_authorised(self, release_id: str, environment: str) -> datetime | None:
        return min(self.authorised(release_id, environment), default=None)

    def authorised(self, release_id: str, environment: str) -> Sequence[datetime]:
        """When each attempt was."""
        complete = []
        for attempt in [one for one in self._all.attempts.values() if one.release_id == release_id]:
            for role, steps in STEPS_BEFORE.items():
                if steps and self._all.stages[attempt.id, role].environment == environment:
                    found = [self._all.grants.get((attempt.id, step)) for step in steps]
                    given = [g.granted_at for g in found if g is not None and g.decision is Decision.APPROVE]
                    complete += [max(given)] if len(given) == len(steps) else []
        return complete


class MemoryRecords(_Table):
    """`Records`, as far as the lane needs them."""

    def arrival(self, _service: str, _version: str) -> None:
        """Everything was published to the store."""

    def add_proof(self, attempt: Attempt, stage: Stage, verdict: str, checks: Sequence[JsonObject]) -> None:
        proof = proof_of(verdict, self._now, checks)
        self._all.proofs.append((attempt.service, stage.environment, attempt.digest, attempt.id, proof))

    def latest_proof(self, service: str, environment: str, digest: str) -> Proof | None:
        known = (row for row in reversed(self._all.proofs) if row[:3] == (service, environment, digest))
        found = next(known, None)
        return None if found is None else found[-1]

    def void_proof(self, service: str, environment: str, digest: str, because: str) -> None:
        for index, row in enumerate(self._all.proofs):
            if row[:3] == (service, environment, digest) and row[-1].voided_because is None:
                self._all.proofs.replace(index, (*row[:4], changed(row[-1], voided_because=because)))

    def changes_of_others(self, service: str, environments: Sequence[str], since: datetime) -> Sequence[Change]:
        """None: no service of these histories declares what it depends on."""
        return ()

    def add_deployment(self, attempt: Attempt, environment: str, deployed: Deployed, _kind: str) -> None:
        row = changed(deployed, row=1 + len(self._all.deployments))
        self._all.deployments.append((attempt.service, environment, row, self._now))

    def deployed(self, service: str, environment: str) -> Deployed:
        known = (row[2] for row in reversed(self._all.deployments) if row[:2] == (service, environment))
        return next(known, Deployed(version=None, digest=None))

    def running(self, environment: str) -> Mapping[str, Deployed]:
        newest = {service: runs for service, where, runs, *_ in self._all.deployments if where == environment}
        return {service: runs for service, runs in sorted(newest.items()) if runs.digest is not None}

    def mark_bad(self, attempt: Attempt, because: str, _by: str) -> None:
        if (attempt.service, attempt.digest) not in self._all.bad:
            self._all.bad[attempt.service, attempt.digest] = because

    def why_bad(self, service: str, digest: str) -> str | None:
        return self._all.bad.get((service, digest))

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
    ) -> int:
        number = 1 + len(self._all.holds)
        failed = exempt if scope == "service" and by == "platform" else None
        standing = StandingHold(
            id=number, scope=scope, reason=reason, placed_by=by, until=until, absolute=absolute, failed=failed
        )
        self._all.holds[number] = Hold(standing=standing, name=name, exempt=exempt, ends_with_release=ends_with_release)
        return number

    def lift_hold(self, hold_id: int, _by: str, _because: str) -> bool:
        hold = self._all.holds[hold_id]
        self._all.holds[hold_id] = changed(hold, lifted=True)
        return not hold.lifted

    def holds_of(self, person: str, scope: str, name: str | None) -> Sequence[int]:
        return [
            number
            for number, hold in self._all.holds.items()
            if not hold.lifted
            and (hold.standing.until is None or hold.standing.until > self._now)
            and (hold.standing.placed_by, hold.standing.scope, hold.name) == (person, scope, name)
        ]

    def failure_holds(self, service: str) -> Mapping[int, str]:
        return {
            number: hold.exempt
            for number, hold in self._all.holds.items()
            if not hold.lifted
            and (hold.standing.placed_by, hold.standing.scope, hold.name) == ("platform", "service", service)
            and hold.exempt is not None
        }

    def standing_holds(self, service: str, environment: str, release: Release) -> Sequence[StandingHold]:
        names = {"all": None, "environment": environment, "service": service}
        return [
            hold.standing
            for hold in self._all.holds.values()
            if not hold.lifted
            and (hold.standing.until is None or hold.standing.until > self._now)
            and names[hold.standing.scope] == hold.name
            and hold.exempt != release.id
        ]


class NoQuarantines:
    """`Quarantines`: none."""

    def of_service(self, _service: str, _environment: str) -> None:
        return None


class QuietDays:
    """`LastDays`: nothing happened."""

    def of(self, environment: str) -> LastDay:
        return LastDay(environment=environment)


class NothingLeft:
    """`Preprods`: whatever runs there is live."""

    def beside_live(self, _policy: PolicyInEffect, _service: str | None = None) -> Sequence[LeftInPreprod]:
        return ()


class NothingOwed:
    """Every version contains every emergency, as those who play on the real database declare."""

    def owed(self, _service: str) -> Sequence[LiveEmergency]:
        return ()

    def declare(self, _attempt_id: str, _emergency: str, _version: str, _by: str) -> None:
        pass

    def carry_over(self, _before: str, _attempt_id: str) -> None:
        pass


class MemoryReviews(_Table):
    """`Reviews`: opened, and never looked at again."""

    def open(self, kind: ReviewKind, about: str, by: str, release: Release | None) -> Review:
        return Review(
            id=1,
            kind=kind,
            about=about,
            release_id=release.id if release else None,
            service=release.service if release else None,
            opened_by=by,
            opened_at=self._now,
            closed_by=None,
        )


class MemoryConfirmationWaivers(_Table):
    """`ConfirmationWaivers`."""

    def give(self, service: str, by: str, expires_at: datetime, reason: str) -> ConfirmationWaiver:
        if expires_at <= self._now:
            raise GuardError("it would be over before it begins")
        number = len(self._all.confirmation_waivers) + 1
        waiver = ConfirmationWaiver(
            id=number, service=service, by=by, at=self._now, expires_at=expires_at, reason=reason
        )
        self._all.confirmation_waivers[number] = waiver
        return waiver

    def get(self, number: int) -> ConfirmationWaiver:
        if number not in self._all.confirmation_waivers:
            raise NotFoundError(f"there is no confirmation waiver {number}; see `slipway confirmation list --all`")
        return self._all.confirmation_waivers[number]

    def lock(self, number: int) -> ConfirmationWaiver:
        return self.get(number)

    def all(self) -> Sequence[ConfirmationWaiver]:
        return sorted(self._all.confirmation_waivers.values(), key=lambda one: -one.id)

    def standing(self, service: str) -> Sequence[ConfirmationWaiver]:
        found = [one for one in self.all() if one.service == service and one.stands(self._now)]
        return sorted(found, key=lambda one: (-one.expires_at.timestamp(), one.id))

    def end(self, number: int, by: str, because: str) -> ConfirmationWaiver:
        assert self.get(number).ended_by is None
        ended = changed(self.get(number), ended_at=self._now, ended_by=by, ended_because=because)
        self._all.confirmation_waivers[number] = ended
        return ended


class MemoryFindings(_Table):
    """`Findings`."""

    def add(self, actor: Actor, attempt: Attempt | None, more: Mapping[str, Any]) -> None:
        """As the entry that was just written."""
        seq = len(self._all.log)
        entry = LogEntry(
            seq=seq,
            at=f"{self._now:%Y-%m-%dT%H:%M:%S.%fZ}",
            kind="unauthorised_change",
            release_id=attempt.release_id if attempt else more.get("release_id"),
            attempt=attempt.id if attempt else None,
            service=attempt.service if attempt else more.get("service"),
            environment=more.get("environment"),
            actor=actor.id,
            via=actor.via,
            payload=canonical(more["payload"]),
            prev_hash=GENESIS,
            hash=GENESIS,
        )
        self._all.findings[seq] = LoggedFinding(entry=entry)

    def lock(self, seq: int) -> LoggedFinding:
        if seq not in self._all.findings:
            raise NotFoundError(f"the log has no unauthorised change {seq}")
        return self._all.findings[seq]

    def newest(self, *, open_only: bool, limit: int) -> Sequence[LoggedFinding]:
        wanted = [one for one in self._all.findings.values() if one.closed is None or not open_only]
        return wanted[-limit:]

    def count_open(self) -> int:
        return sum(one.closed is None for one in self._all.findings.values())

    def explain(self, seq: int, by: str, because: str) -> None:
        known = self._open(seq)
        self._all.findings[seq] = changed(known, explanations=(*known.explanations, self._said(by, because)))

    def close(self, seq: int, by: str, because: str) -> None:
        known = self._open(seq)
        if not known.explanations or by in known.explained_by:
            raise GuardError(f"finding {seq} was explained by nobody else")
        self._all.findings[seq] = changed(known, closed=self._said(by, because))

    def _open(self, seq: int) -> LoggedFinding:
        known = self._all.findings.get(seq)
        if known is None or known.closed is not None:
            raise GuardError(f"finding {seq} is closed, or none")
        return known

    def _said(self, by: str, because: str) -> Said:
        return Said(person=by, because=because, at=self._now)


class MemoryPolicies(_Table):
    """`Policies`."""

    def activate(self, governed: Governed, _by: str, _reason: str) -> None:
        rules = governed.platform
        calendar = Calendar(window=rules.window, zone=ZoneInfo(rules.time_zone), holidays={}.get)
        self._all.policies.append(
            PolicyInEffect(
                digest=str(len(self._all.policies)),
                platform=rules,
                people=governed.people,
                calendar=calendar,
                services=governed.services,
            )
        )

    def seen(self) -> Governed | None:
        """Nobody has looked at the files: they are what is in effect."""
        return None
