"""Ports to everything outside Slipway but the release database."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Protocol

from slipway.domain.commits import CommitsSinceLive, Containing
from slipway.domain.json_value import JsonObject
from slipway.domain.migration_proof import MigrationFile
from slipway.domain.repository import ArtefactSources, Repository
from slipway.domain.service import MigrationSettings, Priority, Service, SmokeCommand, SmokeSuite, TargetSettings
from slipway.domain.watch import Sample, WatchCheck


@dataclass(frozen=True, kw_only=True)
class Artefact:
    """One built version of a service: `digest` is `sha256:<hex>` of its bytes (R2)."""

    service: str
    version: str
    digest: str
    size: int
    """Bytes."""


class ArtefactSource(Protocol):
    """Where built versions come from: content-addressed, verified at each use."""

    def resolve(self, service: str, version: str) -> Artefact:
        """The artefact of a version. Raises NotFoundError naming the nearest versions."""

    def versions(self, service: str) -> Sequence[str]:
        """Known versions, oldest first."""

    def fetch(self, artefact: Artefact, into: Path) -> Path:
        """Unpacks the verified bytes below `into` and returns the folder. Raises ArtefactError where the digest
        differs, the artefact vanished, or the disk is full."""


class ArtefactStore(ArtefactSource, Protocol):
    """The platform's own store. What is in it is never asked for anywhere else again (R23)."""

    def add(self, service: str, version: str, archive: Path) -> Artefact:
        """Keeps the bytes of an archive as they are; nobody finds them before `name`. Raises ArtefactError where it is
        no sound archive."""

    def name(self, artefact: Artefact) -> None:
        """Makes the version resolve to the bytes that were added. Raises ArtefactError where it has others already."""


class Upstream(Protocol):
    """A place outside that has the archives of built versions."""

    @property
    def label(self) -> str:
        """What the log and messages call it."""

    def download(self, service: str, version: str, repository: Repository, into: Path) -> str:
        """Writes the archive of a version to a new file and returns where it came from. Raises UnavailableError where
        it gives no answer, so that another may be asked; NotFoundError where it has no such version; ArtefactError
        where the bytes are not what they should be."""


class History(Protocol):
    """A place that knows what was written between two versions."""

    def commits(self, repository: Repository, since: str, version: str) -> CommitsSinceLive:
        """The commits of `version` that `since` has not. Raises UnavailableError or NotFoundError."""

    def contains(self, repository: Repository, version: str, earlier: str) -> Containing:
        """Whether every commit of `earlier` is one of `version`. Raises UnavailableError or NotFoundError."""


class Upstreams(Protocol):
    """Makes them, in the order in which they are asked."""

    def artefacts(self, sources: ArtefactSources) -> Sequence[Upstream]:
        """Where archives come from: the later ones stand in for those before."""

    def histories(self, sources: ArtefactSources) -> Sequence[History]:
        """Where commits are read, likewise."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """What a target says runs now; `digest` None means nothing runs."""

    digest: str | None
    version: str | None
    healthy: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class DeployOrder:
    """One deploy: what, where, under whose fencing number, until when."""

    service: str
    environment: str
    artefact: Artefact
    folder: Path
    fencing: int
    deadline: datetime
    """Aware UTC; past it the target stops its own work and raises."""
    lock_fd: int | None = None
    """Descriptor of the activity's lock file; every child that works for the deploy inherits it, so that the lock
    is free only when all of them are dead."""
    environment_variables: Mapping[str, str] = field(default_factory=dict)
    """What the service itself needs (its database URL, say); never Slipway's or Airflow's own credentials."""


class DeployTarget(Protocol):
    """A place that artefacts are deployed to. Made by the registry from `TargetSettings`."""

    def deploy(self, order: DeployOrder) -> None:
        """Replaces what runs by the artefact and returns when it is healthy. Raises StaleFenceError where a higher
        fencing number was seen, TargetError otherwise. Its child processes die with the caller."""

    def current(self, service: str, environment: str) -> Running:
        """What runs now, asked of the target itself. Raises TargetError where it does not answer."""

    def remove(self, service: str, environment: str, fencing: int) -> None:
        """Stops what runs: the way back of a first release ever."""


class TargetRegistry(Protocol):
    """Makes targets by kind."""

    def target(self, settings: TargetSettings) -> DeployTarget:
        """The target for these settings. Raises TargetError naming the known kinds."""


@dataclass(frozen=True, kw_only=True)
class MigrationOrder:
    """One migration of the service's database from the artefact in `folder`."""

    service: str
    environment: str
    folder: Path
    settings: MigrationSettings
    database_url: str
    deadline: datetime
    lock_fd: int | None = None
    contract: frozenset[str] = frozenset()
    """Post migrations that may run: those that the version in use carries already (ADR 0018)."""
    on_progress: Callable[[str], None] | None = None
    """Told how far a migration is, in its own words, while it runs."""


