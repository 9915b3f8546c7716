"""Going back is tried within Preprod's deploy, as part of the proof: new, back, new, under one permit (R18)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from slipway.adapters.activity_lock import FileActivityLock
from slipway.domain.activity import Activity
from slipway.domain.errors import SlipwayError, TargetError
from slipway.domain.grant import Step
from slipway.domain.migration_proof import FindingCode
from slipway.domain.release import Attempt, Origin
from slipway.domain.service import Service, StageRole
from slipway.ports.outside.targets import DeployOrder
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.facts import gather
from slipway.use_cases.stop import stop
from tests.builders import DEV, PREPROD, PROD, a_service, people, platform_rules
from tests.integration.use_cases.test_migrations import proof_of, waived
from tests.migrations import LOSSY, REVERSIBLE
from tests.scene import AGAIN, MortalTarget, ProcessKilledError, Scene, killed

RISKY: dict[str, Any] = {"extra": {"problematic": "true"}}
MIGRATION = "migrations/versions/0001_orders.py"
TOLD = {"permit_issued", "deploy_started", "deploy_done", "rollback_rehearsed", "rollback_not_rehearsed"}


def asking(service: Service) -> Service:
    """The same, with a Preprod that rehearses."""
    preprod = replace(service.stages[PREPROD], rehearse_rollback=True)
    return replace(service, stages={**service.stages, PREPROD: preprod})


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """Orders asks for it; 1.0 runs everywhere."""
    made = make_scene(asking(a_service()))
    made.long_live("1.0")
    return made


def deploys(scene: Scene, attempt: Attempt, role: StageRole = PREPROD) -> list[Activity]:
    with scene.store.transaction() as tx:
        return [one for one in tx.activities.of_stage(attempt.id, role) if one.kind == "deploy"]


def entries(scene: Scene, kind: str) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in scene.log(kind)]


def brought(scene: Scene, role: StageRole = PREPROD) -> list[str]:
    return [order.artefact.version for order in scene.target.orders if order.environment == role.value]


def at_deploy(scene: Scene, number: int, do: Callable[[DeployOrder], None], *, after: bool = False) -> None:
    """Does it before, or after, the target carries out the order of this number in Preprod; once."""
    seen: list[DeployOrder] = []

    def count(order: DeployOrder) -> None:
        seen.extend([order] if order.environment == "preprod" else [])
        if len(seen) == number and order is seen[-1]:
            do(order)

    if after:
        scene.target.after = count
    else:
        scene.target.before = count


def refuses(order: DeployOrder) -> None:
    raise TargetError(f"{order.artefact.version} did not become healthy")


def in_preprod(scene: Scene, version: str = "1.1", **more: Any) -> Attempt:
    """Has its turn there."""
    attempt = scene.approved(version, **more)
    scene.turn(attempt, PREPROD)
    scene.migrate(attempt, PREPROD)
    return attempt


def form(scene: Scene, attempt: Attempt) -> list[str]:
    """The lines about it on the form of Prod."""
    asked = scene.ask(attempt, Step.AUTHORISE)
    assert isinstance(asked, Asked)
    return [line for line in asked.request.evidence.splitlines() if line.startswith("- Going back")]


def test_it_goes_back_and_forth_again_as_three_deploys_under_one_permit(scene: Scene) -> None:
    attempt = scene.preprod_passed("1.1")

    assert brought(scene) == ["1.1", "1.0", "1.1"]
    first, back, again = deploys(scene, attempt)
    assert [one.number for one in (first, back, again)] == [1, 2, 3]
    assert {one.state for one in (first, back, again)} == {"done"}
    assert first.digest == again.digest == attempt.digest != back.digest
    assert len({one.fencing for one in (first, back, again)}) == 1
    assert len([one for one in entries(scene, "permit_issued") if one["digest"] == attempt.digest]) == 2  # Dev, Preprod
    (told,) = entries(scene, "rollback_rehearsed")
    assert (told["from"], told["to"]) == ("1.1", "1.0")
    assert told["seconds"] >= 0
    with scene.store.transaction() as tx:
        runs = tx.records.deployed("orders", "preprod")
        proof = tx.records.latest_proof("orders", "preprod", attempt.digest)
    assert (runs.version, runs.brought_back) == ("1.1", False)
    assert proof is not None
    assert proof.passed
    assert scene.runs(PREPROD) == "1.1"


def test_the_log_tells_it_in_its_order(scene: Scene) -> None:
    attempt = scene.preprod_passed("1.1")
    with scene.store.transaction() as tx:
        rows = tx.sql.all(
            "SELECT kind, payload::jsonb ->> 'number' AS number FROM log"
            " WHERE attempt = :id AND environment = 'preprod' ORDER BY seq",
            id=attempt.id,
        )
    told = [(row["kind"], row["number"]) for row in rows if row["kind"] in TOLD]
    work = [(f"deploy_{word}", number) for number in "123" for word in ("started", "done")]
    assert told == [("permit_issued", None), *work, ("rollback_rehearsed", None)]


def test_who_decides_about_prod_reads_that_it_was_tried(scene: Scene) -> None:
    (line,) = form(scene, scene.preprod_passed("1.1"))
    assert line.startswith("- Going back was rehearsed in preprod: 1.1, back to 1.0 in ")


def test_dev_and_prod_never_do_it(scene: Scene) -> None:
    attempt = scene.live("1.1")
    assert len(deploys(scene, attempt, DEV)) == len(deploys(scene, attempt, PROD)) == 1
    assert brought(scene, PROD) == ["1.1"]


def test_where_nobody_asks_there_is_one_deploy(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene()
    scene.long_live("1.0")
    attempt = scene.preprod_passed("1.1")
    assert brought(scene) == ["1.1"]
    assert len(deploys(scene, attempt)) == 1
    assert form(scene, attempt) == []
    assert scene.log("rollback_rehearsed") == scene.log("rollback_not_rehearsed") == []


def test_a_risky_release_asks_for_it(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene()
    scene.long_live("1.0")
    scene.preprod_passed("1.1", **RISKY)
    assert brought(scene) == ["1.1", "1.0", "1.1"]


def test_of_a_first_release_ever_it_rehearses_the_removal(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(asking(a_service()))
    attempt = scene.preprod_passed("1.0")
    assert brought(scene) == ["1.0", "1.0"]
    assert scene.target.removed == [("orders", "preprod")]
    assert [one.digest for one in deploys(scene, attempt)] == [attempt.digest, None, attempt.digest]
    assert entries(scene, "rollback_rehearsed")[0]["to"] is None
    assert "back to nothing, as before it" in form(scene, attempt)[0]


def test_a_version_that_ran_there_before_has_nothing_to_go_back_to(scene: Scene) -> None:
    attempt = scene.preprod_passed("1.0")
    assert len(deploys(scene, attempt)) == 1
    assert "1.0 ran there before" in entries(scene, "rollback_not_rehearsed")[0]["because"]
    assert "was **not**: 1.0 ran there before" in form(scene, attempt)[0]


def test_a_way_back_that_fails_ends_the_stage_and_the_verdict_names_it(scene: Scene) -> None:
    at_deploy(scene, 2, refuses)
    attempt = scene.approved("1.1")
    finish = scene.stage(attempt, PREPROD)
    assert finish.outcome == "undone"
    assert "the rehearsed way back (deploy 2) failed: 1.0 did not become healthy" in finish.detail
    assert scene.runs(PREPROD) == "1.0"
    assert len(deploys(scene, attempt)) == 2
    assert scene.log("rollback_rehearsed") == []


def test_coming_forth_again_that_fails_ends_the_stage_and_the_verdict_names_it(scene: Scene) -> None:
    at_deploy(scene, 3, refuses)
    finish = scene.stage(scene.approved("1.1"), PREPROD)
    assert finish.outcome == "undone"
    assert "coming forth again after it (deploy 3) failed" in finish.detail
    assert "1.0 still runs: nothing to bring back" in finish.detail
    with scene.store.transaction() as tx:
        assert tx.records.deployed("orders", "preprod").version == "1.0"


def test_what_the_target_says_afterwards_counts(scene: Scene) -> None:
    def put_back(order: DeployOrder) -> None:
        new = scene.artefacts.resolve("orders", "1.1")
        scene.target.change_by_hand("orders", "preprod", replace(running, digest=new.digest, version="1.1"))

    running = scene.target.current("orders", "preprod")
    at_deploy(scene, 2, put_back, after=True)
    finish = scene.stage(scene.approved("1.1"), PREPROD)
    assert "deploy 2) failed: preprod was asked what runs there since, and says: 1.1, healthy" in finish.detail


@pytest.mark.parametrize("number", [2, 3])
def test_killed_before_the_target_did_it_it_is_settled_never_repeated_and_undone(scene: Scene, number: int) -> None:
    attempt = in_preprod(scene)
    at_deploy(scene, number, killed)
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    scene.target.before = MortalTarget().before
    orders = len(scene.target.orders)
    with pytest.raises(SlipwayError, match="It is not repeated"):
        scene.deploy(attempt, PREPROD, AGAIN)
    assert len(scene.target.orders) == orders
    assert [one.state for one in deploys(scene, attempt)][-1] == "settled_failed"
    assert len(deploys(scene, attempt)) == number
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "1.0"


def test_killed_after_the_target_did_it_the_next_start_goes_on(scene: Scene) -> None:
    attempt = in_preprod(scene)
    at_deploy(scene, 2, killed, after=True)
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    scene.target.after = MortalTarget().after
    scene.deploy(attempt, PREPROD, AGAIN)
    assert brought(scene) == ["1.1", "1.0", "1.1"]
    assert [one.state for one in deploys(scene, attempt)] == ["done", "settled_done", "done"]
    scene.deploy(attempt, PREPROD, AGAIN)
    assert len(scene.log("rollback_rehearsed")) == 1
    scene.smoke(attempt, PREPROD)
    assert scene.finish(attempt, PREPROD).outcome == "passed"


def test_killed_after_going_back_nothing_is_tested_though_the_deploy_is_marked_as_success(scene: Scene) -> None:
    attempt = in_preprod(scene)
    at_deploy(scene, 2, killed, after=True)
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    scene.target.after = MortalTarget().after
    with pytest.raises(SlipwayError, match="there is nothing to test"):
        scene.smoke(attempt, PREPROD)
    finish = scene.finish(attempt, PREPROD)
    assert finish.outcome == "undone"
    assert "going back was rehearsed, and 1.1 was not brought again" in finish.detail
    assert scene.runs(PREPROD) == "1.0"


class KilledBefore(FileActivityLock):
    """Whoever begins the work of this number dies before it is written down."""

    def __init__(self, folder: Path, number: int) -> None:
        super().__init__(folder)
        self._left = number

    def hold(self, activity_id: str) -> IO[bytes]:
        self._left -= 1
        if self._left == 0:
            raise ProcessKilledError
        return super().hold(activity_id)


def test_killed_between_two_of_them_the_next_start_goes_on_where_it_ended(scene: Scene, tmp_path: Path) -> None:
    attempt = in_preprod(scene)
    alive, scene.world = scene.world, replace(scene.world, locks=KilledBefore(tmp_path / "locks", 3))
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    scene.world = alive
    assert scene.runs(PREPROD) == "1.0"
    scene.deploy(attempt, PREPROD, AGAIN)
    assert brought(scene) == ["1.1", "1.0", "1.1"]


def test_one_that_was_left_out_is_told_to_who_decides(scene: Scene, tmp_path: Path) -> None:
    attempt = in_preprod(scene)
    alive, scene.world = scene.world, replace(scene.world, locks=KilledBefore(tmp_path / "locks", 2))
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    scene.world = alive
    scene.smoke(attempt, PREPROD)  # somebody marked the task deploy as a success
    assert scene.finish(attempt, PREPROD).outcome == "passed"
    assert f"was **not**: the deploy of {attempt.id} left it out" in form(scene, attempt)[0]


def test_a_stop_between_two_of_them_undoes_the_stage(scene: Scene) -> None:
    attempt = in_preprod(scene)
    rob = Actor(id="rob", via="cli")
    at_deploy(scene, 2, lambda _: stop(scene.world, attempt.release_id, rob, "wrong version"), after=True)
    with pytest.raises(SlipwayError, match="stopped"):
        scene.deploy(attempt, PREPROD)
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "1.0"


def with_a_database(make_scene: Callable[..., Scene]) -> Scene:
    scene = make_scene(asking(a_service(database=True)))
    scene.long_live("1.0")
    return scene


def test_the_schema_stays_while_it_is_rehearsed(make_scene: Callable[..., Scene]) -> None:
    scene = with_a_database(make_scene)
    scene.preprod_passed("1.1", files={MIGRATION: REVERSIBLE})
    assert brought(scene) == ["1.1", "1.0", "1.1"]
    assert scene.migrations.applied["postgresql:///orders_preprod"] == ("0001",)
    assert "downgrade" not in [name for name, order in scene.migrations.orders if order.environment == "preprod"]


def test_where_the_previous_was_not_seen_to_run_on_the_new_schema_it_is_not_rehearsed(
    make_scene: Callable[..., Scene],
) -> None:
    service = asking(a_service(database=True))
    prod = replace(service.stages[PROD], migrations=None)
    scene = make_scene(replace(service, stages={**service.stages, PROD: prod}))
    scene.long_live("1.0")
    refused = scene.dev_passed("1.1", files={MIGRATION: f"{REVERSIBLE}\n# untried\n"})
    scene.check(refused, PREPROD)
    waived(scene, proof_of(scene, refused), FindingCode.OLD_VERSION_NOT_TRIED)
    scene.finish(refused, PREPROD)
    scene.close(refused)
    attempt = scene.opened("1.1", release_id=refused.release_id)
    scene.grant(attempt, Step.APPROVE, "sam")
    assert scene.stage(attempt, PREPROD).outcome == "passed"
    assert brought(scene) == ["1.1"]
    (told,) = entries(scene, "rollback_not_rehearsed")
    assert told["because"].startswith("1.0 was not seen to run on the new schema")
    assert "was **not**: 1.0 was not seen to run" in form(scene, attempt)[0]


def test_once_it_ran_on_the_new_schema_a_lossy_migration_is_no_obstacle(make_scene: Callable[..., Scene]) -> None:
    scene = with_a_database(make_scene)
    scene.preprod_passed("1.1", files={MIGRATION: LOSSY})
    assert len(scene.log("rollback_rehearsed")) == 1


def test_an_attempt_that_carries_the_proof_over_carries_this_over_too(scene: Scene) -> None:
    attempt = scene.signed_off("1.1")
    scene.activate(platform_rules(), people("sue"))
    assert scene.turn(attempt, PROD).outcome == "renewed"
    assert scene.close(attempt).outcome == "renewed"
    again = scene.opened("1.1", by="platform", origin=Origin.PLATFORM, release_id=attempt.release_id)
    assert scene.stage_of(again, PREPROD).outcome == "carried_over"
    assert form(scene, again)[0].startswith("- Going back was rehearsed in preprod: 1.1, back to 1.0")


def test_what_must_fit_into_the_window_is_twice_as_much(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(), asking(a_service("forms")))

    def needs(**more: Any) -> timedelta:
        attempt = scene.opened(**more)
        with scene.store.transaction() as tx:
            return gather(tx, attempt, PREPROD).stage_needs

    usual = needs()
    assert needs(**RISKY) == needs(service="forms") == 2 * usual


def test_it_does_not_count_as_time_that_every_stage_takes(scene: Scene) -> None:
    scene.preprod_passed("1.1")
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE activity SET closed_at = opened_at + interval '1 hour' WHERE kind = 'deploy' AND number > 1")
        assert list(tx.stages.seconds_taken("orders", "preprod")) == [0.0]
