"""How long a service was worse than before is measured wherever the platform brings back what ran (R18)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from slipway.domain.grant import Step
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Eligibility
from slipway.domain.release import Attempt
from slipway.domain.watch import Sample
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.targets import DeployOrder
from slipway.ports.values import Actor
from slipway.use_cases.finish_stage import Finish
from slipway.use_cases.stop import stop
from slipway.use_cases.watch import WatchFailedError
from tests.builders import AUTHORITY, PREPROD, PROD, platform_rules
from tests.clock import Clock
from tests.rollbacks import ask, rolled_back, started
from tests.scene import Scene
from tests.watching import watched_service

ROLLBACK = AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER), reason_required=True)
RULES = platform_rules(watch_hosts=("prometheus",), authority={**AUTHORITY, Action.ROLLBACK: ROLLBACK})
TEN = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)


@pytest.fixture
def scene(scene_at: Callable[..., Scene], clock: Clock) -> Scene:
    """Orders 1.0 is live; to bring it back takes 31 seconds, and to bring anything else to Prod takes 20."""
    scene = scene_at(TEN, watched_service(), rules=RULES)
    scene.long_live("1.0")

    def takes_time(order: DeployOrder) -> None:
        if order.environment == PROD.value:
            clock.pass_by(seconds=31 if order.artefact.version == "1.0" else 20)

    scene.target.before = takes_time
    return scene


def entries(scene: Scene) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in scene.log("service_restored")]


def in_prod(scene: Scene, clock: Clock) -> Attempt:
    """1.1 is deployed there, smoke passed, watched for a minute."""
    attempt = scene.signed_off("1.1")
    scene.work(attempt, PROD)
    assert scene.watch(attempt).until is not None
    clock.pass_by(minutes=1)
    return attempt


def finished(scene: Scene, clock: Clock, attempt: Attempt) -> Finish:
    """Five seconds after the objection."""
    clock.pass_by(seconds=5)
    return scene.finish(attempt, PROD)


def bad_smoke(scene: Scene, clock: Clock) -> Finish:
    scene.target.after = lambda order: (
        scene.probe.verdicts.update({"1.1": CheckStatus.FAIL}) if order.environment == PROD.value else None
    )
    attempt = scene.signed_off("1.1")
    with pytest.raises(Exception, match="smoke in prod"):
        scene.work(attempt, PROD)
    return finished(scene, clock, attempt)


def bad_watch(scene: Scene, clock: Clock) -> Finish:
    attempt = in_prod(scene, clock)
    scene.monitor.sees["errors"] = lambda look: Sample(at=look.instants[-1], value=3.0)
    for _ in range(2):
        scene.look(attempt)
        clock.pass_by(seconds=15)
    with pytest.raises(WatchFailedError):
        scene.watch(attempt)
    return finished(scene, clock, attempt)


def said_no(scene: Scene, clock: Clock) -> Finish:
    attempt = in_prod(scene, clock)
    scene.ask(attempt, Step.CONFIRM)
    scene.answer(attempt, Step.CONFIRM, "rob", "Reject")
    return finished(scene, clock, attempt)


def judged_bad(scene: Scene, clock: Clock) -> Finish:
    attempt = in_prod(scene, clock)
    scene.monitor.sees["errors"] = lambda look: Sample(at=look.instants[-1], value=None, problem="there is no data")
    clock.pass_by(minutes=10)
    scene.look(attempt)
    assert scene.watch(attempt).detail.startswith("unknown")
    scene.ask(attempt, Step.VERDICT)
    scene.answer(attempt, Step.VERDICT, "sue", "Reject")
    return finished(scene, clock, attempt)


def stopped(scene: Scene, clock: Clock) -> Finish:
    attempt = in_prod(scene, clock)
    stop(scene.world, attempt.release_id, Actor(id="rob", via="cli"), "orders are lost")
    return finished(scene, clock, attempt)


@pytest.mark.parametrize(
    ("fails", "by", "words"),
    [
        (bad_smoke, "smoke", "smoke did not pass"),
        (bad_watch, "watch", "the watch failed"),
        (said_no, "confirm", "a person who looked at live said no"),
        (judged_bad, "verdict", "a person said no"),
        (stopped, "stop", "it was stopped"),
    ],
)
def test_it_is_counted_from_the_first_no_and_told(
    scene: Scene, clock: Clock, fails: Callable[[Scene, Clock], Finish], by: str, words: str
) -> None:
    finish = fails(scene, clock)
    (restored,) = entries(scene)
    assert (restored["from"], restored["to"], restored["first_no"]) == ("1.1", "1.0", by)
    assert restored["deployed_at"] == datetime(2026, 11, 19, 10, 0, 20, tzinfo=UTC).isoformat()
    assert restored["restored_at"] == clock.now.isoformat()
    assert restored["seconds"] == 36.0
    assert finish.outcome == "undone"
    assert finish.detail.endswith(f"; restored after 36 s, counted from when {words}")
    with scene.store.transaction() as tx:
        (told,) = tx.sql.all("SELECT text FROM outbox WHERE key LIKE '%:prod:finished'")
    assert "restored after 36 s" in told["text"]


def test_a_deploy_that_fails_is_counted_from_then(scene: Scene, clock: Clock) -> None:
    attempt = scene.signed_off("1.1")
    scene.target.never_healthy = {"1.1"}
    with pytest.raises(Exception, match="healthy"):
        scene.work(attempt, PROD)
    finished(scene, clock, attempt)
    (restored,) = entries(scene)
    assert (restored["first_no"], restored["deployed_at"], restored["seconds"]) == ("deploy", None, 36.0)


def test_the_first_no_counts_where_there_are_several(scene: Scene, clock: Clock) -> None:
    attempt = in_prod(scene, clock)
    scene.ask(attempt, Step.CONFIRM)
    scene.answer(attempt, Step.CONFIRM, "rob", "Reject")
    clock.pass_by(seconds=10)
    stop(scene.world, attempt.release_id, Actor(id="rob", via="cli"), "orders are lost")
    finished(scene, clock, attempt)
    (restored,) = entries(scene)
    assert (restored["first_no"], restored["seconds"]) == ("confirm", 46.0)


def test_nothing_is_restored_where_nothing_ran_before(scene_at: Callable[..., Scene]) -> None:
    scene = scene_at(TEN)
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    scene.ask(attempt, Step.CONFIRM)
    scene.answer(attempt, Step.CONFIRM, "rob", "Reject")
    assert scene.finish(attempt, PROD).outcome == "undone"
    assert entries(scene) == []


def test_nothing_is_restored_where_it_does_not_come_back(scene: Scene, clock: Clock) -> None:
    attempt = in_prod(scene, clock)
    stop(scene.world, attempt.release_id, Actor(id="rob", via="cli"), "orders are lost")
    scene.target.never_healthy = {"1.0"}
    assert finished(scene, clock, attempt).outcome == "live_uncertain"
    assert entries(scene) == []


def test_preprod_serves_nobody_and_is_not_counted(scene: Scene) -> None:
    attempt = scene.approved("1.1")
    scene.probe.verdicts["1.1"] = CheckStatus.FAIL
    assert scene.stage(attempt, PREPROD).outcome == "undone"
    assert entries(scene) == []


def test_a_rollback_that_stops_the_release_is_counted_once(scene: Scene, clock: Clock) -> None:
    in_prod(scene, clock)
    rollback = started(scene, ask(scene).release.id)
    clock.pass_by(seconds=5)
    rolled_back(scene, rollback)
    (restored,) = entries(scene)
    assert (restored["from"], restored["to"], restored["seconds"]) == ("1.1", "1.0", 36.0)
    assert "asked_at" in restored