@dataclass(frozen=True, kw_only=True)
class LockSeen:
    """A lock that a migration took, by looking every 20 ms: a shorter one may go unseen."""

    object: str
    mode: str
    held_seconds: float
    waited_seconds: float


@dataclass(frozen=True, kw_only=True)
class MigrationStep:
    """One migration that ran."""

    revision: str
    seconds: float
    tries: int
    """More than one where somebody held a lock."""
    progress: str = ""
    """Its last words of progress."""
    statements: tuple[str, ...] = ()
    """What it really sent to the database, without values, as far as it fits."""
    unheard: int = 0
    """Statements that did not fit."""


@dataclass(frozen=True, kw_only=True)
class MigrationRun:
    """What an upgrade or a downgrade did."""

    steps: tuple[MigrationStep, ...] = ()
    locks: tuple[LockSeen, ...] = ()
    locks_note: str = ""
    """Why locks were not seen, or not all."""
    earlier: str = ""
    """What became of a run before this one that broke off."""

    def in_words(self) -> str:
        """For the activity's detail: what is out of the ordinary, and the locks that others had to wait for."""
        words = [self.earlier] if self.earlier else []
        words += [f"{step.revision} got its lock at try {step.tries}" for step in self.steps if step.tries > 1]
        words += [f"{step.revision}: {step.progress}" for step in self.steps if step.progress]
        words += [f"{lock.mode} on {lock.object} for {lock.held_seconds:.2f} s" for lock in self.locks]
        return "; ".join([*words, *([self.locks_note] if self.locks_note else [])])


@dataclass(frozen=True, kw_only=True)
class MigrationState:
    """Where a database stands: the revision applied, and those of the artefact still to come (oldest first)."""

    applied: str | None
    pending: tuple[str, ...]
    known: bool = True
    """False where the artefact does not carry what is applied: a later version's migrations ran."""
    later: tuple[str, ...] = ()
    """Not in this release: a post migration that may not run yet, and what follows it."""
    half_applied: str = ""
    """What an earlier run left that broke off, and what the next one will do about it."""
    run: MigrationRun | None = None
    """What was done to get here, where anything was asked for."""


class MigrationRunner(Protocol):
    """Runs the migrations that an artefact carries, one runner at a time per database."""

    def carries_migrations(self, folder: Path) -> bool:
        """Whether the artefact has migrations at all. Raises ServiceMigrationError where it has two kinds."""

    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        """Those it carries, oldest first, read without running any. Raises ServiceMigrationError naming the file."""

    def state(self, order: MigrationOrder) -> MigrationState:
        """What is applied and what is pending; changes nothing."""

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        """Applies what is pending, with lock and statement timeouts; first brings a run that broke off to its end.
        What it returns is read afterwards, on a connection of its own. Raises ServiceMigrationError."""

    def downgrade(self, order: MigrationOrder, to: str | None) -> MigrationState:
        """Goes back to revision `to` (None: before the first), from the artefact that carries the newer ones. What
        it returns is read as after an upgrade."""

    def lossless(self, order: MigrationOrder, back_to: str | None) -> bool:
        """Whether every migration between `back_to` and what is applied declares itself reversible."""


