"""May a service be changed in an environment now? Every blocker, when it clears, who can clear it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Platform
from slipway.domain.policy import (
    contains_emergencies,
    no_hold,
    no_rescue_runs,
    not_quarantined,
    policy_is_activated,
    service_is_free,
    window_is_open,
)
from slipway.domain.policy.decide import Rule, decide
from slipway.domain.policy.decision import Blocker, Decision, Facts
from slipway.domain.policy_hash import effective_policy_hash
from slipway.domain.release import Attempt, ChangeKind, Origin, Release, ReleaseState, Stage
from slipway.domain.service import StageDefinition, StageRole
from slipway.ports.store import ReleaseStore, Transaction
from slipway.use_cases.contain_emergencies import contained
from slipway.use_cases.facts import gather, not_activated, stage_needs
from slipway.use_cases.where_it_runs import has_no_environment
from slipway.use_cases.who_is_ahead import who_is_ahead

FOR_ANYBODY: Sequence[Rule] = (
    contains_emergencies.check,
    policy_is_activated.check,
    no_hold.check,
    window_is_open.check,
    no_rescue_runs.check,
    service_is_free.check,
    not_quarantined.check,
)
"""What would hold an ordinary release that nobody has asked for yet."""
NOBODY = "none"
PRESENT = timedelta(minutes=1)
"""A time that is no older is now: people write it to the minute."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """`attempt_id` None: nothing waits for this environment, and the blockers are those of a new release."""

    service: str
    environment: str
    at: datetime
    release_id: str | None
    attempt_id: str | None
    decision: Decision
    rollback_limit: str | None = None
    """Where the service's schema stands there, and which earlier versions it serves; None: it has none."""

    @property
    def summary(self) -> str:
        """The answer in one line."""
        who = f"attempt {self.attempt_id}" if self.attempt_id else "no attempt is open for it; an ordinary new release"
        verdict = "nothing stands in the way" if self.decision.allowed else "may not start"
        at = f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M}Z"
        return f"{self.service} in {self.environment} at {at}: {who}: {verdict}"

    def as_json(self) -> JsonObject:
        """For REST and `--json`."""
        return {
            "service": self.service,
            "environment": self.environment,
            "at": self.at,
            "release_id": self.release_id,
            "attempt": self.attempt_id,
            "in_flight": self.attempt_id is not None,
            "allowed": self.decision.allowed,
            "summary": self.summary,
            "blockers": [asdict(blocker) for blocker in self.decision.blockers],
            "rollback_limit": self.rollback_limit,
        }


def explain(
    store: ReleaseStore,
    service: str,
    team: str | None,
    environment: str,
    at: datetime | None = None,
    *,
    runs_in: Collection[str] | None = None,
    unreadable: Sequence[str] = (),
) -> Sequence[Explanation]:
    """One explanation for each open attempt that is yet to finish there; one for a new release if there is none.

    Judged at `at`, by what is known now: it looks ahead, and RefusedError is raised for a time that is past. Raises
    NotFoundError for an environment that the policy doesn't know, or, where nothing waits for it, that is not among
    those in which the service runs (None: nobody can tell).
    `unreadable` is why the catalogue on disk cannot be read: what is under way goes on, a new release is refused."""
    with store.transaction() as tx:
        platform = tx.policy().platform
        role = _role(platform, environment)
        when = _ahead(at, tx.now)
        found = [_of(tx, facts, when) for facts in _open(tx, service, environment, role)]
        schema = tx.migrations.schema(service, environment)
        limit = None if schema is None else schema.limit
        if not found and runs_in is not None and environment not in runs_in:
            raise NotFoundError(has_no_environment(service, environment, runs_in))
        found = found or [_of_a_new_release(tx, service, team, environment, when, unreadable)]
        return [replace(one, rollback_limit=limit) for one in found]


