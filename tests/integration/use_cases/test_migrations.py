"""Migrations are proven before anyone is asked, re-checked before they run, and taken back as far as was proven."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.domain.commits import Commit, CommitsSinceLive
from slipway.domain.errors import RefusedError, ServiceMigrationError, SlipwayError
from slipway.domain.grant import Step
from slipway.domain.migration_proof import Finding, FindingCode, MigrationFile, MigrationProof, Rehearsed
from slipway.domain.migration_waiver import Terms
from slipway.domain.release import Attempt
from slipway.domain.repository import Repository
from slipway.domain.schema_state import SchemaState
from slipway.domain.service import CopyStrategy, RehearsalSettings, StageRole
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.migrations import MigrationOrder, MigrationState
from slipway.ports.outside.targets import DeployOrder
from slipway.ports.rehearsal import RehearsalOrder, Suites
from slipway.ports.values import Actor, Deployed
from slipway.use_cases.ask_approval import NotAsked, ask_approval
from slipway.use_cases.ask_rehearsal import ask_rehearsal
from slipway.use_cases.explain import explain
from slipway.use_cases.show_migrations import rollback_limits, show_migrations
from slipway.use_cases.take_turn import TurnAnswer
from slipway.use_cases.waive_migration import waive_migration
from tests.builders import DEV, PREPROD, PROD, a_service
from tests.clock import Clock
from tests.fakes.connections import FakeConnections
from tests.fakes.migration_runner import FakeMigrationRunner
from tests.fakes.rehearsal import FakeRehearsal
from tests.fakes.upstreams import FakeHistory, FakeUpstreams
from tests.migrations import IRREVERSIBLE, LOSSY, REVERSIBLE, declared
from tests.scene import TASK, Scene

FIRST, SECOND = "migrations/versions/0001_orders.py", "migrations/versions/0002_more.py"
PREPROD_DATABASE = "postgresql:///orders_preprod"
RESTORED = {"backup": "nightly-7", "runbook": "restore it; orders since 02:00 are lost"}


class NoWayThere(FakeMigrationRunner):
    """Upgrades that fail."""

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        raise ServiceMigrationError(f"the upgrade of {order.service} failed")


class TimeIsUp(BaseException):
    """What Airflow raises in a task that has run for too long."""


class EndedOnce(FakeRehearsal):
    """Its first rehearsal ends in the middle."""

    def rehearse(self, order: RehearsalOrder) -> Rehearsed:
        seen = super().rehearse(order)
        if len(self.orders) == 1:
            raise TimeIsUp
        return seen


class OtherFiles(FakeMigrationRunner):
    """What all migrations share is another, since the platform is."""

    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        return tuple(replace(one, sha256="0" * 64) for one in super().files(folder))


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """Orders with a database, 1.0 of old everywhere, without migrations."""
    made = make_scene(a_service(database=True))
    made.long_live("1.0")
    return made


def proof_of(scene: Scene, attempt: Attempt, role: StageRole = PREPROD) -> MigrationProof:
    with scene.store.transaction() as tx:
        check = tx.migrations.checked(attempt.id, role)
    assert check is not None
    assert check.proof is not None
    return check.proof


def waived(scene: Scene, proof: MigrationProof, finding: FindingCode, by: str = "mona", **changes: Any) -> None:
    with scene.store.transaction() as tx:
        now = tx.now
    terms = {"code": finding, "reason": "nobody reads it", "expires_at": now + timedelta(days=1)}
    if finding in {FindingCode.DATA_LOST, FindingCode.DECLARED_IRREVERSIBLE}:
        terms |= {**RESTORED, "restored_at": now - timedelta(hours=1)}
    if finding is FindingCode.OLD_VERSION_NOT_TRIED:
        terms |= {"window_begins": now - timedelta(hours=1), "window_ends": now + timedelta(hours=1)}
    waive_migration(scene.world, proof.id, Terms(**{**terms, **changes}), Actor(id=by, via="rest"))


def smoke_fails_in(scene: Scene, role: StageRole, version: str = "1.1") -> None:
    def judge(order: DeployOrder) -> None:
        if order.environment == role.value and order.artefact.version == version:
            scene.probe.verdicts[version] = CheckStatus.FAIL

    scene.target.after = judge


def test_an_irreversible_one_ends_the_stage_before_anyone_is_asked(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1", files={FIRST: IRREVERSIBLE})
    checked = scene.check(attempt, PREPROD)
    assert checked.outcome == "refused"
    for words in ("orders.phone", "keep the values", "slipway migrations waive m"):
        assert words in checked.detail
    assert isinstance(ask_approval(scene.world, attempt.id, Step.APPROVE, "task-1", TASK), NotAsked)
    assert scene.log("approval_asked") == []
    assert "migration_data_lost" in scene.log("migration_refused")[0]
    assert scene.finish(attempt, PREPROD).outcome == "refused"
    assert scene.close(attempt).outcome == "refused"
    assert scene.release_of(attempt).state == "awaiting_retry"


def test_once_waived_a_retry_goes_on_with_the_very_same_proof(scene: Scene) -> None:
    refused = scene.dev_passed("1.1", files={FIRST: IRREVERSIBLE})
    scene.check(refused, PREPROD)
    proof = proof_of(scene, refused)
    for code in (FindingCode.DATA_LOST, FindingCode.DECLARED_IRREVERSIBLE):
        waived(scene, proof, code)
    scene.finish(refused, PREPROD)
    scene.close(refused)
    retried = scene.opened("1.1", release_id=refused.release_id)
    assert scene.check(retried, PREPROD).outcome is None
    assert proof_of(scene, retried).id == proof.id
    assert len(scene.rehearsal.orders) == len(scene.log("migrations_proven")) == 1
    scene.grant(retried, Step.APPROVE, "sam")
    assert scene.stage(retried, PREPROD).outcome == "passed"
    with scene.store.transaction() as tx:
        request = tx.grants.request(retried.id, Step.APPROVE)
    assert request is not None
    for words in ("**irreversible**", "**Waived**: data_lost by mona", "backup `nightly-7`", "Not covered"):
        assert words in request.evidence


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": "sam"}, "may_not_waive"),
        ({"by": "rita"}, "may_not_waive"),
        ({"by": "nobody"}, "may_not_waive"),
        ({"reason": " "}, "terms_missing"),
        ({"backup": None}, "terms_missing"),
        ({"restored_at": None}, "terms_missing"),
        ({"restored_at": datetime(2020, 1, 1, tzinfo=UTC)}, "terms_missing"),
        ({"runbook": ""}, "terms_missing"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "terms_missing"),
        ({"expires_at": datetime(2200, 1, 1, tzinfo=UTC)}, "terms_missing"),
        ({"code": FindingCode.HALF_APPLIED}, "no_such_finding"),
    ],
)
def test_a_waiver_needs_the_right_person_and_all_its_terms(scene: Scene, changes: dict[str, Any], code: str) -> None:
    attempt = scene.dev_passed("1.1", files={FIRST: IRREVERSIBLE})
    scene.check(attempt, PREPROD)
    with pytest.raises(RefusedError) as refusal:
        waived(scene, proof_of(scene, attempt), FindingCode.DATA_LOST, **changes)
    assert refusal.value.code == code
    assert f'"code":"{code}"' in scene.log("migration_waiver_refused")[0]
    assert scene.log("migration_waived") == []


def test_whoever_wrote_the_change_does_not_waive_it(make_scene: Callable[..., Scene]) -> None:
    history = FakeHistory(CommitsSinceLive(since="1.0", commits=(Commit(id="1", author="Mona", subject="x"),), total=1))
    scene = make_scene(a_service(database=True), upstreams=FakeUpstreams([], [history]))
    scene.long_live("1.0")
    attempt = scene.dev_passed("1.1", files={FIRST: declared("reversible", "# finds schema_left_over mood")})
    scene.check(attempt, PREPROD)
    repository = Repository(name="team/orders", asset="orders-{version}.tar.gz")
    scene.definitions.services["orders"] = a_service(database=True, repository=repository)
    with pytest.raises(RefusedError, match="already an author"):
        waived(scene, proof_of(scene, attempt), FindingCode.SCHEMA_LEFT_OVER)
    assert history.asked == [("1.0", "1.1")]


def test_a_waiver_says_where_nobody_knows_who_wrote_the_change(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1", files={FIRST: declared("reversible", "# finds schema_left_over mood")})
    scene.check(attempt, PREPROD)
    waived(scene, proof_of(scene, attempt), FindingCode.SCHEMA_LEFT_OVER)
    with scene.store.transaction() as tx:
        told = [message.text for _, message in tx.outbox.unsent(1000) if "mona waives" in message.text]
    assert ["Who wrote the change could not be asked" in text for text in told] == [True]
    assert '"authors":"unknown"' in scene.log("migration_waived")[0]


def test_what_is_never_waived_is_refused_by_the_same_door(scene: Scene) -> None:
    files = {FIRST: declared("reversible", "# finds invalid_index orders_by_day")}
    attempt = scene.dev_passed("1.1", files=files)
    assert scene.check(attempt, PREPROD).outcome == "refused"
    with pytest.raises(RefusedError, match="never waived"):
        waived(scene, proof_of(scene, attempt), FindingCode.INVALID_INDEX)


def test_a_manager_who_asked_for_the_release_did_not_waive_it(scene: Scene) -> None:
    """A waiver may come before the release: who then asks for it has waived nothing."""
    scene.artefacts.publish("orders", "1.1", {FIRST: declared("reversible", "# finds schema_left_over mood")})
    found = ask_rehearsal(scene.world, "orders", "1.1", "preprod", Actor(id="rita", via="rest"))
    assert found.proof is not None
    waived(scene, found.proof, FindingCode.SCHEMA_LEFT_OVER)
    of_mona = scene.dev_passed("1.1", by="mona")
    assert scene.check(of_mona, PREPROD).outcome == "refused"
    scene.finish(of_mona, PREPROD)
    scene.close(of_mona)


def test_a_rehearsal_asked_for_beforehand_is_the_one_that_the_release_uses(scene: Scene) -> None:
    scene.artefacts.publish("orders", "1.1", {FIRST: REVERSIBLE})
    found = ask_rehearsal(scene.world, "orders", None, "preprod", Actor(id="rita", via="rest"))
    attempt = scene.dev_passed("1.1")
    scene.check(attempt, PREPROD)
    assert found.proof == proof_of(scene, attempt)
    assert len(scene.rehearsal.orders) == 1
    with pytest.raises(RefusedError, match="none of those who may"):
        ask_rehearsal(scene.world, "orders", "1.1", "preprod", Actor(id="selma", via="rest"))
    assert len(scene.log("migration_check_refused")) == 1


def test_one_rehearsal_that_somebody_asked_for_runs_at_a_time_and_releases_wait_for_none(scene: Scene) -> None:
    scene.artefacts.publish("orders", "1.1", {FIRST: REVERSIBLE})
    rita = Actor(id="rita", via="rest")
    with scene.world.locks.hold("rehearsal-asked-for"):
        with pytest.raises(RefusedError, match="ask again when it has ended") as refused:
            ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita)
        assert refused.value.code == "rehearsal_running"
        attempt = scene.dev_passed("1.1")
        assert scene.check(attempt, PREPROD).outcome is None
    assert '"code":"rehearsal_running"' in scene.log("migration_check_refused")[-1]
    assert ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita).proof == proof_of(scene, attempt)


def test_the_version_that_runs_there_is_tried_beside_it(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1", files={FIRST: REVERSIBLE})
    scene.check(attempt, PREPROD)
    (order,) = scene.rehearsal.orders
    assert order.old is not None
    assert order.old.version == "1.0"
    assert order.scratch_url == "postgresql:///scratch"
    assert proof_of(scene, attempt).serves_old_version


def test_without_a_try_of_the_old_version_nothing_is_proven(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1", files={FIRST: declared("reversible", "# untried")})
    checked = scene.check(attempt, PREPROD)
    assert checked.outcome == "refused"
    assert proof_of(scene, attempt).verdict == "not proven"
    assert "old_version.sql" in checked.detail


def test_what_rules_say_is_shown_and_stops_nobody(scene: Scene) -> None:
    def lint(_: Path, revisions: Collection[str], dialect: str) -> list[Finding]:
        return [Finding(code=FindingCode.LINT, object=f"{dialect} {one}", detail="says squawk") for one in revisions]

    scene.world = replace(scene.world, lint=lint)
    attempt = scene.dev_passed("1.1", files={FIRST: REVERSIBLE})
    assert scene.check(attempt, PREPROD).outcome is None
    (found,) = proof_of(scene, attempt).rehearsed.findings
    assert (found.code, found.object) == ("lint", "fake 0001")
    (shown,) = show_migrations(scene.store, "orders")["findings"]
    assert shown["stops"] is False


def test_what_stops_a_release_is_told_from_what_does_not(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1", files={FIRST: IRREVERSIBLE})
    scene.check(attempt, PREPROD)
    stops = {one["code"]: (one["stops"], one["waivable"]) for one in show_migrations(scene.store, "orders")["findings"]}
    assert stops["data_lost"] == (True, True)


def test_a_copy_that_cannot_be_made_is_no_pass(scene: Scene) -> None:
    scene.rehearsal.broken = True
    attempt = scene.dev_passed("1.1", files={FIRST: REVERSIBLE})
    checked = scene.check(attempt, PREPROD)
    assert checked.outcome == "refused"
    assert "the disk is full" in checked.detail
    assert scene.finish(attempt, PREPROD).outcome == "refused"


def test_a_check_refuses_a_malformed_declaration_with_the_nearest_kind(scene: Scene) -> None:
    """Of the real runner: the fake reads no declarations."""
    scene.world = replace(scene.world, migrations=ArtefactRunner())
    losy = 'revision, down_revision = "0001", None\nreversibility = {"kind": "losy", "reason": "so"}'
    scene.artefacts.publish("orders", "1.2", {FIRST: losy})
    with pytest.raises(RefusedError, match=r"could not be proven: 0001_orders.py: .*\(did you mean lossy") as refused:
        ask_rehearsal(scene.world, "orders", "1.2", "preprod", Actor(id="rita", via="rest"))
    assert refused.value.code == "could_not_be_proven"
    assert "did you mean lossy" in scene.log("migration_check_refused")[0]


def test_a_check_whose_task_ended_in_the_middle_is_begun_anew_by_its_next_try(scene: Scene) -> None:
    scene.world = replace(scene.world, rehearsal=EndedOnce(scene.migrations))
    attempt = scene.dev_passed("1.1", files={FIRST: REVERSIBLE})
    with pytest.raises(TimeIsUp):
        scene.check(attempt, PREPROD)
    assert scene.log("migrations_proven") == scene.log("migration_refused") == []
    assert scene.check(attempt, PREPROD).outcome is None
    assert proof_of(scene, attempt).verdict == "reversible"


def test_what_could_not_be_checked_is_checked_anew_by_the_next_attempt(scene: Scene) -> None:
    refused = scene.dev_passed("1.1", files={FIRST: declared("reversible", "# finds check_errored upgrade")})
    assert scene.check(refused, PREPROD).outcome == "refused"
    assert proof_of(scene, refused).verdict == "not proven"
    scene.finish(refused, PREPROD)
    scene.close(refused)
    retried = scene.opened("1.1", release_id=refused.release_id)
    scene.check(retried, PREPROD)
    assert len(scene.rehearsal.orders) == 2


def test_what_can_be_mended_in_the_data_is_tried_again_unless_it_is_waived(scene: Scene) -> None:
    files = {FIRST: declared("reversible", "# finds expectation_failed orders.item")}
    scene.artefacts.publish("orders", "1.1", files)
    rita = Actor(id="rita", via="rest")
    ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita)
    second = ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita).proof
    assert len(scene.rehearsal.orders) == 2
    assert second is not None
    waived(scene, second, FindingCode.EXPECTATION_FAILED)
    assert ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita).proof == second
    assert len(scene.rehearsal.orders) == 2


def test_nothing_to_migrate_is_said_and_stops_nobody(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1")
    assert "carries no migrations" in scene.check(attempt, PREPROD).detail
    assert len(scene.log("migrations_not_applicable")) == 1
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_a_check_that_was_skipped_by_hand_leads_nowhere(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1", files={FIRST: REVERSIBLE})
    ask_approval(scene.world, attempt.id, Step.APPROVE, "task-1", TASK)
    scene.answer(attempt, Step.APPROVE, "sam")
    turn = scene.turn(attempt, PREPROD)
    assert (turn.answer, turn.outcome) == (TurnAnswer.ENDED, "refused")
    assert "migrations_not_checked" in {blocker.code for blocker in turn.blockers}
    assert PREPROD_DATABASE not in scene.migrations.applied


@pytest.mark.parametrize("what", ["the schema", "the revision", "the database", "the files", "the rows", "what runs"])
def test_what_changed_since_the_proof_is_found_right_before_it_runs(scene: Scene, what: str) -> None:
    attempt = scene.approved("1.1", files={FIRST: REVERSIBLE})
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.TAKEN
    if what == "the schema":
        scene.rehearsal.drifted.add(PREPROD_DATABASE)
    elif what == "the database":
        other = {f"orders_{name}": f"postgresql:///other_{name}" for name in ("dev", "preprod", "prod")}
        scene.world = replace(scene.world, connections=FakeConnections(other))
    elif what == "the rows":
        scene.rehearsal.rows[PREPROD_DATABASE] = 100_001
    elif what == "the files":
        scene.world = replace(scene.world, migrations=OtherFiles())
    elif what == "the revision":
        scene.migrations.applied[PREPROD_DATABASE] = ("0001",)
    else:
        proof = proof_of(scene, attempt)
        assert proof.old_version == "1.0"
        scene.artefacts.publish("orders", "0.9", {"app.py": "older"})
        with scene.store.transaction() as tx:
            tx.records.add_deployment(attempt, "preprod", Deployed(version="0.9", digest="sha256:09"), "deploy")
    with pytest.raises(RefusedError, match="slipway retry"):
        scene.migrate(attempt, PREPROD)
    assert [action for action, order in scene.migrations.orders if order.environment == "preprod"] == []
    assert len(scene.log("migrate_refused")) == 1
    assert scene.finish(attempt, PREPROD).outcome == "refused"
    scene.close(attempt)
    assert scene.release_of(attempt).state == "awaiting_retry"


def test_started_again_it_settles_what_it_began_instead_of_checking_it(scene: Scene) -> None:
    attempt = scene.approved("1.1", files={FIRST: REVERSIBLE})
    scene.turn(attempt, PREPROD)
    assert scene.migrate(attempt, PREPROD) == scene.migrate(attempt, PREPROD)


def test_a_proof_still_counts_for_ten_times_the_rows(scene: Scene) -> None:
    attempt = scene.approved("1.1", files={FIRST: REVERSIBLE})
    scene.turn(attempt, PREPROD)
    scene.rehearsal.rows[PREPROD_DATABASE] = 100_000
    scene.migrate(attempt, PREPROD)
    assert scene.migrations.applied[PREPROD_DATABASE]


def test_an_approval_is_void_once_another_proof_counts(scene: Scene) -> None:
    attempt = scene.approved("1.1", files={FIRST: REVERSIBLE})
    first = proof_of(scene, attempt)
    scene.rehearsal.drifted.add(PREPROD_DATABASE)
    scene.check(attempt, PREPROD)
    assert proof_of(scene, attempt).id != first.id
    turn = scene.turn(attempt, PREPROD)
    assert (turn.answer, turn.outcome) == (TurnAnswer.ENDED, "renewed")
    assert "on another proof" in turn.blockers[0].message


def test_a_proof_counts_for_seven_days(scene_at: Callable[..., Scene], clock: Clock) -> None:
    scene = scene_at(datetime(2026, 11, 16, 10, tzinfo=UTC), a_service(database=True))
    scene.long_live("1.0")
    scene.artefacts.publish("orders", "1.1", {FIRST: REVERSIBLE})
    rita = Actor(id="rita", via="rest")
    first = ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita)
    clock.set(datetime(2026, 11, 23, 9, 59, tzinfo=UTC))
    assert ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita) == first
    clock.set(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
    second = ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita)
    assert second.proof != first.proof


def test_a_conditional_one_goes_back_unless_rows_of_the_new_form_exist(scene: Scene) -> None:
    smoke_fails_in(scene, PREPROD)
    attempt = scene.approved("1.1", files={FIRST: declared("conditional", "# finds downgrade_refuses orders")})
    assert "the schema is back at its beginning" in scene.stage(attempt, PREPROD).detail


def test_where_neither_way_is_proven_the_release_stops_and_pages(scene: Scene) -> None:
    smoke_fails_in(scene, PREPROD)
    first = scene.dev_passed("1.1", files={FIRST: f"{IRREVERSIBLE}\n# untried"})
    scene.check(first, PREPROD)
    proof = proof_of(scene, first)
    for code in (FindingCode.DATA_LOST, FindingCode.DECLARED_IRREVERSIBLE, FindingCode.OLD_VERSION_NOT_TRIED):
        waived(scene, proof, code)
    scene.finish(first, PREPROD)
    scene.close(first)
    attempt = scene.opened("1.1", release_id=first.release_id)
    scene.grant(attempt, Step.APPROVE, "sam")
    finish = scene.stage(attempt, PREPROD)
    assert finish.outcome == "live_uncertain"
    assert "1.1 runs" in finish.detail
    assert "1.0 was not seen to run on the new schema" in finish.detail
    assert (scene.runs(PREPROD), scene.migrations.applied[PREPROD_DATABASE]) == ("1.1", ("0001",))
    with scene.store.transaction() as tx:
        assert "page" in {message.channel for _, message in tx.outbox.unsent(1000)}


def test_an_irreversible_one_stays_where_the_previous_version_runs_on_it(scene: Scene) -> None:
    smoke_fails_in(scene, PREPROD)
    first = scene.dev_passed("1.1", files={FIRST: IRREVERSIBLE})
    scene.check(first, PREPROD)
    for code in (FindingCode.DATA_LOST, FindingCode.DECLARED_IRREVERSIBLE):
        waived(scene, proof_of(scene, first), code)
    scene.finish(first, PREPROD)
    scene.close(first)
    attempt = scene.opened("1.1", release_id=first.release_id)
    scene.grant(attempt, Step.APPROVE, "sam")
    finish = scene.stage(attempt, PREPROD)
    assert finish.outcome == "undone"
    assert "the schema stays at 0001: 1.0 was seen to run on it" in finish.detail
    assert scene.runs(PREPROD) == "1.0"


def test_a_schema_that_looks_as_before_and_is_not_leaves_live_uncertain(scene: Scene) -> None:
    attempt = scene.approved("1.1", files={FIRST: REVERSIBLE})
    scene.turn(attempt, PREPROD)
    scene.world = replace(scene.world, migrations=NoWayThere())
    with pytest.raises(SlipwayError):
        scene.migrate(attempt, PREPROD)
    scene.rehearsal.drifted.add(PREPROD_DATABASE)
    finish = scene.finish(attempt, PREPROD)
    assert finish.outcome == "live_uncertain"
    assert "half applied" in finish.detail
    assert scene.runs(PREPROD) == "1.0"


def to_preprod(scene: Scene, version: str, **more: Any) -> Attempt:
    attempt = scene.preprod_passed(version, to=PREPROD, **more)
    scene.close(attempt)
    return attempt


def refused_in_preprod(scene: Scene, version: str) -> str:
    """An older version, which Dev has let pass of old."""
    scene.migrations.applied["postgresql:///orders_dev"] = ()
    attempt = scene.dev_passed(version, to=PREPROD)
    checked = scene.check(attempt, PREPROD)
    assert checked.outcome == "refused"
    scene.finish(attempt, PREPROD)
    scene.close(attempt)
    return checked.detail


def test_one_goes_back_no_further_than_to_what_was_seen_to_run_on_the_schema(scene: Scene) -> None:
    to_preprod(scene, "1.1", files={FIRST: LOSSY})
    to_preprod(scene, "1.1.1", files={FIRST: LOSSY})
    with scene.store.transaction() as tx:
        schema = tx.migrations.schema("orders", "preprod")
    assert schema is not None
    assert (schema.revision, schema.serves_version) == ("0001", "1.0")
    to_preprod(scene, "1.2", files={FIRST: LOSSY, SECOND: LOSSY})
    detail = refused_in_preprod(scene, "1.1")
    assert "the schema is at 0002 since 1.2" in detail
    assert "1.1.1" in detail
    assert '"message"' in scene.log("migration_refused")[0]

    scene.migrations.applied["postgresql:///orders_dev"] = ()
    back = scene.dev_passed("1.1.1", to=PREPROD)
    assert "1.1.1 was seen to run on 0002, which stays" in scene.check(back, PREPROD).detail
    scene.grant(back, Step.APPROVE, "sam")
    assert scene.stage(back, PREPROD).outcome == "passed"
    assert scene.migrations.applied[PREPROD_DATABASE] == ("0001", "0002")
    assert scene.runs(PREPROD) == "1.1.1"


def test_the_limit_is_shown_to_those_who_ask_whether_it_may_start(scene: Scene) -> None:
    (before,) = explain(scene.store, "orders", "ordering", "preprod")
    assert before.as_json()["rollback_limit"] is None
    to_preprod(scene, "1.1", files={FIRST: LOSSY})
    (now,) = explain(scene.store, "orders", "ordering", "preprod")
    assert "the schema is at 0001 since 1.1" in str(now.as_json()["rollback_limit"])
    with scene.store.transaction() as tx:
        (limit,) = rollback_limits(tx, [("orders", "preprod"), ("orders", "prod")])
    assert (limit["environment"], limit["revision"], limit["earliest"]) == ("preprod", "0001", "1.0")


@pytest.mark.parametrize("what", ["the settings", "the expectations"])
def test_a_proof_that_was_made_otherwise_is_made_anew(scene: Scene, what: str) -> None:
    rita = Actor(id="rita", via="rest")
    scene.artefacts.publish("orders", "1.1", {FIRST: REVERSIBLE})
    first = ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita)
    assert ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita) == first
    if what == "the settings":
        settings = RehearsalSettings(may_differ={"orders.updated_at": "a trigger sets it"})
        scene.definitions.services["orders"] = a_service(database=True, rehearsal=settings)
    else:
        suites = Suites(folder=Path("suites"), sha256="of the suites")
        scene.world = replace(scene.world, suites=lambda _: suites)
    second = ask_rehearsal(scene.world, "orders", "1.1", "preprod", rita)
    assert first.proof is not None
    assert second.proof is not None
    assert second.proof.id != first.proof.id
    assert len(scene.rehearsal.orders) == 2


def test_the_address_of_a_prepared_copy_is_handed_on_where_one_is_asked_for(scene: Scene) -> None:
    settings = RehearsalSettings(copy=CopyStrategy.REPLICA, replica="orders_copy")
    scene.definitions.services["orders"] = a_service(database=True, rehearsal=settings)
    urls = {"orders_preprod": PREPROD_DATABASE, "orders_copy": "postgresql:///copy"}
    scene.world = replace(scene.world, connections=FakeConnections(urls))
    scene.artefacts.publish("orders", "1.1", {FIRST: REVERSIBLE})
    ask_rehearsal(scene.world, "orders", "1.1", "preprod", Actor(id="rita", via="rest"))
    (order,) = scene.rehearsal.orders
    assert (order.replica_url, order.settings) == ("postgresql:///copy", settings)


def test_a_version_without_migrations_is_no_way_around_the_limit(scene: Scene) -> None:
    to_preprod(scene, "1.1", files={FIRST: LOSSY})
    to_preprod(scene, "1.2", files={FIRST: LOSSY, SECOND: LOSSY})
    scene.artefacts.publish("orders", "1.3", {"app.py": "without its migrations"})
    detail = refused_in_preprod(scene, "1.3")
    assert "does not carry the migrations that preprod has" in detail
    assert "the schema is at 0002 since 1.2" in detail


def test_what_the_database_got_since_the_check_stops_a_version_without_migrations(scene: Scene) -> None:
    attempt = scene.approved("1.0.1", files={"app.py": "no migrations"})
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.TAKEN
    with scene.store.transaction() as tx:
        state = SchemaState(revision="0001", version="1.1", serves_version=None, serves_digest=None, proof_id=None)
        tx.migrations.move_schema(attempt, "preprod", state)
    with pytest.raises(RefusedError, match="was not seen to run"):
        scene.migrate(attempt, PREPROD)
    assert len(scene.log("migrate_refused")) == 1


def test_a_schema_that_is_taken_back_serves_again_what_it_served(scene: Scene) -> None:
    to_preprod(scene, "1.1", files={FIRST: LOSSY})
    smoke_fails_in(scene, PREPROD, "1.2")
    undone = scene.approved("1.2", files={FIRST: LOSSY, SECOND: REVERSIBLE})
    assert scene.stage(undone, PREPROD).outcome == "undone"
    with scene.store.transaction() as tx:
        schema = tx.migrations.schema("orders", "preprod")
    assert schema is not None
    assert (schema.revision, schema.serves_version, schema.version) == ("0001", "1.0", "1.1")


def test_live_has_its_own_proof(scene: Scene) -> None:
    attempt = scene.preprod_passed("1.1", files={FIRST: REVERSIBLE})
    scene.grant(attempt, Step.AUTHORISE, "sam")
    assert proof_of(scene, attempt, PROD).environment == "prod"
    assert [order.order.environment for order in scene.rehearsal.orders] == ["preprod", "prod"]
    with scene.store.transaction() as tx:
        (grant,) = [one for one in tx.grants.of_attempt(attempt.id) if one.step is Step.AUTHORISE]
    assert grant.migration_proof == proof_of(scene, attempt, PROD).id


def test_dev_is_not_proven(scene: Scene) -> None:
    scene.dev_passed("1.1", files={FIRST: IRREVERSIBLE})
    assert scene.rehearsal.orders == []
    assert scene.runs(DEV) == "1.1"
