"""A world of fakes around a real release database, and the steps of a release as a test calls them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from slipway.adapters.activity_lock import FileActivityLock
from slipway.adapters.database.log_reader import read_log
from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.errors import SlipwayError
from slipway.domain.governed import Governed, Ownership
from slipway.domain.grant import Answer, Step
from slipway.domain.people import People
from slipway.domain.platform import Platform
from slipway.domain.release import Attempt, ChangeKind, Origin, Release, Stage
from slipway.domain.service import Service, StageRole
from slipway.ports.outside.artefacts import Upstreams
from slipway.ports.outside.targets import DeployOrder, Running
from slipway.ports.values import Actor, Deployed
from slipway.use_cases.ask_approval import Asked, NotAsked, ask_approval
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.close_attempt import Closing, close_attempt
from slipway.use_cases.deploy import deploy
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.file_disclosure import file_disclosure
from slipway.use_cases.finish_stage import Finish, finish_stage
from slipway.use_cases.migrate import migrate
from slipway.use_cases.open_attempt import open_attempt
from slipway.use_cases.park_slot import park_slot
from slipway.use_cases.prove_migrations import Checked, prove_migrations
from slipway.use_cases.record_answer import AnswerResult, record_answer
from slipway.use_cases.smoke import smoke
from slipway.use_cases.take_turn import TurnAnswer, TurnResult, take_turn
from slipway.use_cases.watch import Progress, Watched, look_at_live, watch
from slipway.use_cases.world import World
from tests.builders import DEV, PREPROD, PROD, a_service, people, platform_rules
from tests.fakes.artefact_source import FakeArtefactSource
from tests.fakes.command_suites import FakeCommandSuites
from tests.fakes.connections import FakeConnections
from tests.fakes.deploy_target import FakeDeployTarget, FakeTargetRegistry
from tests.fakes.migration_runner import FakeMigrationRunner
from tests.fakes.monitor import FakeMonitor
from tests.fakes.probe import FakeProbe
from tests.fakes.rehearsal import FakeRehearsal
from tests.fakes.service_definitions import FakeServiceDefinitions
from tests.fakes.upstreams import FakeUpstreams

TASK = Actor(id="task", via="airflow")
WORKER = TaskWorker(task_instance="task-1", pid=1)
AGAIN = TaskWorker(task_instance="task-2", pid=2)


class ProcessKilledError(BaseException):
    """What SIGKILL looks like from inside: nothing catches it, only the kernel cleans up."""


class MortalTarget(FakeDeployTarget):
    """Calls `before` and `after` around each deploy, `asked` at each question, for a test to kill or change things."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Callable[[DeployOrder], None] = _nothing
        self.after: Callable[[DeployOrder], None] = _nothing
        self.asked: Callable[[str], None] = _nothing

    def current(self, service: str, environment: str) -> Running:
        """As the fake, after `asked` was told the environment."""
        self.asked(environment)
        return super().current(service, environment)

    def deploy(self, order: DeployOrder) -> None:
        """As the fake, with something before and after."""
        self.before(order)
        super().deploy(order)
        self.after(order)


def killed(_: DeployOrder) -> None:
    """The process that deploys dies here."""
    raise ProcessKilledError


def _nothing(_: object) -> None:
    pass