class CheckStatus(StrEnum):
    """Three-valued: no data is never success."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """How one check ended, in words a person understands."""

    name: str
    status: CheckStatus
    detail: str
    attempts: int = 1
    seconds: float = 0.0
    """What the last answer took."""
    priority: Priority = Priority.BLOCKING

    @property
    def in_words(self) -> str:
        """For people, in one line."""
        kind = "warning, " if self.priority is Priority.WARNING and self.status is not CheckStatus.PASS else ""
        return f"{self.name}: {kind}{self.status.value} ({self.detail})"

    def as_json(self) -> JsonObject:
        """For the log and the proof."""
        return {
            "name": self.name,
            "status": self.status.value,
            "detail": self.detail,
            "attempts": self.attempts,
            "seconds": round(self.seconds, 3),
            "priority": self.priority.value,
        }


class Probe(Protocol):
    """Runs a smoke suite against a running service."""

    def run(self, suite: SmokeSuite, substitutions: Mapping[str, str]) -> Sequence[CheckResult]:
        """One result per check; failing ones were tried again until the suite's deadline."""


class CommandSuites(Protocol):
    """Runs suites of tests that are programs of their own."""

    def run(self, command: SmokeCommand, values: Mapping[str, str], folder: Path) -> CheckResult:
        """How it ended. `folder` has the artefact's files; the program may write there, and it goes afterwards."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One check to be looked at: at `at`, the last of these instants, and as far back as its source remembers."""

    check: WatchCheck
    instants: Sequence[datetime]
    before: Sequence[datetime] = ()
    """Instants of the hour before that are wanted too."""


class Monitor(Protocol):
    """Looks at live: metrics, alerts, an answer of the service itself (R17)."""

    def look(self, looks: Sequence[Look], hosts: Collection[str]) -> Sequence[Sequence[Sample]]:
        """What was seen, for each look, at instants that it asked for; asks no host but these, and never raises:
        what could not be seen is a sample that says why. Returns within a minute, whatever the others do."""


@dataclass(frozen=True, kw_only=True)
class HttpAccess:
    """An address that others are below, without a slash at its end, and the token that opens it."""

    url: str
    token: str | None = field(default=None, repr=False)


class Connections(Protocol):
    """Secrets by the id that the catalogue names."""

    def http(self, connection_id: str) -> HttpAccess:
        """An HTTP connection's address and password. Raises NotFoundError naming the variable to set."""

    def url(self, connection_id: str) -> str:
        """The connection's URL. Raises NotFoundError naming the variable to set."""


class ActivityLock(Protocol):
    """Proof of death: a lock that the worker of an activity and all its children hold while any of them lives."""

    def hold(self, activity_id: str) -> IO[bytes]:
        """Takes the lock for this process and whoever inherits the returned file."""

    def is_free(self, activity_id: str, host: str) -> bool | None:
        """True: all holders are dead. False: one lives. None: cannot be told from this host."""

    @property
    def host(self) -> str:
        """The name of this host, as recorded with an activity."""


class ServiceDefinitions(Protocol):
    """Where a release's definitions come from when it is opened; never asked again after that."""

    def service(self, name: str) -> Service:
        """The service as its definition says now. Raises NotFoundError, or CatalogueError with every problem."""


class RunState(StrEnum):
    """What Airflow says of a run, as far as anyone else needs to know."""

    ACTIVE = "active"
    ENDED = "ended"
    GONE = "gone"


class Scheduler(Protocol):
    """Airflow from outside, as the platform's own account. Errors are SlipwayErrors that say *retry*."""

    def active_runs(self) -> frozenset[tuple[str, str]]:
        """DAG id and run id of every run that goes on, in one look. What is not in it may have begun meanwhile."""

    def run_state(self, dag_id: str, run_id: str) -> RunState:
        """Whether the run goes on, has ended, or was deleted."""

    def withdraw_requests(self, dag_id: str, run_id: str) -> Sequence[str]:
        """Answers every open question of a run with *Withdrawn*; returns the task ids. Grants nothing."""

    def start_run(self, dag_id: str, run_id: str, conf: JsonObject) -> None:
        """Starts a run; one of that id that exists already is left alone."""
