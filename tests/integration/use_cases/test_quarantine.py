"""Work whose target does not answer is given up on by two: for the lane, never for its service."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.errors import NotFoundError, RefusedError, SlipwayError
from slipway.domain.platform import Action
from slipway.domain.release import Attempt, ChangeKind
from slipway.domain.service import StageRole
from slipway.ports.outside.targets import DeployOrder
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.explain import explain
from slipway.use_cases.give_second import give_second
from slipway.use_cases.settle import settle
from slipway.use_cases.take_turn import TurnAnswer
from slipway.use_cases.watch_quarantines import ask_quarantined, due_quarantines
from slipway.use_cases.world import World
from tests.builders import PREPROD, PROD, a_service
from tests.integration.use_cases.test_two_people import ask, by
from tests.scene import ProcessKilledError, Scene, killed


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(a_service(), a_service("forms"))


def lost(scene: Scene, attempt: Attempt, role: StageRole = PREPROD) -> Activity:
    """Its deploy was killed, its deadline is over, and its target is silent."""
    scene.turn(attempt, role)
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, role)
    scene.target.silent = True
    return late(scene, attempt, role)


def late(scene: Scene, attempt: Attempt, role: StageRole) -> Activity:
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE activity SET deadline = now() - interval '1 s' WHERE state = 'open'")
        return tx.activities.of_stage(attempt.id, role)[-1]


def ask_for(scene: Scene, activity: Activity) -> int:
    parameters = {"activity": activity.id}
    return ask_second(scene.world, Action.QUARANTINE_ACTIVITY, parameters, "the host is gone", by("lena")).id


def quarantined(scene: Scene, activity: Activity) -> None:
    give_second(scene.world, ask_for(scene, activity), by("mona"))


def time_goes_by(scene: Scene, **span: float) -> None:
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE quarantine SET at = at - :span, asked_at = asked_at - :span", span=timedelta(**span))


def watch_quarantines(world: World) -> None:
    """One look of the reconciler."""
    for quarantine in due_quarantines(world):
        ask_quarantined(world, quarantine)


def pages(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        found = tx.sql.all("SELECT key FROM outbox WHERE channel = 'page' AND key LIKE 'quarantine:%' ORDER BY id")
        return [row["key"].rpartition(":")[2] for row in found]


def test_it_is_closed_for_the_lane_and_never_for_its_service(scene: Scene) -> None:
    attempt = scene.approved()
    activity = lost(scene, attempt)

    quarantined(scene, activity)

    with scene.store.transaction() as tx:
        assert tx.turns.holder("live") is None
        assert tx.leases.live("orders", "preprod") is not None
        assert tx.activities.lock(activity.id).state == "quarantined"
    assert scene.stage_of(attempt, PREPROD).outcome == "live_uncertain"
    assert len(scene.log("deploy_quarantined")) == 1
    scene.target.before, scene.target.silent = (lambda _: None), False
    other = scene.approved("1.0", service="forms", by="rita")
    assert scene.turn(other, PREPROD).answer is TurnAnswer.TAKEN


@pytest.mark.parametrize("kind", [ChangeKind.STANDARD, ChangeKind.EMERGENCY])
def test_its_service_waits_there_and_everybody_is_told_why(scene: Scene, kind: ChangeKind) -> None:
    attempt = scene.approved()
    quarantined(scene, lost(scene, attempt))
    scene.close(attempt)
    scene.target.before, scene.target.silent = (lambda _: None), False
    newer = scene.approved("1.1", by="sue", kind=kind)

    waits = scene.turn(newer, PREPROD)

    assert waits.answer is TurnAnswer.WAIT
    assert [blocker.code for blocker in waits.blockers] == ["quarantined"]
    scene.close(newer)
    (told,) = explain(scene.store, "orders", "ordering", "preprod")
    assert [blocker.code for blocker in told.decision.blockers] == ["quarantined"]


def test_it_stays_locked_till_the_target_answers_and_is_then_free(scene: Scene) -> None:
    attempt = scene.approved()
    activity = lost(scene, attempt)
    quarantined(scene, activity)
    scene.close(attempt)
    time_goes_by(scene, minutes=2)
    watch_quarantines(scene.world)
    assert not scene.log("quarantine_ended"), "it is still silent"

    scene.target.silent = False
    watch_quarantines(scene.world)
    assert not scene.log("quarantine_ended"), "it is asked once a minute"
    time_goes_by(scene, minutes=2)
    watch_quarantines(scene.world)

    assert json.loads(scene.log("quarantine_ended")[0])["state"] == "settled_failed"
    with scene.store.transaction() as tx:
        assert tx.leases.live("orders", "preprod") is None
        assert tx.quarantines.of_service("orders", "preprod") is None
    scene.target.before = lambda _: None
    assert scene.stage(scene.approved("1.1", by="rob"), PREPROD).outcome == "passed"


def test_what_is_found_to_run_after_all_is_known_to_the_log(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    scene.target.after = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    scene.target.silent = True
    quarantined(scene, late(scene, attempt, PREPROD))
    with scene.store.transaction() as tx:
        assert tx.records.deployed("orders", "preprod").version is None

    scene.target.silent = False
    time_goes_by(scene, minutes=2)
    watch_quarantines(scene.world)

    assert json.loads(scene.log("quarantine_ended")[0])["state"] == "settled_done"
    with scene.store.transaction() as tx:
        assert tx.records.deployed("orders", "preprod").version == "1.0"
    assert scene.stage_of(attempt, PREPROD).outcome == "live_uncertain", "how it ended stays in the record"


def test_in_prod_the_service_is_held_as_well(scene: Scene) -> None:
    attempt = scene.signed_off()
    quarantined(scene, lost(scene, attempt, PROD))
    scene.close(attempt)
    other = scene.opened("1.1", by="rob")
    with scene.store.transaction() as tx:
        assert len(tx.records.standing_holds("orders", "prod", scene.release_of(other))) == 1


def test_second_line_is_paged_at_once_and_every_hour(scene: Scene) -> None:
    quarantined(scene, lost(scene, scene.approved()))
    watch_quarantines(scene.world)
    assert pages(scene) == ["0"]

    time_goes_by(scene, hours=1)
    watch_quarantines(scene.world)
    watch_quarantines(scene.world)
    assert pages(scene) == ["0", "1"]

    time_goes_by(scene, hours=2)
    scene.target.silent = False
    watch_quarantines(scene.world)
    time_goes_by(scene, hours=2)
    watch_quarantines(scene.world)
    assert pages(scene) == ["0", "1", "3"], "none after it ended"


def test_before_its_deadline_it_is_waited_for(scene: Scene) -> None:
    attempt = scene.approved()
    activity = lost(scene, attempt)
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE activity SET deadline = now() + interval '5 minutes' WHERE state = 'open'")
    with pytest.raises(RefusedError, match="only then is it given up on"):
        ask_for(scene, activity)


def test_a_target_that_answers_settles_it_instead(scene: Scene) -> None:
    activity = lost(scene, scene.approved())
    number = ask_for(scene, activity)
    scene.target.silent = False
    with pytest.raises(RefusedError, match="settles it by itself"):
        give_second(scene.world, number, by("mona"))


def test_a_process_that_lives_though_its_target_answers_is_to_be_ended(scene: Scene) -> None:
    activity = lost(scene, scene.approved())
    scene.target.silent = False
    with scene.locks.hold(activity.id), pytest.raises(RefusedError, match="end that process"):
        ask_for(scene, activity)


def test_while_its_process_lives_the_service_stays_locked(scene: Scene) -> None:
    activity = lost(scene, scene.approved())
    with scene.locks.hold(activity.id):
        quarantined(scene, activity)
        scene.target.silent = False
        time_goes_by(scene, minutes=2)
        watch_quarantines(scene.world)
        assert not scene.log("quarantine_ended")


def test_a_process_that_comes_back_is_written_down_and_nothing_follows(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)

    def slow(_: DeployOrder) -> None:
        scene.target.silent = True
        quarantined(scene, late(scene, attempt, PREPROD))

    scene.target.after = slow
    with pytest.raises(SlipwayError, match="came back after it was quarantined"):
        scene.deploy(attempt, PREPROD)

    assert json.loads(scene.log("activity_came_back")[0])["state"] == "done"
    assert scene.finish(attempt, PREPROD).outcome == "live_uncertain"
    assert not scene.log("undo_started")


def test_what_is_closed_is_not_given_up_on(scene: Scene) -> None:
    attempt = scene.approved()
    scene.work(attempt, PREPROD)
    with scene.store.transaction() as tx:
        (deploy,) = (a for a in tx.activities.of_stage(attempt.id, PREPROD) if a.kind is ActivityKind.DEPLOY)
    with pytest.raises(RefusedError, match="closed already: done"):
        ask_for(scene, deploy)
    with pytest.raises(NotFoundError, match="slipway activity list"):
        ask_second(scene.world, Action.QUARANTINE_ACTIVITY, {"activity": "x"}, "y", by("lena"))


def test_a_lease_is_never_broken_over_a_quarantine_whoever_tries(scene: Scene) -> None:
    attempt = scene.approved()
    quarantined(scene, lost(scene, attempt))
    with pytest.raises(RefusedError, match="stays locked there until the target answers"):
        ask(scene, "lena", attempt)
    with pytest.raises(DatabaseError, match="its service stays locked"), scene.store.transaction() as tx:
        tx.leases.free(attempt.id, PREPROD)


def ask_to_settle(scene: Scene, activity: Activity, ending: str, who: str = "lena") -> int:
    parameters = {"activity": activity.id, "as": ending}
    return ask_second(scene.world, Action.SETTLE_ACTIVITY, parameters, "its host was taken down", by(who)).id


@pytest.mark.parametrize(
    ("said", "state", "runs"), [("done", "settled_done", "1.1"), ("failed", "settled_failed", "1.0")]
)
def test_where_the_target_never_returns_two_people_say_how_it_ended(
    scene: Scene, said: str, state: str, runs: str
) -> None:
    scene.long_live("1.0")
    attempt = scene.approved("1.1")
    activity = lost(scene, attempt)
    quarantined(scene, activity)
    scene.close(attempt)

    number = ask_to_settle(scene, activity, said)
    with scene.store.transaction() as tx:
        assert tx.quarantines.of_service("orders", "preprod") is not None, "one person alone changes nothing"
    give_second(scene.world, number, by("mona"))

    with scene.store.transaction() as tx:
        assert tx.activities.lock(activity.id).state == state
        assert tx.quarantines.of_service("orders", "preprod") is None
        assert tx.leases.live("orders", "preprod") is None
        assert tx.records.deployed("orders", "preprod").version == runs
    (entry,) = map(json.loads, scene.log("quarantine_ended"))
    assert entry["because"].startswith(f"settled as {said} by lena and mona, without its target's answer: its host")
    assert scene.stage_of(attempt, PREPROD).outcome == "live_uncertain", "how it ended stays in the record"


def test_people_do_not_settle_what_the_target_can(scene: Scene) -> None:
    activity = lost(scene, scene.approved())
    quarantined(scene, activity)
    number = ask_to_settle(scene, activity, "done")
    scene.target.silent = False
    with pytest.raises(RefusedError, match="its target answers"):
        give_second(scene.world, number, by("mona"))
    assert len(scene.log("second_refused")) == 1


def test_people_do_not_settle_what_was_not_given_up_on(scene: Scene) -> None:
    activity = lost(scene, scene.approved())
    with pytest.raises(RefusedError, match="activity quarantine"):
        ask_to_settle(scene, activity, "done")
    quarantined(scene, activity)
    give_second(scene.world, ask_to_settle(scene, activity, "failed"), by("mona"))
    with pytest.raises(RefusedError, match="closed already: settled_failed"):
        ask_to_settle(scene, activity, "done")


def test_people_do_not_settle_over_a_process_that_lives(scene: Scene) -> None:
    activity = lost(scene, scene.approved())
    quarantined(scene, activity)
    with scene.locks.hold(activity.id), pytest.raises(RefusedError, match="may yet change what runs"):
        ask_to_settle(scene, activity, "done")


def test_who_may_not_quarantine_may_not_settle(scene: Scene) -> None:
    activity = lost(scene, scene.approved())
    quarantined(scene, activity)
    with pytest.raises(RefusedError, match="none of those who may"):
        ask_to_settle(scene, activity, "done", "sam")
    assert len(scene.log("two_person_act_refused")) == 1


def no_row_waits(scene: Scene, activity: Activity) -> None:
    """Raises where anybody keeps the activity, its attempt or its stage locked."""
    with scene.store.transaction() as tx:
        tx.sql.run("SET LOCAL lock_timeout = '100ms'")
        tx.activities.lock(activity.id)
        tx.releases.lock_attempt(activity.attempt_id)
        tx.stages.lock(activity.attempt_id, activity.role)


@pytest.mark.parametrize("asks", ["settle", "quarantine", "second", "watch"])
def test_a_slow_target_keeps_nobody_waiting_for_a_row(scene: Scene, asks: str) -> None:
    activity = lost(scene, scene.approved())
    if asks == "watch":
        quarantined(scene, activity)
        time_goes_by(scene, minutes=2)
    number = ask_for(scene, activity) if asks == "second" else 0
    asked: list[str] = []

    def slow(environment: str) -> None:
        no_row_waits(scene, activity)
        asked.append(environment)

    scene.target.asked = slow
    {
        "settle": lambda: settle(scene.world, activity.id, by("platform")),
        "quarantine": lambda: ask_for(scene, activity),
        "second": lambda: give_second(scene.world, number, by("mona")),
        "watch": lambda: watch_quarantines(scene.world),
    }[asks]()
    assert asked == ["preprod"]
