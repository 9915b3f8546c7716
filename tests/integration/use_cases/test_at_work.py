"""How a stage ends once something was touched: kept, brought back, or declared uncertain."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from slipway.domain.errors import ArtefactError, RefusedError, ServiceMigrationError, SlipwayError, TargetError
from slipway.domain.grant import Step
from slipway.domain.release import Attempt
from slipway.domain.service import StageRole
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.migrations import MigrationOrder, MigrationState
from slipway.ports.outside.targets import DeployOrder
from slipway.ports.values import Actor
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.settle_verdict import settle_verdict
from slipway.use_cases.stop import stop
from tests.builders import DEV, PREPROD, PROD, a_service
from tests.fakes.migration_runner import FakeMigrationRunner
from tests.migrations import LOSSY, REVERSIBLE
from tests.scene import AGAIN, Scene

MIGRATION = "migrations/versions/0001_orders.py"


class NoWayBack(FakeMigrationRunner):
    """Downgrades that declare themselves lossless, and fail."""

    def __init__(self, before: FakeMigrationRunner) -> None:
        super().__init__()
        self.applied = before.applied

    def downgrade(self, order: MigrationOrder, to: str | None) -> MigrationState:
        raise ServiceMigrationError(f"the downgrade of {order.service} to {to} failed")


def nothing_is_held(scene: Scene, role: StageRole) -> None:
    with scene.store.transaction() as tx:
        assert tx.turns.holder("live") is None
        assert tx.leases.live("orders", role.value) is None


def failing_in(scene: Scene, role: StageRole, version: str = "1.1") -> None:
    """Smoke of this version fails, from this stage on."""

    def judge(order: DeployOrder) -> None:
        if order.environment == role.value and order.artefact.version == version:
            scene.probe.verdicts[version] = CheckStatus.FAIL

    scene.target.after = judge


def test_failing_smoke_in_preprod_brings_the_previous_back_and_marks_the_version(scene: Scene) -> None:
    scene.long_live("1.0")
    failing_in(scene, PREPROD)
    attempt = scene.approved("1.1")
    assert scene.stage(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "1.0"
    assert scene.close(attempt).outcome == "failed"
    with scene.store.transaction() as tx:
        assert tx.records.why_bad("orders", attempt.digest) is not None
        assert not tx.records.standing_holds("orders", "preprod", scene.release_of(attempt))
        assert tx.records.deployed("orders", "preprod").version == "1.0"
    nothing_is_held(scene, PREPROD)


def test_a_version_marked_bad_is_refused_as_it_is(scene: Scene) -> None:
    failing_in(scene, PREPROD)
    attempt = scene.approved("1.1")
    scene.stage(attempt, PREPROD)
    scene.close(attempt)
    scene.probe.verdicts.clear()
    with pytest.raises(RefusedError, match=r"orders 1\.1 is marked bad"):
        scene.opened("1.1")


def test_failing_smoke_in_prod_brings_the_previous_back_and_holds_the_service(scene: Scene) -> None:
    scene.long_live("1.0")
    failing_in(scene, PROD)
    attempt = scene.signed_off("1.1")
    assert scene.stage(attempt, PROD).outcome == "undone"
    assert scene.runs(PROD) == "1.0"
    assert scene.close(attempt).outcome == "rolled_back"
    nothing_is_held(scene, PROD)
    other = scene.opened("1.2", by="rob", service="orders")
    fix = scene.opened("1.3", by="rob", fixes=attempt.release_id)
    with scene.store.transaction() as tx:
        assert len(tx.records.standing_holds("orders", "preprod", scene.release_of(other))) == 1
        assert not tx.records.standing_holds("orders", "preprod", scene.release_of(attempt))
        assert not tx.records.standing_holds("orders", "preprod", scene.release_of(fix))


def test_a_first_release_ever_that_fails_is_removed(scene: Scene) -> None:
    failing_in(scene, PROD)
    attempt = scene.signed_off("1.1")
    finish = scene.stage(attempt, PROD)
    assert finish.outcome == "undone"
    assert "removed" in finish.detail
    assert scene.target.removed == [("orders", "prod")]
    assert scene.runs(PROD) is None


def test_a_deploy_that_never_becomes_healthy_is_undone_but_not_marked_bad(scene: Scene) -> None:
    scene.long_live("1.0")
    scene.target.never_healthy = {"1.1"}
    attempt = scene.dev_passed("1.1")
    assert scene.stage_of(attempt, DEV).outcome == "undone"
    assert isinstance(scene.last_error, TargetError)
    assert scene.runs(DEV) == "1.0"
    with scene.store.transaction() as tx:
        assert tx.records.why_bad("orders", attempt.digest) is None


def test_an_unknown_verdict_is_never_a_success(scene: Scene) -> None:
    scene.probe.verdicts["1.0"] = CheckStatus.UNKNOWN
    attempt = scene.dev_passed("1.0")
    assert scene.stage_of(attempt, DEV).outcome == "undone"
    with scene.store.transaction() as tx:
        assert tx.records.why_bad("orders", attempt.digest) is None


def test_a_fail_stays_even_if_smoke_is_started_again(scene: Scene) -> None:
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    attempt = scene.opened("1.0")
    scene.turn(attempt, DEV)
    scene.deploy(attempt, DEV)
    with pytest.raises(SlipwayError):
        scene.smoke(attempt, DEV)
    scene.probe.verdicts.clear()
    with pytest.raises(SlipwayError):
        scene.smoke(attempt, DEV)
    assert scene.finish(attempt, DEV).outcome == "undone"
    with scene.store.transaction() as tx:
        proof = tx.records.latest_proof("orders", "dev", attempt.digest)
    assert proof is not None
    assert proof.verdict == "fail"


def undo_fails(scene: Scene, attempt: Attempt, role: StageRole) -> None:
    scene.target.never_healthy = {"1.0"}
    finish = scene.stage(attempt, role)
    assert finish.outcome == "live_uncertain"
    assert len(scene.log("undo_failed")) == 3
    nothing_is_held(scene, role)
    assert scene.close(attempt).outcome == "live_uncertain"


def test_an_undo_that_fails_three_times_is_live_uncertain_and_frees_the_lane(scene: Scene) -> None:
    scene.long_live("1.0")
    failing_in(scene, PROD)
    undo_fails(scene, scene.signed_off("1.1"), PROD)
    with scene.store.transaction() as tx:
        pages = tx.sql.all("SELECT text FROM outbox WHERE channel = 'page'")
    assert len(pages) == 1
    assert "did not become healthy" in pages[0]["text"]


def test_in_preprod_too(scene: Scene) -> None:
    scene.long_live("1.0")
    failing_in(scene, PREPROD)
    undo_fails(scene, scene.approved("1.1"), PREPROD)


def test_a_tampered_artefact_is_refused_and_nothing_runs(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.approved("1.1")
    scene.artefacts.tamper(scene.artefacts.resolve("orders", "1.1"))
    assert scene.stage(attempt, PREPROD).outcome == "undone"
    assert isinstance(scene.last_error, ArtefactError)
    assert scene.runs(PREPROD) == "1.0"


def test_a_version_that_is_published_anew_is_refused(scene: Scene) -> None:
    attempt = scene.approved("1.1")
    scene.artefacts.publish("orders", "1.1", {"app.py": "something else"})
    assert scene.stage(attempt, PREPROD).outcome == "undone"
    assert "was proven and approved" in str(scene.last_error)
    assert scene.runs(PREPROD) is None


def test_a_tampered_artefact_with_migrations_is_refused_before_the_permit(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(database=True))
    attempt = scene.approved("1.1", files={MIGRATION: REVERSIBLE})
    scene.artefacts.tamper(scene.artefacts.resolve("orders", "1.1"))
    assert scene.stage(attempt, PREPROD).outcome == "refused"
    assert len(scene.log("migrate_refused")) == 1
    assert scene.close(attempt).outcome == "refused"


def test_stopped_after_the_deploy_it_is_undone(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.approved("1.1")
    scene.work(attempt, PREPROD)
    stop(scene.world, attempt.release_id, Actor(id="rob", via="cli"), "wrong version")
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "1.0"


def test_a_confirmation_that_says_no_brings_the_previous_back(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.signed_off("1.1")
    scene.work(attempt, PROD)
    scene.ask(attempt, Step.CONFIRM)
    assert scene.answer(attempt, Step.CONFIRM, "rob", "Reject").kind == "rejected"
    assert scene.finish(attempt, PROD).outcome == "undone"
    assert scene.runs(PROD) == "1.0"
    with scene.store.transaction() as tx:
        assert tx.records.why_bad("orders", attempt.digest) is not None


def test_without_a_confirmation_it_stays_live_unverified_and_held(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "unverified"
    assert scene.close(attempt).outcome == "unverified"
    assert scene.runs(PROD) == "1.0"
    assert len(scene.log("hold_placed")) == 1


def test_a_verdict_answers_what_no_confirmation_did(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "unverified"
    assert scene.close(attempt).outcome == "unverified"
    sam = Actor(id="sam", via="rest")
    settle_verdict(scene.world, attempt.release_id, passed=True, actor=sam, reason="the order list is right")
    assert scene.release_of(attempt).outcome == "live"


def test_a_lossless_migration_is_taken_back_with_the_artefact(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(database=True))
    scene.long_live("1.0")
    failing_in(scene, PREPROD)
    attempt = scene.approved("1.1", files={MIGRATION: REVERSIBLE})
    assert "the schema is back at its beginning" in scene.stage(attempt, PREPROD).detail
    assert scene.migrations.applied["postgresql:///orders_preprod"] == ()


def test_one_that_would_lose_new_data_stays_where_the_previous_version_runs_on_it(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(a_service(database=True))
    scene.long_live("1.0")
    failing_in(scene, PREPROD)
    attempt = scene.approved("1.1", files={MIGRATION: LOSSY})
    assert "the schema stays at 0001: 1.0 was seen to run on it" in scene.stage(attempt, PREPROD).detail
    assert scene.migrations.applied["postgresql:///orders_preprod"] == ("0001",)
    assert scene.runs(PREPROD) == "1.0"


def test_a_failed_migration_is_not_followed_by_a_deploy(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(database=True))
    attempt = scene.opened("1.0", files={MIGRATION: "raise"})
    scene.turn(attempt, DEV)
    with pytest.raises(ServiceMigrationError):
        scene.migrate(attempt, DEV)
    with pytest.raises(NotPermittedError):
        scene.deploy(attempt, DEV)
    with pytest.raises(SlipwayError, match="It is not repeated"):
        scene.migrate(attempt, DEV, AGAIN)
    assert "out_of_order" in scene.log("permit_refused")[0]
    assert not scene.target.orders
    assert scene.finish(attempt, DEV).outcome == "undone"


def test_a_deploy_whose_migrations_were_skipped_by_hand_is_refused(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(database=True))
    attempt = scene.opened("1.0", files={MIGRATION: ""})
    scene.turn(attempt, DEV)
    with pytest.raises(ServiceMigrationError, match="were not run in dev"):
        scene.deploy(attempt, DEV)
    assert not scene.target.orders


def test_a_schema_that_cannot_be_brought_back_does_not_keep_the_artefact_away(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(a_service(database=True))
    scene.long_live("1.0")
    failing_in(scene, PREPROD)
    attempt = scene.approved("1.1", files={MIGRATION: REVERSIBLE})
    with pytest.raises(SlipwayError):
        scene.work(attempt, PREPROD)
    scene.world = replace(scene.world, migrations=NoWayBack(scene.migrations))
    finish = scene.finish(attempt, PREPROD)
    assert finish.outcome == "live_uncertain"
    assert "but the schema is not back" in finish.detail
    assert scene.runs(PREPROD) == "1.0"
