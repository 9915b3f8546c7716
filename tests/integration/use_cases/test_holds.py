"""Whom a hold binds, and how it ends: ordinary and absolute ones, for a time, during a release."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from slipway.adapters.database.overview import Overview
from slipway.domain.errors import RefusedError
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Eligibility
from slipway.domain.release import Attempt, ChangeKind
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.targets import DeployOrder
from slipway.ports.values import Actor
from slipway.use_cases.end_holds import end_holds
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.place_hold import MOST_OF_ONE_PERSON, HoldRequest, HoldScope, place_hold
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import AUTHORITY, DEV, PREPROD, PROD, platform_rules
from tests.scene import Scene

URGENT = (ChangeKind.EMERGENCY, ChangeKind.SECURITY)


def place(scene: Scene, by: str = "lena", **more: Any) -> int:
    request = HoldRequest(**{"scope": HoldScope.ALL, "name": None, "reason": "incident", **more})
    return place_hold(scene.world, request, Actor(id=by, via="rest"))


def ready(scene: Scene, kind: ChangeKind) -> Attempt:
    """Approved for Preprod."""
    return scene.approved(by="sue", kind=kind)


def told(scene: Scene, number: int, what: str) -> list[str]:
    with scene.store.transaction() as tx:
        found = tx.sql.all("SELECT text FROM outbox WHERE key = :key", key=f"hold:{number}:{what}")
        return [row["text"] for row in found]


def its_time_is_over(scene: Scene, number: int) -> None:
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE hold SET until = now() - interval '1 s' WHERE id = :id", id=number)


def in_an_hour(scene: Scene) -> Any:
    with scene.store.transaction() as tx:
        return tx.now + timedelta(hours=1)


@pytest.mark.parametrize("kind", URGENT)
def test_an_ordinary_hold_lets_urgent_changes_pass_and_the_permit_says_so(scene: Scene, kind: ChangeKind) -> None:
    attempt = ready(scene, kind)
    hold = place(scene, "rita")
    assert scene.stage(attempt, PREPROD).outcome == "passed"
    assert json.loads(scene.log("permit_issued")[-1])["passed_holds"] == [hold]


def test_an_ordinary_hold_binds_an_ordinary_change(scene: Scene) -> None:
    attempt = ready(scene, ChangeKind.STANDARD)
    place(scene, "rita")
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.WAIT


@pytest.mark.parametrize("kind", ChangeKind)
def test_an_absolute_hold_binds_every_kind_of_change(scene: Scene, kind: ChangeKind) -> None:
    attempt = ready(scene, kind)
    place(scene, absolute=True)
    waits = scene.turn(attempt, PREPROD)
    assert waits.answer is TurnAnswer.WAIT
    assert waits.blockers[0].message.startswith("absolute hold")


def test_an_absolute_hold_never_stops_a_rescue(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.approved("1.1")
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    place(scene, absolute=True)

    stop(scene.world, attempt.release_id, Actor(id="rob", via="rest"), "wrong")

    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "1.0"


@pytest.mark.parametrize("kind", URGENT)
def test_the_hold_of_a_failure_in_prod_binds_emergencies_that_do_not_fix_it(scene: Scene, kind: ChangeKind) -> None:
    def fails_in_prod(order: DeployOrder) -> None:
        if order.environment == "prod":
            scene.probe.verdicts["1.1"] = CheckStatus.FAIL

    scene.long_live("1.0")
    scene.target.after = fails_in_prod
    failed = scene.signed_off("1.1")
    assert scene.stage(failed, PROD).outcome == "undone"
    scene.close(failed)

    other = scene.opened("1.2", by="sue", kind=kind)
    assert [one.code for one in scene.turn(other, DEV).blockers] == ["hold"]
    scene.close(other)
    fix = scene.approved("1.3", by="sue", kind=kind, fixes=failed.release_id)
    assert scene.turn(fix, PREPROD).answer is TurnAnswer.TAKEN


def failed_in_prod(scene: Scene, version: str, **more: Any) -> Attempt:
    scene.probe.verdicts.clear()
    scene.target.after = lambda order: (
        scene.probe.verdicts.update({version: CheckStatus.FAIL}) if order.environment == "prod" else None
    )
    failed = scene.signed_off(version, **more)
    assert scene.stage(failed, PROD).outcome == "undone"
    scene.close(failed)
    scene.target.after = lambda _: None
    return failed


def test_what_fixes_a_fix_that_failed_too_passes_the_holds_of_both_and_says_what_is_left(scene: Scene) -> None:
    scene.long_live("1.0")
    first = failed_in_prod(scene, "1.1")
    second = failed_in_prod(scene, "1.2", fixes=first.release_id)
    fix = scene.live("1.3", fixes=second.release_id)

    with scene.store.transaction() as tx:
        standing = tx.records.failure_holds("orders")
        (told,) = [one.text for _, one in tx.outbox.unsent(1000) if one.key == f"{fix.id}:ended"]
        nexts = {one: str((Overview(tx.sql).release(one) or {})["next"]) for one in standing.values()}
    assert list(standing.values()) == [first.release_id, second.release_id]
    for hold, failed in standing.items():
        assert f"Hold {hold} still stands, since {failed} failed: slipway hold lift {hold}" in told
        assert f"{failed}, which it fixes, awaits a retry: slipway stop {failed}" in told
        assert f"{fix.release_id}, which fixes it, went live" in nexts[failed]


def test_its_own_hold_is_named_when_its_next_attempt_is_live(scene: Scene) -> None:
    scene.long_live("1.0")
    failed = failed_in_prod(scene, "1.1")
    again = scene.live("1.2", release_id=failed.release_id)
    with scene.store.transaction() as tx:
        (hold,) = tx.records.failure_holds("orders")
        (told,) = [one.text for _, one in tx.outbox.unsent(1000) if one.key == f"{again.id}:ended"]
        (listed,) = Overview(tx.sql).holds()
    assert f"Hold {hold} still stands" in told
    assert (listed["during"], listed["failed"]) == (None, failed.release_id)


def test_what_fixes_something_else_passes_no_hold_of_the_chain(scene: Scene) -> None:
    scene.long_live("1.0")
    first = failed_in_prod(scene, "1.1")
    failed_in_prod(scene, "1.2", fixes=first.release_id)
    other = scene.opened("1.3", fixes=first.release_id)
    assert [one.code for one in scene.turn(other, DEV).blockers] == ["hold"]


@pytest.mark.parametrize("person", ["rita", "sam", "selma"])
def test_only_second_line_and_managers_make_a_hold_absolute(scene: Scene, person: str) -> None:
    with pytest.raises(RefusedError, match="for a hold that binds emergencies too"):
        place(scene, person, absolute=True)
    assert json.loads(scene.log("hold_refused")[0])["absolute"] is True
    for other in ("lena", "mona"):
        assert place(scene, other, absolute=True)


def test_a_hold_placed_during_a_deploy_lets_it_end_and_stops_the_next_stage(scene: Scene) -> None:
    attempt = scene.opened()
    scene.turn(attempt, DEV)
    holds: list[int] = []
    scene.target.before = lambda _: holds.append(place(scene))
    scene.deploy(attempt, DEV)
    scene.smoke(attempt, DEV)

    assert scene.finish(attempt, DEV).outcome == "passed"
    assert scene.runs(DEV) == "1.0"
    assert holds

    scene.target.before = lambda _: None
    later = scene.turn(attempt, PREPROD)
    assert "hold" in [blocker.code for blocker in later.blockers]


def test_a_hold_between_migrate_and_deploy_does_not_break_a_stage_in_half(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    place(scene)
    scene.smoke(attempt, PREPROD)
    assert scene.finish(attempt, PREPROD).outcome == "passed"


def test_a_hold_whose_time_is_over_ends_with_one_entry_and_one_message(scene: Scene) -> None:
    attempt = ready(scene, ChangeKind.STANDARD)
    hold = place(scene, until=in_an_hour(scene))
    end_holds(scene.world)
    assert not scene.log("hold_ended"), "it still stands"

    its_time_is_over(scene, hold)
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.TAKEN, "it ends at its time, not when that is written"
    end_holds(scene.world)
    end_holds(scene.world)

    (entry,) = scene.log("hold_ended")
    assert json.loads(entry) == {"hold": hold, "placed_by": "lena", "because": "its time is over"}
    assert told(scene, hold, "ended") == [f"hold {hold} of lena on everything has ended: its time is over (incident)"]


def test_a_hold_during_a_release_does_not_bind_it_and_ends_with_it(scene: Scene) -> None:
    first = scene.approved("1.0", to=PREPROD)
    hold = place(scene, "rita", during=first.release_id)
    assert scene.stage(first, PREPROD).outcome == "passed"
    end_holds(scene.world)
    assert not scene.log("hold_ended"), "the release goes on"

    scene.close(first)
    assert scene.release_of(first).state == "ended"
    end_holds(scene.world)
    end_holds(scene.world)

    (entry,) = scene.log("hold_ended")
    assert json.loads(entry)["because"] == f"release {first.release_id} has ended"
    assert len(told(scene, hold, "ended")) == 1
    assert scene.turn(scene.approved("1.1", by="rob"), PREPROD).answer is TurnAnswer.TAKEN


def test_while_its_release_awaits_a_retry_a_hold_during_it_stands(scene: Scene) -> None:
    scene.target.never_healthy = {"1.0"}
    first = scene.dev_passed("1.0")
    hold = place(scene, "rita", during=first.release_id)
    assert scene.close(first).outcome == "failed"
    end_holds(scene.world)
    assert not scene.log("hold_ended")
    assert scene.turn(scene.opened("1.1", by="rob"), DEV).blockers[0].code == "hold"

    stop(scene.world, first.release_id, Actor(id="rob", via="rest"), "given up")
    end_holds(scene.world)
    assert json.loads(scene.log("hold_ended")[0])["hold"] == hold


def test_the_hold_of_a_failure_does_not_end_with_its_release(scene: Scene) -> None:
    attempt = scene.signed_off()
    scene.work(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "unverified"
    scene.close(attempt)
    assert scene.release_of(attempt).state == "ended"
    end_holds(scene.world)
    assert not scene.log("hold_ended")


def test_a_release_that_has_ended_holds_nobody_back(scene: Scene) -> None:
    attempt = scene.live()
    with pytest.raises(RefusedError, match="has ended already"):
        place(scene, during=attempt.release_id)


def test_what_has_ended_is_not_lifted(scene: Scene) -> None:
    hold = place(scene, until=in_an_hour(scene))
    its_time_is_over(scene, hold)
    placed = PlacedHold(id=hold, placed_by="lena", environment=None, service=None, team=None)
    with pytest.raises(RefusedError, match="does not stand any more"):
        lift_hold(scene.world, placed, Actor(id="lena", via="rest"), "over")
    end_holds(scene.world)
    assert not scene.log("hold_lifted")
    assert len(scene.log("hold_ended")) == 1


def test_saying_that_it_fixes_a_release_passes_no_hold_that_somebody_placed_during_it(scene: Scene) -> None:
    first = scene.approved("1.0", to=PREPROD)
    with scene.store.transaction() as tx:
        tx.records.mark_bad(first, "smoke: fail", "platform")
    place(scene, "lena", absolute=True, during=first.release_id)
    other = scene.opened("1.1", by="rob", fixes=first.release_id)
    assert "hold" in [one.code for one in scene.turn(other, DEV).blockers]


def test_what_it_fixes_must_be_a_release_of_the_same_service(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="there is no release r999 of orders"):
        scene.opened("1.0", fixes="r999")
    assert json.loads(scene.log("release_refused")[0])["code"] == "fixes_unknown"


def test_what_it_fixes_must_have_gone_wrong(scene: Scene) -> None:
    for fine in (scene.live("1.0"), scene.preprod_passed("1.1", to=PREPROD), scene.opened("1.2")):
        with pytest.raises(RefusedError, match=f"{fine.release_id} did not fail"):
            scene.opened("1.3", fixes=fine.release_id)
    assert {json.loads(entry)["code"] for entry in scene.log("release_refused")} == {"fixes_nothing"}


def test_what_failed_before_live_or_awaits_a_retry_may_be_fixed(scene: Scene) -> None:
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    failed = scene.dev_passed("1.0")
    scene.close(failed)
    assert scene.release_of(scene.opened("1.1", fixes=failed.release_id)).fixes == failed.release_id


def test_who_asked_for_the_failed_release_does_not_lift_its_hold(make_scene: Callable[..., Scene]) -> None:
    seniors = AuthorityRule(who=Eligibility(own_team=TeamRole.SENIOR))
    scene = make_scene(rules=platform_rules(authority={**AUTHORITY, Action.HOLD_LIFT: seniors}))
    attempt = scene.signed_off(by="mona")
    scene.work(attempt, PROD)
    assert scene.finish(attempt, PROD).outcome == "unverified"
    with scene.store.transaction() as tx:
        (hold,) = tx.records.standing_holds("orders", "prod", scene.release_of(scene.opened("1.1", by="rob")))
    assert (hold.placed_by, hold.failed) == ("platform", attempt.release_id)
    placed = PlacedHold(
        id=hold.id, placed_by="platform", environment=None, service="orders", team="ordering", failed=attempt.release_id
    )
    with pytest.raises(RefusedError, match="somebody else lifts it"):
        lift_hold(scene.world, placed, Actor(id="mona", via="rest"), "it works")
    lift_hold(scene.world, placed, Actor(id="sam", via="rest"), "it works, Rob looked")


def test_one_person_holds_one_thing_so_many_times_and_no_more(scene: Scene) -> None:
    numbers = [place(scene, by="rob") for _ in range(MOST_OF_ONE_PERSON)]
    with pytest.raises(RefusedError, match=f"rob holds just that {MOST_OF_ONE_PERSON} times already"):
        place(scene, by="rob")
    assert len(scene.log("hold_refused")) == 1
    place(scene, by="rita")
    place(scene, by="rob", scope=HoldScope.SERVICE, name="orders")
    placed = PlacedHold(id=numbers[0], placed_by="rob", environment=None, service=None, team=None)
    lift_hold(scene.world, placed, Actor(id="rob", via="rest"), "")
    place(scene, by="rob")


def follow(scene: Scene, release_id: str) -> str:
    with scene.store.transaction() as tx:
        found = Overview(tx.sql).release(release_id)
    assert found is not None
    return str(found["next"])


def test_what_a_hold_keeps_in_dev_says_so_in_the_channel_and_in_its_status(scene: Scene) -> None:
    hold = place(scene, scope=HoldScope.SERVICE, name="orders")
    held = scene.opened()
    nightly = scene.opened(to=DEV, by="rob")
    for attempt in (held, held, nightly):
        assert scene.turn(attempt, DEV).answer is TurnAnswer.WAIT
    with scene.store.transaction() as tx:
        (told,) = [one for _, one in tx.outbox.unsent(1000) if one.key.endswith(":waits")]
    assert (told.key, f"waits in dev: hold {hold} on service orders" in told.text) == (f"{held.id}:dev:waits", True)
    assert "`slipway explain orders dev`" in told.text
    assert follow(scene, held.release_id).startswith("Waits in dev: slipway explain orders dev says for what; ")


def test_what_a_hold_keeps_in_the_queue_is_led_to_it_and_what_works_to_its_log(scene: Scene) -> None:
    attempt = scene.approved()
    hold = place(scene)
    scene.turn(attempt, PREPROD)
    assert follow(scene, attempt.release_id).startswith("Next: slipway queue says who waits; ")
    lift_hold(
        scene.world,
        PlacedHold(id=hold, placed_by="lena", environment=None, service=None, team=None),
        Actor(id="lena", via="rest"),
        "over",
    )
    scene.turn(attempt, PREPROD)
    assert follow(scene, attempt.release_id).startswith("Under way in preprod: ")