def _ahead(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at < now - PRESENT:
        message = (
            f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC is past: explain looks ahead, by what stands now;"
            " `slipway log list` says what was then"
        )
        raise RefusedError("time_is_past", message)
    return at


def _role(platform: Platform, environment: str) -> StageRole:
    settings = platform.environments.get(environment)
    if settings is None:
        known = ", ".join(sorted(platform.environments))
        raise NotFoundError(f"there is no environment {environment}; there are {known}")
    return settings.role


def _open(tx: Transaction, service: str, environment: str, role: StageRole) -> Iterator[Facts]:
    for attempt in tx.releases.open_attempts(service):
        facts = gather(tx, attempt, role)
        if facts.stage.environment == environment and facts.stage.outcome is None:
            yield facts


def _of(tx: Transaction, facts: Facts, at: datetime) -> Explanation:
    begun = tx.permits.find(facts.attempt.id, facts.stage.role) is not None
    in_line = who_is_ahead(tx, facts) if at == tx.now and not begun else ()  # of the line, only the present is known
    return Explanation(
        service=facts.release.service,
        environment=facts.stage.environment,
        at=at,
        release_id=facts.release.id,
        attempt_id=facts.attempt.id,
        decision=Decision(blockers=(*decide(facts, at).blockers, *in_line)),
    )


def _of_a_new_release(
    tx: Transaction, service: str, team: str | None, environment: str, at: datetime, unreadable: Sequence[str]
) -> Explanation:
    facts = _imagined(tx, service, team or "", environment)
    blockers = (*_bad_catalogue(unreadable), *decide(facts, at, FOR_ANYBODY).blockers)
    return Explanation(
        service=service,
        environment=environment,
        at=at,
        release_id=None,
        attempt_id=None,
        decision=Decision(blockers=blockers),
    )


def _bad_catalogue(problems: Sequence[str]) -> Iterator[Blocker]:
    if problems:
        yield Blocker(
            code="bad_catalogue",
            message="the catalogue on disk cannot be read, so a new request is refused: " + "; ".join(problems),
            cleared_by="whoever mends these lines: slipway catalogue validate",
        )


def _imagined(tx: Transaction, service: str, team: str, environment: str) -> Facts:
    """The facts of an ordinary release that somebody might ask for now."""
    policy = tx.policy()
    role = policy.platform.environments[environment].role
    release = Release(
        id=NOBODY,
        service=service,
        team=team,
        kind=ChangeKind.STANDARD,
        summary="",
        rollback_plan="",
        to=role,
        requested_by=NOBODY,
        requesters=frozenset(),
        state=ReleaseState.OPEN,
        outcome=None,
        requested_at=tx.now,
    )
    attempt = _imagined_attempt(release)
    return Facts(
        platform=policy.platform,
        people=policy.people,
        policy_hash=effective_policy_hash(policy.platform, team, environment),
        release=release,
        attempt=attempt,
        stage=_imagined_stage(role, environment),
        calendar=policy.calendar,
        stage_needs=stage_needs(tx, policy, service, environment),
        not_activated=not_activated(tx, policy, service, environment),
        product_owner=None,
        stages_before=(),
        grants=(),
        emergencies=contained(tx, release, attempt, role),
        holds=tuple(tx.records.standing_holds(service, environment, release)),
        lease=tx.leases.live(service, environment),
        rescues=tuple(tx.activities.rescues()),
        quarantine=tx.quarantines.of_service(service, environment),
    )


def _imagined_attempt(release: Release) -> Attempt:
    return Attempt(
        id=NOBODY,
        release_id=release.id,
        number=0,
        service=release.service,
        dag_id=NOBODY,
        run_id=NOBODY,
        version=NOBODY,
        digest=NOBODY,
        origin=Origin.PERSON,
        actor=NOBODY,
        opened_at=release.requested_at,
        outcome=None,
        kind=release.kind,
    )


def _imagined_stage(role: StageRole, environment: str) -> Stage:
    return Stage(
        attempt_id=NOBODY,
        role=role,
        definition=StageDefinition(role=role, environment=environment, target=None, smoke=None),
        policy_hash="",
        ending=None,
        ending_detail="",
        smoke=None,
        confirmed=None,
        previous_digest=None,
        previous_version=None,
        previous_revision=None,
        outcome=None,
        detail="",
    )
