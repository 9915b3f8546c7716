"""In Prod all answers are due by one deadline; after it the lane is free, and a verdict is owed."""

from collections.abc import Callable
from datetime import datetime, timedelta

from slipway.domain.grant import Step
from slipway.domain.release import ChangeKind
from slipway.domain.release_window import DayWindow, OpenException, ReleaseWindow
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.expire_request import expire_request
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import ALL_DAY, DEV, PREPROD, PROD, a_service, people, platform_rules
from tests.scene import TASK, Scene


def open_until(closes: datetime) -> ReleaseWindow:
    """Open on all days, but on this one till then only, by the clock of UTC."""
    hours = DayWindow(opens=0, closes=closes.hour * 60 + closes.minute)
    last = OpenException(date=closes.date(), hours=hours, reason="a test")
    other_days = {day: hours for day, hours in ALL_DAY.items() if day != closes.weekday()}
    return ReleaseWindow(days=other_days, exceptions=(last,))


def test_at_the_deadline_the_lane_is_free_and_the_service_waits_for_its_verdict(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(a_service("orders"), a_service("forms"))
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    scene.ask(attempt, Step.CONFIRM)
    expire_request(scene.world, attempt.id, Step.CONFIRM, TASK)
    assert scene.finish(attempt, PROD).outcome == "unverified"
    other = scene.approved("1.0", service="forms")
    assert scene.turn(other, PREPROD).answer is TurnAnswer.TAKEN
    for kind in (ChangeKind.STANDARD, ChangeKind.EMERGENCY):
        after = scene.opened("1.1", by="lena", kind=kind)
        (owed,) = [blocker for blocker in scene.turn(after, DEV).blockers if blocker.code == "verdict_owed"]
        assert attempt.release_id in owed.message
    with scene.store.transaction() as tx:
        pages = tx.sql.all("SELECT text FROM outbox WHERE channel = 'page'")
    assert ["unverified" in page["text"] for page in pages] == [True]


def test_a_release_that_fixes_it_does_not_wait_for_the_verdict(scene: Scene) -> None:
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    scene.finish(attempt, PROD)
    fix = scene.approved("1.1", fixes=attempt.release_id)
    assert scene.turn(fix, PREPROD).answer is TurnAnswer.TAKEN


def test_the_deadline_of_an_ordinary_release_is_not_past_closing_time_and_an_emergencys_is(
    make_scene: Callable[..., Scene],
) -> None:
    scene = make_scene(a_service("orders"), a_service("forms"))
    orders = scene.signed_off("1.0")
    forms = scene.signed_off("1.0", service="forms", by="lena", kind=ChangeKind.EMERGENCY)
    scene.work(orders, PROD)
    scene.work(forms, PROD)
    with scene.store.transaction() as tx:
        soon = tx.now + timedelta(minutes=10)
    closes = soon.replace(second=0, microsecond=0)
    scene.activate(platform_rules(time_zone="UTC", window=open_until(closes)), people())
    ordinary, urgent = scene.ask(orders, Step.CONFIRM), scene.ask(forms, Step.CONFIRM)
    assert isinstance(ordinary, Asked)
    assert isinstance(urgent, Asked)
    assert ordinary.request.expires_at <= closes < urgent.request.expires_at