class Scene:
    """Everything a release needs. Steps are called as the DAG's tasks would call them."""

    def __init__(
        self,
        store: DatabaseStore,
        folder: Path,
        services: tuple[Service, ...],
        rules: Platform,
        everybody: People,
        upstreams: Upstreams,
    ) -> None:
        self.store = store
        self.target = MortalTarget()
        self.probe = FakeProbe()
        self.commands = FakeCommandSuites()
        self.monitor = FakeMonitor()
        self.artefacts = FakeArtefactSource()
        self.migrations = FakeMigrationRunner()
        self.rehearsal = FakeRehearsal(self.migrations)
        self.definitions = FakeServiceDefinitions(*services)
        self.locks = FileActivityLock(folder / "locks")
        names = [f"{service.name}_{role.value}" for service in services for role in StageRole]
        self.slept: list[float] = []
        self.world = World(
            store=self.store,
            definitions=self.definitions,
            artefacts=self.artefacts,
            upstreams=upstreams,
            targets=FakeTargetRegistry({"fake": self.target}),
            migrations=self.migrations,
            rehearsal=self.rehearsal,
            scratch_url="postgresql:///scratch",
            lint=lambda _folder, _revisions, _dialect: (),
            suites=lambda _: None,
            probe=self.probe,
            commands=self.commands,
            monitor=self.monitor,
            connections=FakeConnections({name: f"postgresql:///{name}" for name in names}),
            locks=self.locks,
            workspace=folder / "workspace",
            sleep=self.slept.append,
        )
        self._runs = 0
        self.activate(rules, everybody)

    def activate(self, rules: Platform, everybody: People) -> None:
        """Makes these the rules and people in effect."""
        with self.store.transaction() as tx:
            tx.policies.activate(self.governed(rules, everybody), "mona", "a test begins")

    def governed(self, rules: Platform, everybody: People) -> Governed:
        """A policy in which the services of the scene belong to whom their definitions say."""
        services = self.definitions.services.values()
        owners = {one.name: Ownership(team=one.team, product_owner=one.product_owner) for one in services}
        return Governed(platform=rules, people=everybody, services=owners)

    def opened(self, version: str = "1.0", *, by: str = "rita", service: str = "orders", **more: Any) -> Attempt:
        """An attempt of a new release, or of `release_id`; publishes the version unless it comes from elsewhere."""
        published_elsewhere = self.definitions.services[service].repository is not None
        if version not in self.artefacts.versions(service) and not published_elsewhere:
            self.artefacts.publish(service, version, {"app.py": f"{service} {version}", **more.pop("files", {})})
        self._runs += 1
        request: dict[str, Any] = {
            "origin": Origin.PERSON,
            "summary": "takes more orders",
            "rollback_plan": "back to the version before",
            "dag_id": f"release__{service}",
            "run_id": f"run-{self._runs}",
        }
        actor = Actor(id=by, via="airflow")
        if more.get("kind") is ChangeKind.SECURITY and "summary" not in more:
            filed = file_disclosure(self.world, service, request["summary"], request["rollback_plan"], actor)
            request |= {"summary": filed.reference, "rollback_plan": filed.reference}
        return open_attempt(
            self.world, AttemptRequest(service=service, version=version, actor=actor, **{**request, **more})
        )

    def turn(self, attempt: Attempt, role: StageRole) -> TurnResult:
        """Takes the turn or waits; a turn on the live path parks its slot at once."""
        result = take_turn(self.world, attempt.id, role, TASK)
        if result.answer is TurnAnswer.TAKEN and role.on_live_path:
            assert park_slot(self.world, attempt.id, role, TASK)
        return result

    def deploy(self, attempt: Attempt, role: StageRole, task: TaskWorker = WORKER) -> str:
        """The task deploy."""
        return deploy(self.world, attempt.id, role, task, TASK)

    def migrate(self, attempt: Attempt, role: StageRole, task: TaskWorker = WORKER) -> str:
        """The task migrate."""
        return migrate(self.world, attempt.id, role, task, TASK)

    def smoke(self, attempt: Attempt, role: StageRole) -> str:
        """The task smoke."""
        return smoke(self.world, attempt.id, role, TASK)

    def watch(self, attempt: Attempt) -> Watched:
        """The task watch: its start, or its resumption."""
        return watch(self.world, attempt.id, TASK)

    def look(self, attempt: Attempt) -> Progress:
        """One round of the trigger that watches."""
        return look_at_live(self.world, attempt.id)

    def finish(self, attempt: Attempt, role: StageRole) -> Finish:
        """The teardown finish_stage."""
        return finish_stage(self.world, attempt.id, role, WORKER, TASK)

    def close(self, attempt: Attempt) -> Closing:
        """The task close."""
        return close_attempt(self.world, attempt.id, WORKER, TASK)

    def work(self, attempt: Attempt, role: StageRole) -> None:
        """Turn, migrate, deploy and smoke; the first error ends it, as it would end the run's stage."""
        assert self.turn(attempt, role).answer in {TurnAnswer.TAKEN, TurnAnswer.NOT_NEEDED}
        self.migrate(attempt, role)
        self.deploy(attempt, role)
        self.smoke(attempt, role)

    def stage(self, attempt: Attempt, role: StageRole) -> Finish:
        """A whole stage, its teardown included, whatever happened before."""
        try:
            self.work(attempt, role)
        except SlipwayError as error:
            self.last_error = error
        return self.finish(attempt, role)

    def check(self, attempt: Attempt, role: StageRole) -> Checked:
        """The task check_migrations."""
        return prove_migrations(self.world, attempt.id, role, TASK)

    def ask(self, attempt: Attempt, step: Step) -> Asked | NotAsked:
        """Puts the question of an approval task, after migrations were checked where it is the first of a release."""
        if step in {Step.APPROVE, Step.AUTHORISE} and self.release_of(attempt).change is None:
            self.check(attempt, step.role)
        return ask_approval(self.world, attempt.id, step, "task-1", TASK)

    def answer(
        self, attempt: Attempt, step: Step, by: str | None, decision: str = "Approve", **more: Any
    ) -> AnswerResult:
        """Records what a person answered."""
        with self.store.transaction() as tx:
            values: dict[str, Any] = {
                "hitl_id": f"{attempt.id}-{step}",
                "comment": "",
                "looked_by": "rob",
                "looked_at": "order-page",
                "at": tx.now,
            }
        answer = Answer(**{**values, "person": by, "decision": decision, **more})
        return record_answer(self.world, attempt.id, step, answer)

    def grant(self, attempt: Attempt, step: Step, by: str) -> None:
        """Asks, and the person approves."""
        asked = self.ask(attempt, step)
        assert isinstance(asked, Asked), asked
        assert self.answer(attempt, step, by).kind == "granted"

    def dev_passed(self, version: str = "1.0", **more: Any) -> Attempt:
        """An attempt that is through Dev."""
        attempt = self.opened(version, **more)
        assert self.stage(attempt, DEV).outcome is not None
        return attempt

    def approved(self, version: str = "1.0", **more: Any) -> Attempt:
        """Through Dev, approved for Preprod."""
        attempt = self.dev_passed(version, **more)
        self.grant(attempt, Step.APPROVE, "sam")
        return attempt

    def preprod_passed(self, version: str = "1.0", **more: Any) -> Attempt:
        """Through Preprod."""
        attempt = self.approved(version, **more)
        assert self.stage(attempt, PREPROD).outcome == "passed"
        return attempt

    def signed_off(self, version: str = "1.0", **more: Any) -> Attempt:
        """Through Preprod, authorised by sam and signed off by sue."""
        attempt = self.preprod_passed(version, **more)
        self.grant(attempt, Step.AUTHORISE, "sam")
        self.grant(attempt, Step.SIGN_OFF, "sue")
        return attempt

    def long_live(self, version: str = "1.0", service: str = "orders") -> None:
        """The version runs everywhere, of old."""
        nightly = self.opened(version, service=service, by="schedule", to=DEV, origin=Origin.SCHEDULE)
        for role in StageRole:
            with self.store.transaction() as tx:
                tx.records.add_deployment(
                    nightly, role.value, Deployed(version=version, digest=nightly.digest), "deploy"
                )
            running = Running(digest=nightly.digest, version=version, healthy=True)
            self.target.change_by_hand(service, role.value, running)

    def live(self, version: str = "1.0", **more: Any) -> Attempt:
        """In Prod, confirmed, closed."""
        attempt = self.signed_off(version, **more)
        self.work(attempt, PROD)
        self.grant(attempt, Step.CONFIRM, "rob")
        assert self.finish(attempt, PROD).outcome == "passed"
        assert self.close(attempt).outcome == "live"
        return attempt

    def stage_of(self, attempt: Attempt, role: StageRole) -> Stage:
        """The stage as it stands."""
        with self.store.transaction() as tx:
            return tx.stages.get(attempt.id, role)

    def release_of(self, attempt: Attempt) -> Release:
        """The release as it stands."""
        with self.store.transaction() as tx:
            release = tx.releases.get(attempt.release_id)
        assert release is not None
        return release

    def runs(self, role: StageRole, service: str = "orders") -> str | None:
        """The version that the target runs."""
        return self.target.current(service, role.value).version

    def log(self, kind: str) -> list[str]:
        """The payloads of the log's entries of a kind."""
        with self.store.transaction() as tx:
            return [entry.payload for entry in read_log(tx.sql) if entry.kind == kind]


def a_world(engine: Engine, folder: Path, *services: Service, **changes: Any) -> Scene:
    """Orders only, everybody there, always open, unless said otherwise (`rules`, `everybody`, `upstreams`)."""
    rules, everybody = changes.get("rules", platform_rules()), changes.get("everybody", people())
    upstreams = changes.get("upstreams", FakeUpstreams())
    return Scene(DatabaseStore(engine), folder, services or (a_service(),), rules, everybody, upstreams)
