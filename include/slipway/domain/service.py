"""What the catalogue says about a service, as plain values. All of it turns into JSON and back without loss."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from slipway.domain.json_value import JsonObject, JsonValue, sha256_of
from slipway.domain.repository import Repository
from slipway.domain.watch import WatchSettings


class StageRole(StrEnum):
    """The part an environment plays; its own name may differ (GovForms: `qa` plays preprod)."""

    DEV = "dev"
    PREPROD = "preprod"
    PROD = "prod"

    @property
    def on_live_path(self) -> bool:
        """Preprod and Prod share the one lane (R12)."""
        return self is not StageRole.DEV


@dataclass(frozen=True, kw_only=True)
class TargetSettings:
    """How an environment is deployed to: `kind` names an entry of the target registry, `options` are its own."""

    kind: str
    options: JsonObject = field(default_factory=dict)


class Priority(StrEnum):
    """What comes of a check that does not pass."""

    BLOCKING = "blocking"
    """The stage is undone."""
    WARNING = "warning"
    """It is told, and kept with the results."""


@dataclass(frozen=True, kw_only=True)
class SmokeCheck:
    """One HTTP request and what its answer must be (R16).

    `{version}`, `{digest}` and what an earlier check kept are filled in in path, headers, body and expectations.
    """

    name: str
    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    bearer: str | None = None
    """Connection whose password goes with the request, as a bearer token."""
    body: JsonValue = None
    expect_status: int = 200
    expect_text: str | None = None
    """Stands somewhere in the answer."""
    expect_json: JsonObject = field(default_factory=dict)
    """Dotted path to wanted value."""
    keep: Mapping[str, str] = field(default_factory=dict)
    """Name to dotted path: what the answer says there is kept for the checks after this one."""
    seconds: float = 5.0
    """As long as one answer may take."""
    priority: Priority = Priority.BLOCKING


@dataclass(frozen=True, kw_only=True)
class SmokeCommand:
    """A suite of tests that a program runs: pytest, cucumber, k6. It is run once, when the checks have passed (R16).

    `{url}`, `{version}`, `{digest}`, `{folder}` and `{report}` are filled in in its arguments; no shell reads them.
    """

    name: str
    run: tuple[str, ...]
    reports: bool = False
    """Whether it writes its results to `{report}`, as JUnit XML."""
    bearer: str | None = None
    """Connection whose password the program finds in `SMOKE_TOKEN`."""
    seconds: float = 300.0
    """As long as it may take."""
    priority: Priority = Priority.BLOCKING


@dataclass(frozen=True, kw_only=True)
class SmokeSuite:
    """Checks that must all pass before the deadline (seconds); failing ones are tried again until then (R16)."""

    url: str
    checks: tuple[SmokeCheck, ...]
    deadline_seconds: float = 60.0
    commands: tuple[SmokeCommand, ...] = ()
    others: Priority | None = None
    """What the checks of the other services there weigh; None: they are not asked."""


class CopyStrategy(StrEnum):
    """Where the rows come from on which migrations are rehearsed."""

    DUMP = "dump"
    """All rows, by the tools of the database itself."""
    SAMPLE = "sample"
    """Some rows of each table, with those that they refer to."""
    REPLICA = "replica"
    """A copy that somebody prepares on the scratch server beforehand."""


@dataclass(frozen=True, kw_only=True)
class RehearsalSettings:
    """On what migrations are rehearsed, and which values may differ afterwards."""

    copy: CopyStrategy = CopyStrategy.DUMP
    sample_rows: int = 10_000
    """Of each table, besides those that these rows refer to."""
    replica: str | None = None
    """Connection of the prepared copy."""
    may_differ: Mapping[str, str] = field(default_factory=dict)
    """`table.column` → why its values are not compared."""


@dataclass(frozen=True, kw_only=True)
class MigrationSettings:
    """The service's own migrations: `connection` names an Airflow connection (`AIRFLOW_CONN_<ID>`)."""

    connection: str
    lock_timeout_seconds: float = 0.5
    """How long others may have to wait behind a migration that waits for a lock itself."""
    lock_tries: int = 6
    statement_timeout_seconds: float = 300.0
    rehearsal: RehearsalSettings = field(default_factory=RehearsalSettings)


class Profile(StrEnum):
    """How changes of a service reach live."""

    SERVICE = "service"
    """Slipway deploys its artefacts."""
    STATIC_APP = "static_app"
    """Its build pipeline does, after it asked (R10)."""
    BY_HAND = "by_hand"
    """People do: a third party's system, infrastructure, Slipway itself (R10)."""


class ActedBy(StrEnum):
    """Who does the work that Slipway does not do itself."""

    PERSON = "person"
    PIPELINE = "pipeline"


@dataclass(frozen=True, kw_only=True)
class ActSettings:
    """Work outside: by whom, and how long it may hold the lane, its report included."""

    by: ActedBy
    deadline_minutes: int = 60


@dataclass(frozen=True, kw_only=True)
class NotApplicable:
    """Why a service has no such stage, and who agreed (R10)."""

    because: str
    agreed_by: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """A version of the same service that stands in where nothing ran before: a maintenance page."""

    version: str
    digest: str | None = None
    """As `open` found it in the store; None: something ran there then, and that is what comes back."""


@dataclass(frozen=True, kw_only=True)
class StageDefinition:
    """Everything a stage needs, resolved at `open` and kept with the attempt."""

    role: StageRole
    environment: str
    target: TargetSettings | None
    smoke: SmokeSuite | None
    migrations: MigrationSettings | None = None
    deploy_deadline_seconds: float = 120.0
    migrate_deadline_seconds: float = 300.0
    not_applicable: NotApplicable | None = None
    repository: Repository | None = None
    """Where to ask what was written since live."""
    act: ActSettings | None = None
    """Somebody outside does the work; there is no target then."""
    watch: WatchSettings | None = None
    """What of live is watched afterwards; Prod only."""
    rehearse_rollback: bool = False
    """Whether going back is tried within the deploy; Preprod only."""
    in_place_of_nothing: Page | None = None
    """What a failure brings where nothing ran before; None: it leaves nothing there."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One released service and its stages, one per role."""

    name: str
    team: str
    description: str
    stages: Mapping[StageRole, StageDefinition]
    product_owner: str | None = None
    depends_on: tuple[str, ...] = ()
    profile: Profile = Profile.SERVICE
    nightly: str | None = None
    """Cron expression (platform time zone) of the nightly Dev run; None where the service has no Dev."""
    repository: Repository | None = None
    """Where versions that the store does not have are fetched from; None: they are published to the store."""
    stand_ins: tuple[StageDefinition, ...] = ()
    """Pre-production environments that may take Preprod's place in an emergency."""

    def proven_in(self, environment: str | None) -> "Service":
        """The same with a stand-in in Preprod's place; None: as it is. Raises KeyError for what is no stand-in."""
        if environment is None:
            return self
        stand_in = {one.environment: one for one in self.stand_ins}[environment]
        return replace(self, stages={**self.stages, StageRole.PREPROD: stand_in})


def policy_hash(policy: JsonObject) -> str:
    """Hash of the effective policy of one service and environment, as grants and permits carry it."""
    return sha256_of(policy)
